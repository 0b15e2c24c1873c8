package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.evaluation.RuleFixtures;
import io.narthex.operators.rules.evaluation.RuleOptions;
import io.narthex.operators.rules.evaluation.RunStarts;
import io.narthex.operators.rules.evaluation.TestClock;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The worker when more comes than it may keep. */
class RuleWorkerTest {
  private static final long START = 1_700_000_000_000L;
  private static final int SECONDS = 120;
  private static final int INTERVAL = 5;

  private final RuleSet rules =
      RuleFixtures.rules(
          RuleFixtures.group(
              "g",
              INTERVAL,
              0,
              RuleFixtures.record("total", "sum(g)"),
              RuleFixtures.record("rates", "rate(g[30s])"),
              RuleFixtures.record("plain", "quantile_over_time(0.3, g[30s])")),
          RuleFixtures.group(
              "chained", INTERVAL, 0, RuleFixtures.record("mean", "avg_over_time(total[1m])")));

  @Test
  void offer_moreThanIsKept_nothingIsLost() throws InterruptedException {
    var undisturbed = run(Long.MAX_VALUE);

    var overflown = run(1);

    assertThat(overflown).isEqualTo(undisturbed);
    assertThat(undisturbed).hasSizeGreaterThan(100);
  }

  @Test
  void offer_someTimesMoreThanIsKept_nothingIsLost() throws InterruptedException {
    assertThat(run(3L * batch(0, "a", 0).sizeInBytes())).isEqualTo(run(Long.MAX_VALUE));
  }

  @Test
  void offer_moreThanIsKeptAndTheStoreShowsSamplesAtCheckpoints_nothingIsLost()
      throws InterruptedException {
    assertThat(new Run(3L * batch(0, "a", 0).sizeInBytes(), true).written())
        .isEqualTo(run(Long.MAX_VALUE));
  }

  @Test
  void checkpoint_resultsArePiledUpAndNobodyTakesThem_takesThem() throws InterruptedException {
    var run = new Run(Long.MAX_VALUE, false);
    try (var worker = run.worker(3)) {
      run.begin(worker);
      for (int second = 1; second <= SECONDS; second++) {
        run.second(worker, second);
      }
      String last = String.valueOf(START + (SECONDS - INTERVAL) * 1000L);
      while (run.written.keySet().stream().noneMatch(written -> written.compareTo(last) > 0)) {
        run.ready.acquire();
        assertThat(run.failure.get()).isNull();
        note(worker.checkpoint().results(), run.written);
      }
    }
  }

  @Test
  void checkpoint_manyTicksAreCorrected_waitsForOneOfThem() throws InterruptedException {
    var run = new Run(Long.MAX_VALUE, false);
    try (var worker = run.worker(3)) {
      run.begin(worker);
      for (int second = 1; second <= SECONDS; second++) {
        run.clock.set(START + second * 1000L);
        run.give(worker, batch(second, "a", 1));
        worker.exchange().watermark(START + second * 1000L);
      }
      String last = String.valueOf(START + (SECONDS - INTERVAL) * 1000L);
      run.takeUntil(worker, key -> key.contains("total") && key.compareTo(last) > 0);
      run.written.clear();

      run.give(worker, batch(10, "late", 7));
      int most = 0;
      while (run.written.keySet().stream()
          .noneMatch(key -> key.contains("total") && key.compareTo(last) > 0)) {
        run.ready.acquire();
        assertThat(run.failure.get()).isNull();
        var results = worker.checkpoint().results();
        most = Math.max(most, results.size());
        note(results, run.written);
      }

      assertThat(run.written).as("ticks of both groups").hasSizeGreaterThan(40);
      assertThat(most).as("results at once").isLessThanOrEqualTo(3 + 2);
    }
  }

  @Test
  void arrive_clockIsSetBack_goesOn() throws InterruptedException {
    var run = new Run(Long.MAX_VALUE, false);
    run.options = RuleOptions.DEFAULTS.withOnArrival(group -> group.name().equals("g"));
    try (var worker = run.worker()) {
      run.begin(worker);
      run.give(worker, batch(1, "a", 1));
      worker.exchange().watermark(START + 7_000);
      run.takeUntil(worker, key -> key.contains("total"));
      run.clock.set(START + 30_000);
      run.give(worker, batch(8, "a", 1));
      run.takeUntil(worker, key -> key.startsWith(String.valueOf(START + 8_000)));

      run.clock.set(START + 12_000);
      run.give(worker, batch(9, "a", 1));

      run.takeUntil(worker, key -> key.startsWith(String.valueOf(START + 9_000)));
      assertThat(run.written).hasSizeGreaterThan(2);
    }
  }

