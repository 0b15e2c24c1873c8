package io.narthex.pipeline.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ChangeTrackerTest {
  @Test
  void earliestSince_nothingChanged_isNever() {
    var tracker = new ChangeTracker();
    assertThat(tracker.earliestSince(tracker.version())).isEqualTo(Long.MAX_VALUE);
    tracker.changed(5_000);
    assertThat(tracker.earliestSince(tracker.version())).isEqualTo(Long.MAX_VALUE);
    assertThat(tracker.earliestSince(0)).isEqualTo(5_000);
    tracker.changed(Long.MIN_VALUE);
    assertThat(tracker.earliestSince(0)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void earliestSince_randomChanges_isNeverTooLate() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var tracker = new ChangeTracker();
    long[] times = new long[20_000];
    for (int i = 0; i < times.length; i++) {
      times[i] = 3_000L * i - (random.nextInt(50) == 0 ? random.nextInt(20_000_000) : 0);
      tracker.changed(times[i]);
    }
    long earliest = Long.MAX_VALUE;
    for (int since = times.length - 1; since >= 0; since--) {
      earliest = Math.min(earliest, times[since]);
      assertThat(tracker.earliestSince(since))
          .as("since %d, rerun with -Dtest.seed=%d", since, seed)
          .isLessThanOrEqualTo(earliest);
    }
    assertThat(tracker.earliestSince(times.length - 1)).isGreaterThan(earliest);
  }
}
