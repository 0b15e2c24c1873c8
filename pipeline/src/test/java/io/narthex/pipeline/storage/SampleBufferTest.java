package io.narthex.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import org.junit.jupiter.api.Test;

class SampleBufferTest {
  private static final FloatHistogram HISTOGRAM = FloatHistogram.stale();

  @Test
  void truncate_histogramsAboveTheNewEnd_areNotSeenByRowsWrittenInBulk() {
    var buffer = histograms(10);
    buffer.truncate(4);
    writeInBulk(buffer, 6);
    assertThat(buffer.size()).isEqualTo(10);
    for (int row = 0; row < 10; row++) {
      assertThat(buffer.histogram(row)).isEqualTo(row < 4 ? HISTOGRAM : null);
      assertThat(buffer.startTimestamp(row)).isEqualTo(row < 4 ? 7 : 0);
    }
  }

  @Test
  void truncate_twiceAndClear_leaveNothingBehind() {
    var buffer = histograms(10);
    buffer.truncate(8);
    buffer.truncate(2);
    buffer.truncate(5);
    assertThat(buffer.size()).isEqualTo(2);
    buffer.clear();
    writeInBulk(buffer, 10);
    buffer.add(11, HISTOGRAM);
    for (int row = 0; row < 10; row++) {
      assertThat(buffer.histogram(row)).isNull();
      assertThat(buffer.startTimestamp(row)).isZero();
    }
    assertThat(buffer.histogram(10)).isEqualTo(HISTOGRAM);
  }

  private static SampleBuffer histograms(int rows) {
    var buffer = new SampleBuffer(2);
    for (int row = 0; row < rows; row++) {
      buffer.add(row, HISTOGRAM);
      buffer.startTimestamp(7L);
    }
    return buffer;
  }

  private static void writeInBulk(SampleBuffer buffer, int rows) {
    buffer.ensure(buffer.size() + rows);
    for (int row = buffer.size(); row < buffer.size() + rows; row++) {
      buffer.timestamps()[row] = row;
      buffer.values()[row] = row;
    }
    buffer.grow(rows);
  }
}
