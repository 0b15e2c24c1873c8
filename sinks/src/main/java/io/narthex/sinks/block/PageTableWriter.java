package io.narthex.sinks.block;

import io.narthex.sinks.codec.ByteOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes table {@code pages} in batches of bounded size. Confined to one thread. */
final class PageTableWriter implements AutoCloseable {
  /** Bytes of values after which a batch is written. */
  static final int BATCH_BYTES = 16 << 20;

  private final TableWriter table;
  private final ByteOutput timestamps = new ByteOutput(1 << 12);
  private final ByteOutput codecs = new ByteOutput(1 << 10);
  private final BinaryColumn values = new BinaryColumn();
  private final BinaryColumn statistics = new BinaryColumn();
  private int rows;
  private int rowsWritten;
  private long bytesWritten;

  PageTableWriter(Path file) throws IOException {
    table = new TableWriter(file, Tables.pages());
  }

  /** Bytes of the values, so far. */
  long sizeInBytes() {
    return bytesWritten + values.sizeInBytes();
  }

  /** Number of the page that is added next. */
  int next() {
    return Math.addExact(rowsWritten, rows);
  }

  /** Where the values of the next page are written before it is added. */
  ByteOutput values() {
    return values.data();
  }

  /** Where the statistics of the next page are written before it is added. */
  ByteOutput statistics() {
    return statistics.data();
  }

  void add(int timestampColumn, int codec) throws IOException {
    timestamps.writeInt(timestampColumn);
    codecs.write(codec);
    values.end();
    statistics.end();
    rows++;
    if (values.sizeInBytes() >= BATCH_BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    table.batch(
        new TableWriter.Body(
            rows,
            new int[] {rows, rows, rows, rows},
            List.of(
                Slice.EMPTY,
                Slice.of(timestamps),
                Slice.EMPTY,
                Slice.of(codecs),
                Slice.EMPTY,
                values.offsets(),
                values.bytes(),
                Slice.EMPTY,
                statistics.offsets(),
                statistics.bytes())));
    rowsWritten += rows;
    bytesWritten += values.sizeInBytes();
    rows = 0;
    timestamps.clear();
    codecs.clear();
    values.clear();
    statistics.clear();
  }

  FileSummary finish() throws IOException {
    flush();
    return table.finish();
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
