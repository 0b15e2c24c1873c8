package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CheckpointWatchTest {
  @Test
  void isCompleteSince_barrierBeforeTheTime_isNotEnough() {
    var watch = new CheckpointWatch();
    watch.begin(1, 100);
    assertThat(watch.isCompleteSince(50)).isFalse();
    watch.begin(2, 200);
    watch.complete(1);
    assertThat(watch.isCompleteSince(50)).isTrue();
    assertThat(watch.isCompleteSince(100)).isFalse();
    assertThat(watch.isCompleteSince(150)).isFalse();
    watch.complete(2);
    assertThat(watch.isCompleteSince(150)).isTrue();
  }

  @Test
  void complete_checkpointOfWhichNoBarrierWasSeen_countsForNothing() {
    var watch = new CheckpointWatch();
    watch.complete(7);
    assertThat(watch.isCompleteSince(Long.MIN_VALUE / 2)).isFalse();
  }
}
