package io.narthex.sinks.block;

import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.codec.ByteOutput;
import io.narthex.sinks.codec.PageEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes table {@code timestamps}: each distinct column of timestamps once, so that the series of a
 * scrape share theirs. Columns are recognised while they are among those kept in memory, which are
 * bounded; older ones are merely stored again. Confined to one thread.
 */
final class TimestampTableWriter implements AutoCloseable {
  /** Bytes of columns kept for comparison. */
  private static final long KEPT_BYTES = 32L << 20;

  private final TableWriter table;
  private final PageEncoder encoder;
  private final Map<Long, Column> kept = new HashMap<>();
  private final ArrayDeque<Column> oldest = new ArrayDeque<>();
  private final ByteOutput minTimes = new ByteOutput(1 << 10);
  private final ByteOutput maxTimes = new ByteOutput(1 << 10);
  private final ByteOutput counts = new ByteOutput(1 << 10);
  private final BinaryColumn encoded = new BinaryColumn();
  private long keptBytes;
  private int rows;
  private int rowsWritten;

  private record Column(long hash, long[] timestamps, int number) {}

  TimestampTableWriter(Path file, PageEncoder encoder) throws IOException {
    this.table = new TableWriter(file, Tables.timestamps());
    this.encoder = encoder;
  }

  /** The number of the column of rows {@code [from, to)}, new or not. */
  int number(SampleBuffer samples, int from, int to) throws IOException {
    long[] timestamps = samples.timestamps();
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + timestamps[i];
    }
    hash *= 0x9E3779B97F4A7C15L;
    @Nullable Column same = kept.get(hash);
    if (same != null
        && Arrays.equals(same.timestamps, 0, same.timestamps.length, timestamps, from, to)) {
      return same.number;
    }
    int number = rowsWritten + rows;
    minTimes.writeLong(timestamps[from]);
    maxTimes.writeLong(timestamps[to - 1]);
    counts.writeInt(to - from);
    encoder.timestamps(samples, from, to, encoded.data());
    encoded.end();
    rows++;
    if (same == null) {
      keep(new Column(hash, Arrays.copyOfRange(timestamps, from, to), number));
    }
    if (encoded.sizeInBytes() >= PageTableWriter.BATCH_BYTES) {
      flush();
    }
    return number;
  }

  private void keep(Column column) {
    kept.put(column.hash, column);
    oldest.add(column);
    keptBytes += 8L * column.timestamps.length + 64;
    while (keptBytes > KEPT_BYTES) {
      Column dropped = oldest.remove();
      kept.remove(dropped.hash);
      keptBytes -= 8L * dropped.timestamps.length + 64;
    }
  }

  private void flush() throws IOException {
    table.batch(
        new TableWriter.Body(
            rows,
            new int[] {rows, rows, rows, rows},
            List.of(
                Slice.EMPTY,
                Slice.of(minTimes),
                Slice.EMPTY,
                Slice.of(maxTimes),
                Slice.EMPTY,
                Slice.of(counts),
                Slice.EMPTY,
                encoded.offsets(),
                encoded.bytes())));
    rowsWritten += rows;
    rows = 0;
    minTimes.clear();
    maxTimes.clear();
    counts.clear();
    encoded.clear();
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
