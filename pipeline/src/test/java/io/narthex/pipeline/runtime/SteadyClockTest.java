package io.narthex.pipeline.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long YEAR = 366L * 86_400_000;
  private static final long TOLERANCE = SteadyClock.Doubt.OF_RETENTION.tolerance().toMillis();
  private static final long SETTLING = SteadyClock.Doubt.OF_RETENTION.settling().toMillis();

  private long wall = NOW;
  private long nanos;

  private SteadyClock clock(long newest) {
    return new SteadyClock(() -> wall, () -> nanos, SteadyClock.Doubt.OF_RETENTION, newest);
  }

  private void pass(long millis) {
    wall += millis;
    nanos += millis * 1_000_000;
  }

  @Test
  void now_clockThatJumpsAheadForAMoment_isNotBelieved() {
    var clock = clock(NOW);
    pass(60_000);
    assertThat(clock.now()).isEqualTo(NOW + 60_000);
    wall += YEAR;
    assertThat(clock.now()).isEqualTo(NOW + 60_000);
    pass(30_000);
    assertThat(clock.now()).isEqualTo(NOW + 90_000);
    wall -= YEAR;
    assertThat(clock.now()).isEqualTo(NOW + 90_000);
    wall += TOLERANCE;
    assertThat(clock.now()).as("a small correction").isEqualTo(wall);
  }

  @Test
  void now_jumpThatLasts_isBelievedAfterAnHour() {
    var clock = clock(NOW);
    wall += YEAR;
    assertThat(clock.now()).isEqualTo(NOW);
    pass(SETTLING);
    assertThat(clock.now()).isEqualTo(NOW + YEAR + SETTLING);
  }

  @Test
  void now_clockThatJumpsAgainWhileItIsDoubted_isDoubtedAnew() {
    var clock = clock(NOW);
    wall += YEAR;
    assertThat(clock.now()).isEqualTo(NOW);
    pass(SETTLING - 1);
    wall -= YEAR / 2;
    assertThat(clock.now()).isEqualTo(NOW + SETTLING - 1);
    pass(1);
    assertThat(clock.now()).isEqualTo(NOW + SETTLING);
    assertThat(clock.isDoubted()).isTrue();
    pass(SETTLING);
    assertThat(clock.now()).isEqualTo(wall);
    assertThat(clock.jumpedTo()).isEqualTo(NOW + YEAR / 2 + SETTLING - 1);
    assertThat(clock.jumps()).isOne();
  }

  @Test
  void now_startLongAfterTheNewestSample_isBelievedAfterAnHour() {
    var clock = clock(NOW - YEAR);
    assertThat(clock.now()).isEqualTo(NOW - YEAR);
    pass(SETTLING);
    assertThat(clock.now()).isEqualTo(NOW + SETTLING);
    assertThat(clock(Long.MIN_VALUE).now()).as("an empty store").isEqualTo(wall);
  }

  @Test
  void now_clockThatIsSetBack_isFollowedAtOnce() {
    var clock = clock(NOW);
    wall -= YEAR;
    assertThat(clock.now()).isEqualTo(NOW - YEAR);
  }
}
