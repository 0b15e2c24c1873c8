package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.sinks.compact.Pace;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompactionPaceTest {
  private static final long MILLI = 1_000_000;

  private long now = 17;
  private long waited;
  private boolean queried;
  private boolean awaited;
  private final CompactionPace pace =
      new CompactionPace(() -> queried, () -> awaited, () -> now, this::await);

  private void await(long nanos) {
    waited += nanos;
    now += nanos;
  }

  private long waitedAfter(Pace merge, int series, long nanosEach, long bytesEach)
      throws IOException {
    waited = 0;
    for (int i = 0; i < series; i++) {
      now += nanosEach;
      merge.worked(bytesEach);
    }
    return waited;
  }

  @Test
  void slowed_nobodyReads_takesHalfOfTheTime() throws IOException {
    var merge = pace.slowed(Duration.ofHours(2));
    assertThat(waitedAfter(merge, 1000, MILLI, 100)).isEqualTo(1000 * MILLI);
  }

  @Test
  void slowed_whileQueriesRead_takesATenth() throws IOException {
    var merge = pace.slowed(Duration.ofHours(2));
    queried = true;
    assertThat(waitedAfter(merge, 1000, MILLI, 100)).isBetween(8990 * MILLI, 9010 * MILLI);
  }

  @Test
  void slowed_muchToWrite_keepsToTheRateOfBytes() throws IOException {
    var merge = pace.slowed(Duration.ofHours(2));
    long began = now;
    waitedAfter(merge, 1000, MILLI, 1 << 20);
    assertThat((double) (now - began) / MILLI).isBetween(20_000d, 22_000d);
  }

  @Test
  void slowed_awaitedOrLate_goesOnUnslowed() throws IOException {
    var merge = pace.slowed(Duration.ofHours(2));
    awaited = true;
    assertThat(waitedAfter(merge, 1000, MILLI, 100)).isZero();
    awaited = false;
    now += Duration.ofMinutes(15).toNanos();
    assertThat(waitedAfter(merge, 1000, MILLI, 100)).isZero();
  }

  @Test
  void close_mergeUnderWay_endsIt() throws IOException {
    var slowed = pace.slowed(Duration.ofHours(2));
    var unslowed = pace.unslowed();
    assertThat(waitedAfter(unslowed, 10, 1000 * MILLI, 1 << 30)).isZero();
    pace.close();
    assertThatThrownBy(() -> slowed.worked(1)).isInstanceOf(InterruptedIOException.class);
    assertThatThrownBy(() -> unslowed.worked(1)).isInstanceOf(InterruptedIOException.class);
  }
}
