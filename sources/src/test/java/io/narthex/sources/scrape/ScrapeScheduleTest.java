package io.narthex.sources.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScrapeScheduleTest {

  @Test
  void first_anyHash_isNowOrWithinTheInterval() {
    for (long hash : new long[] {0, 1, 14_999, 15_000, -1, Long.MIN_VALUE}) {
      for (long now : new long[] {0, 1, 1_700_000_000_123L}) {
        var schedule = new ScrapeSchedule(hash, 15_000, 2, now);
        assertThat(schedule.first()).isBetween(now, now + 14_999);
        assertThat(schedule.first() % 15_000).isEqualTo(Long.remainderUnsigned(hash, 15_000));
        assertThat(schedule.next(now)).isGreaterThan(now);
      }
    }
  }

  @Test
  void timestamp_slightlyLate_isThePlannedTime() {
    var schedule = new ScrapeSchedule(0, 15_000, 2, 0);
    assertThat(schedule.timestamp(0)).isEqualTo(0);
    assertThat(schedule.timestamp(15_002)).isEqualTo(15_000);
    assertThat(schedule.timestamp(30_003)).isEqualTo(30_003);
    assertThat(schedule.timestamp(45_001)).isEqualTo(45_000);
    assertThat(schedule.timestamp(90_001)).isEqualTo(90_000); // ticks were left out
  }

  @Test
  void timestamp_slightlyEarly_isNotAheadOfTheClock() {
    var schedule = new ScrapeSchedule(0, 15_000, 2, 0);
    schedule.timestamp(0);
    assertThat(schedule.timestamp(14_999)).isEqualTo(14_999);
  }

  @Test
  void timestamp_shortInterval_toleratesAHundredthOfIt() {
    var schedule = new ScrapeSchedule(0, 100, 2, 0);
    assertThat(schedule.timestamp(101)).isEqualTo(100);
    assertThat(schedule.timestamp(202)).isEqualTo(202);
  }
}