  /** What rules wrote last at each time; their points do not reach the store meanwhile. */
  private Map<String, Double> run(long mostBytes) throws InterruptedException {
    return new Run(mostBytes, false).written();
  }

  /** One worker and what is around it. */
  private final class Run {
    final InMemoryStore store = new InMemoryStore();
    final InMemoryStatusBoard board = new InMemoryStatusBoard();
    final LiveRules live = new LiveRules(rules);
    final List<SampleBatch> stored = new ArrayList<>(); // what the store does not show yet
    final Semaphore ready = new Semaphore(0);
    final AtomicReference<Throwable> failure = new AtomicReference<>();
    final Map<String, Double> written = new TreeMap<>();
    final TestClock clock = new TestClock();
    final long mostBytes;
    final boolean atCheckpoints;
    RuleOptions options = RuleOptions.DEFAULTS;
    long checkpoints;

    Run(long mostBytes, boolean atCheckpoints) {
      this.mostBytes = mostBytes;
      this.atCheckpoints = atCheckpoints;
    }

    RuleWorker worker() {
      return worker(1000);
    }

    RuleWorker worker(int mostResults) {
      var services =
          new RuleServices(
              live,
              options,
              new ReadableStore(store, atCheckpoints, () -> {}),
              RunStarts.NONE,
              board,
              RuleMetrics.of(new PrometheusRegistry()),
              Duration.ofHours(1),
              clock);
      return new RuleWorker(
          services,
          null,
          ready::release,
          cause -> {
            failure.set(cause);
            ready.release();
          },
          mostBytes,
          mostResults,
          () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));
    }

    Map<String, Double> written() throws InterruptedException {
      try (var worker = worker()) {
        begin(worker);
        for (int second = 1; second <= SECONDS; second++) {
          second(worker, second);
          if (second % 10 == 0) {
            awaitTick(worker, second);
          }
        }
        note(worker.checkpoint().results(), written);
      }
      return written;
    }

    /** Starts the worker and waits until it has read the clock. */
    void begin(RuleWorker worker) throws InterruptedException {
      worker.start();
      ready.acquire();
    }

    void second(RuleWorker worker, int second) {
      clock.set(START + second * 1000L);
      give(worker, batch(second, "a", second * second));
      if (second == 60) {
        give(worker, batch(45, "late", 7));
      }
      worker.exchange().watermark(START + second * 1000L);
    }

    /** Takes results until there is one with this time and series. */
    void takeUntil(RuleWorker worker, Predicate<String> wanted) throws InterruptedException {
      while (written.keySet().stream().noneMatch(wanted)) {
        ready.acquire();
        assertThat(failure.get()).isNull();
        note(worker.exchange().results(), written);
      }
    }

    private void give(RuleWorker worker, SampleBatch batch) {
      if (atCheckpoints) {
        stored.add(batch);
      } else {
        store.append(batch);
      }
      worker.exchange().offer(batch);
    }

    void checkpoint(RuleWorker worker) throws InterruptedException {
      worker.exchange().checkpointBegun(++checkpoints);
      note(worker.checkpoint().results(), written);
      stored.forEach(store::append);
      stored.clear();
      worker.exchange().checkpointComplete(checkpoints);
    }

    private void awaitTick(RuleWorker worker, int second) throws InterruptedException {
      long last = START + (second - INTERVAL) * 1000L;
      while (board.rules().isEmpty()
          || board.rules().stream().anyMatch(group -> group.lastEvaluation() <= last)) {
        if (atCheckpoints) {
          checkpoint(worker);
          ready.tryAcquire(20, TimeUnit.MILLISECONDS);
        } else {
          ready.acquire();
        }
        assertThat(failure.get()).isNull();
        note(worker.exchange().results(), written);
      }
    }
  }

  private static void note(List<RuleResult> results, Map<String, Double> written) {
    for (var result : results) {
      if (result instanceof RuleResult.Samples samples) {
        var batch = samples.batch();
        for (int row = 0; row < batch.seriesCount(); row++) {
          written.put(batch.timestamp(row) + " " + batch.labels(row), batch.value(row));
        }
      }
    }
  }

  private static SampleBatch batch(int second, String job, double value) {
    return SampleBatch.at(new Origin.RemoteWrite(), START + second * 1000L)
        .series(Labels.of(Labels.METRIC_NAME, "g", "job", job))
        .value(value)
        .build();
  }
}
