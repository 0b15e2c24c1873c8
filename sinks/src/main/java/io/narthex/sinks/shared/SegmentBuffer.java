package io.narthex.sinks.shared;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.BlockWriter;
import io.narthex.sinks.head.RowOrder;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Samples that wait for the next segment, by series. Series are recognised by their label bytes.
 * Confined to one thread.
 */
final class SegmentBuffer {
  private static final int FIRST_ROWS = 8;

  private int[] table = new int[1 << 10];
  private Labels[] labels = new Labels[1 << 9];
  private SampleBuffer[] rows = new SampleBuffer[1 << 9];
  private int series;
  private long samples;

  SegmentBuffer() {
    Arrays.fill(table, -1);
  }

  long samples() {
    return samples;
  }

  void append(SampleBatch batch) {
    for (int s = 0; s < batch.seriesCount(); s++) {
      int number = find(batch, s);
      SampleBuffer buffer = rows[number];
      int end = s + 1 < batch.seriesCount() ? batch.firstRow(s + 1) : batch.rowCount();
      for (int row = batch.firstRow(s); row < end; row++) {
        var histogram = batch.histogram(row);
        if (histogram == null) {
          buffer.add(batch.timestamp(row), batch.value(row));
        } else {
          buffer.add(batch.timestamp(row), histogram);
        }
        buffer.startTimestamp(batch.startTimestamp(row));
      }
    }
    samples += batch.rowCount();
  }

  private int find(SampleBatch batch, int number) {
    long hash = batch.hash(number);
    int mask = table.length - 1;
    int slot = (int) hash & mask;
    while (table[slot] >= 0) {
      Labels known = labels[table[slot]];
      if (known.hash() == hash
          && batch.labelsEqual(number, known.bytes(), 0, known.bytes().length)) {
        return table[slot];
      }
      slot = (slot + 1) & mask;
    }
    if (series == labels.length) {
      labels = Arrays.copyOf(labels, 2 * series);
      rows = Arrays.copyOf(rows, 2 * series);
    }
    labels[series] = batch.labels(number);
    rows[series] = new SampleBuffer(FIRST_ROWS);
    table[slot] = series++;
    if (2 * series > table.length) {
      rehash();
    }
    return series - 1;
  }

  private void rehash() {
    table = new int[2 * table.length];
    Arrays.fill(table, -1);
    int mask = table.length - 1;
    for (int number = 0; number < series; number++) {
      int slot = (int) labels[number].hash() & mask;
      while (table[slot] >= 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = number;
    }
  }

  /** Writes all samples, in order; of several with one time the one appended last. */
  void write(BlockWriter writer) throws IOException {
    int[] order =
        IntStream.range(0, series)
            .boxed()
            .sorted(Comparator.comparing(number -> labels[number]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int number : order) {
      RowOrder.restore(rows[number], 0);
      writer.addSeries(labels[number], rows[number]);
    }
  }
}
