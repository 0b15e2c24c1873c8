package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.evaluation.RuleFixtures;
import io.narthex.operators.rules.evaluation.RuleOptions;
import io.narthex.operators.rules.evaluation.RunStarts;
import io.narthex.operators.rules.evaluation.TestClock;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The clock of the machine is set wrong and right again while rules are evaluated. */
class RuleClockTest {
  private static final long START = 1_700_000_000_000L;
  private static final long DAY = 86_400_000;

  private final InMemoryStore store = new InMemoryStore();
  private final InMemoryStatusBoard board = new InMemoryStatusBoard();
  private final TestClock clock = new TestClock();
  private final Semaphore looks = new Semaphore(0);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final TreeMap<Long, Double> sums = new TreeMap<>();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private volatile long passed; // nanoseconds

  @Test
  void clock_aheadForAMoment_noTickOfThatTimeIsEvaluated() throws Exception {
    try (var worker = worker(null)) {
      worker.start();
      live(worker, 1, 60, START);
      clock.set(START + DAY);
      worker.exchange().watermark(START + DAY);
      look(worker);
      assertThat(sums.lastKey()).isLessThan(START + 61_000);

      live(worker, 61, 120, START);

      assertThat(sums).hasSizeBetween(20, 25);
      assertThat(sums.lastKey()).isBetween(START + 105_000, START + 120_000);
      assertThat(sums.values()).containsOnly(9.0);
      expectThatTheAlertStayed();
    }
  }

  @Test
  void clock_aheadForLongAndSetBack_rulesGoOnAtOnceBothTimes() throws Exception {
    try (var worker = worker(null)) {
      worker.start();
      live(worker, 1, 60, START);
      live(worker, 61, 180, START + DAY);
      assertThat(sums.lastKey()).isGreaterThan(START + DAY + 165_000);
      assertThat(sums.subMap(START + 130_000, START + DAY)).isEmpty();
      expectThatTheAlertStayed();

      sums.clear();
      live(worker, 181, 300, START);

      assertThat(sums.firstKey()).isBetween(START + 170_000, START + 200_000);
      assertThat(sums.headMap(START + DAY)).hasSizeGreaterThan(15);
      expectThatTheAlertStayed();
    }
  }

  @Test
  void restore_stateIsAheadOfTheClock_goesOnFromNow() throws Exception {
    byte[] ahead;
    try (var worker = worker(null)) {
      worker.start();
      live(worker, 1, 60, START + DAY);
      ahead = worker.checkpoint().snapshot();
    }
    clock.set(START + 100_000);
    sums.clear();
    try (var worker = worker(ahead)) {
      worker.start();
      live(worker, 101, 160, START);

      assertThat(sums.headMap(START + DAY)).hasSizeGreaterThan(7);
      expectThatTheAlertStayed();
    }
  }

  private void expectThatTheAlertStayed() {
    assertThat(transitions)
        .extracting(AlertTransition::to)
        .doesNotContain(AlertState.INACTIVE)
        .contains(AlertState.FIRING);
  }

  private RuleWorker worker(byte @Nullable [] snapshot) {
    var rules =
        RuleFixtures.rules(
            RuleFixtures.group(
                "g",
                5,
                0,
                RuleFixtures.record("total", "sum(g)"),
                RuleFixtures.alert("High", "g > 5", 10)));
    var services =
        new RuleServices(
            new LiveRules(rules),
            RuleOptions.DEFAULTS,
            ReadableStore.atOnce(store),
            RunStarts.NONE,
            board,
            RuleMetrics.of(new PrometheusRegistry()),
            Duration.ofSeconds(5),
            clock);
    return new RuleWorker(
        services,
        snapshot,
        () -> {},
        failure::set,
        Long.MAX_VALUE,
        1000,
        () -> {
          looks.release();
          return passed;
        });
  }

  /** Samples come each five seconds; the clock shows {@code base} and the seconds that passed. */
  private void live(RuleWorker worker, int first, int last, long base) throws InterruptedException {
    for (int second = first; second <= last; second++) {
      long now = base + second * 1000L;
      passed += 1_000_000_000;
      clock.set(now);
      if (second % 5 == 0) {
        var batch =
            SampleBatch.at(new Origin.RemoteWrite(), now)
                .series(Labels.of(Labels.METRIC_NAME, "g", "job", "a"))
                .value(9)
                .build();
        store.append(batch);
        worker.exchange().offer(batch);
        worker.exchange().watermark(now);
        look(worker);
      }
    }
  }

  /** Waits until the worker has looked at the clock some times, and takes what it gave. */
  private void look(RuleWorker worker) throws InterruptedException {
    looks.drainPermits();
    worker.exchange().watermark(clock.millis() + 1); // so that it does so at once
    looks.acquire(3);
    assertThat(failure.get()).isNull();
    worker.checkpoint().results().forEach(this::note);
  }

  private void note(RuleResult result) {
    if (result instanceof RuleResult.Samples samples) {
      var batch = samples.batch();
      store.append(batch);
      for (int series = 0; series < batch.seriesCount(); series++) {
        if (batch.labels(series).metricName().equals("total")) {
          sums.put(batch.timestamp(series), batch.value(series));
        }
      }
    } else if (result instanceof RuleResult.Alerts alerts) {
      transitions.addAll(alerts.batch().transitions());
    }
  }
}
