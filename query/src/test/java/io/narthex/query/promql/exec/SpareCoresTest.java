package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class SpareCoresTest {
  @Test
  void begin_machineHasNoThread_isRefusedAndLeavesTheCoreFree() throws InterruptedException {
    var without = new AtomicBoolean(true);
    var cores =
        new SpareCores(
            2,
            Duration.ZERO,
            work ->
                new Thread(work) {
                  @Override
                  public synchronized void start() {
                    if (without.get()) {
                      throw new OutOfMemoryError("unable to create native thread");
                    }
                    super.start();
                  }
                });
    assertThat(cores.begin(() -> {})).isFalse();
    assertThat(cores.anyFree(1)).isTrue();
    without.set(false);
    var worked = new CountDownLatch(1);
    assertThat(cores.begin(worked::countDown)).isTrue();
    worked.await();
  }
}
