package io.narthex.operators.rules.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TickScheduleTest {

  /** Times of samples that Prometheus 3.5.3 recorded for groups of these names. */
  @ParameterizedTest
  @CsvSource({
    "alpha, 1, 3, 1795270788470",
    "beta, 1, 7, 1795270788333",
    "g, 200, 3, 1795270787277",
    "h, 300, 3, 1795270786549"
  })
  void of_group_ticksWithPrometheus(String name, int repeat, int seconds, long recorded) {
    var schedule =
        TickSchedule.of(
            "/tmp/rules/oracle/rules.yml", name.repeat(repeat), Duration.ofSeconds(seconds));
    assertThat(schedule.atOrBefore(recorded)).isEqualTo(recorded);
    assertThat(schedule.after(recorded - 1)).isEqualTo(recorded);
    assertThat(schedule.atOrBefore(recorded - 1)).isEqualTo(recorded - 1000L * seconds);
    assertThat(schedule.after(recorded)).isEqualTo(recorded + 1000L * seconds);
  }

  @Test
  void after_offsetWithinAMillisecond_countsAsItsBeginning() {
    var schedule = new TickSchedule(Duration.ofSeconds(10).toNanos(), 1_999_999);
    assertThat(schedule.atOrBefore(1)).isEqualTo(1);
    assertThat(schedule.after(0)).isEqualTo(1);
    assertThat(schedule.after(1)).isEqualTo(10_001);
    assertThat(schedule.atOrBefore(0)).isEqualTo(-9_999);
  }
}
