package io.narthex.sources.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sources.reactive.BatchFlow;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class PushClockTest {
  private long now = 1_000_000;
  private final PushClock clock =
      new PushClock(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return Instant.ofEpochMilli(now);
            }
          },
          Duration.ofSeconds(10));

  private static SampleBatch batch(long timestamp) {
    return SampleBatch.of(new Origin.RemoteWrite())
        .series(Labels.of("__name__", "m"))
        .value(timestamp, 1)
        .build();
  }

  @Test
  void watermark_clockWasAhead_isThatOfNowAgain() {
    now += 86_400_000;
    var pushed = batch(now);
    clock.accepted(pushed);
    assertThat(clock.watermark()).isEqualTo(now - 1);
    now -= 86_400_000;
    assertThat(clock.watermark()).isEqualTo(now - 1);
    clock.delivered(pushed);
    now += 200_000;
    assertThat(clock.watermark()).isEqualTo(BatchFlow.IDLE);
  }

  @Test
  void watermark_noTraffic_isIdle() {
    assertThat(clock.watermark()).isEqualTo(BatchFlow.IDLE);
  }

  @Test
  void watermark_laggingSender_staysBehindByItsLag() {
    var batch = batch(now - 2000);
    clock.accepted(batch);
    clock.delivered(batch);
    assertThat(clock.watermark()).isEqualTo(now - 2001);
    now += 5000;
    assertThat(clock.watermark()).isEqualTo(now - 2001);
  }

  @Test
  void watermark_batchOnItsWay_waitsForIt() {
    var batch = batch(now - 2000);
    clock.accepted(batch);
    now += 5000;
    assertThat(clock.watermark()).isEqualTo(now - 7001);
    clock.delivered(batch);
    assertThat(clock.watermark()).isEqualTo(now - 2001);
  }

  @Test
  void watermark_oldData_isWaitedForNoLongerThanTheBound() {
    var batch = batch(now - 3_600_000);
    clock.accepted(batch);
    clock.delivered(batch);
    assertThat(clock.watermark()).isEqualTo(now - 10_001);
  }

  @Test
  void watermark_afterSilence_forgetsTheLag() {
    var batch = batch(now - 2000);
    clock.accepted(batch);
    clock.delivered(batch);
    now += 180_000;
    assertThat(clock.watermark()).isEqualTo(BatchFlow.IDLE);
  }
}
