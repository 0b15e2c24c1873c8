package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long YEAR = 366L * 86_400_000;

  private long wall = NOW;
  private long nanos;

  private SteadyClock clock(long newest) {
    return new SteadyClock(() -> wall, () -> nanos, newest);
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
    wall += SteadyClock.TOLERANCE;
    assertThat(clock.now()).as("a small correction").isEqualTo(wall);
  }

  @Test
  void now_jumpThatLasts_isBelievedAfterAnHour() {
    var clock = clock(NOW);
    wall += YEAR;
    assertThat(clock.now()).isEqualTo(NOW);
    pass(SteadyClock.SETTLING);
    assertThat(clock.now()).isEqualTo(NOW + YEAR + SteadyClock.SETTLING);
  }

  @Test
  void now_startLongAfterTheNewestSample_isBelievedAfterAnHour() {
    var clock = clock(NOW - YEAR);
    assertThat(clock.now()).isEqualTo(NOW - YEAR);
    pass(SteadyClock.SETTLING);
    assertThat(clock.now()).isEqualTo(NOW + SteadyClock.SETTLING);
    assertThat(clock(Long.MIN_VALUE).now()).as("an empty store").isEqualTo(wall);
  }

  @Test
  void now_clockThatIsSetBack_isFollowedAtOnce() {
    var clock = clock(NOW);
    wall -= YEAR;
    assertThat(clock.now()).isEqualTo(NOW - YEAR);
  }
}
