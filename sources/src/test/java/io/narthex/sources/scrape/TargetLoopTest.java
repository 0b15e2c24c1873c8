package io.narthex.sources.scrape;

import static io.narthex.sources.scrape.BatchText.report;
import static io.narthex.sources.scrape.BatchText.samples;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.KnownSeries.Numbering;
import io.narthex.pipeline.model.SampleBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

class TargetLoopTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final LoopHarness harness = new LoopHarness();
  private final List<SampleBatch> batches = new ArrayList<>();
  private final AtomicInteger fetches = new AtomicInteger();

  @AfterEach
  void reset() {
    time.dispose();
  }

  private static JobBuilder job() {
    return new JobBuilder("j").targets("h:1");
  }

  private Mono<Body> answer(TargetSplit target) {
    return Mono.fromSupplier(
        () -> {
          byte[] body = ("n " + fetches.incrementAndGet() + "\n").getBytes(UTF_8);
          return new Body(body, body.length, false, "text/plain");
        });
  }

  private TargetLoop loop(Fetcher fetcher) {
    return new TargetLoop(job().target(), harness.tools(fetcher, time, ScrapeOptions.DEFAULT));
  }

  private long millis() {
    return time.now(TimeUnit.MILLISECONDS);
  }

  private Disposable run(TargetLoop loop) {
    return loop.batches().subscribe(batches::add);
  }

  @Test
  void batches_regularTarget_scrapesAtItsPlaceInTheInterval() {
    var loop = loop(this::answer);
    var running = run(loop);
    time.advanceTimeBy(Duration.ofSeconds(60));
    running.dispose();
    long place = Long.remainderUnsigned(loop.split().hash(), 15_000);
    assertThat(batches).hasSize(4);
    for (int i = 0; i < 4; i++) {
      long timestamp = batches.get(i).timestamp(0);
      assertThat(timestamp).isEqualTo(place + 15_000L * i);
      assertThat(samples(batches.get(i))).hasSize(1);
    }
  }

  @Test
  void batches_slowTarget_timesOutAndIsDown() {
    harness.board.discovered("j", List.of(), List.of(), 0);
    var loop = loop(target -> Mono.never());
    var running = run(loop);
    long place = Long.remainderUnsigned(loop.split().hash(), 15_000);
    time.advanceTimeBy(Duration.ofMillis(place + 10_000));
    running.dispose();
    assertThat(batches).hasSize(1);
    assertThat(report(batches.get(0), "up")).isZero();
  }

  @Test
  void batches_nobodyAsks_leavesTicksOutAndKeepsTheFreshOne() {
    var loop = loop(this::answer);
    StepVerifier.create(loop.batches(), 0)
        .then(() -> time.advanceTimeBy(Duration.ofSeconds(60)))
        .thenRequest(1)
        .then(() -> time.advanceTimeBy(Duration.ofSeconds(15)))
        .assertNext(batch -> assertThat(batch.timestamp(0)).isGreaterThan(59_000))
        .thenCancel()
        .verify();
    assertThat(fetches).hasValue(1);
  }

  @Test
  void pending_whileAScrapeRuns_isItsTime() {
    var loop = loop(target -> Mono.delay(Duration.ofSeconds(5), time).then(answer(target)));
    var running = run(loop);
    long place = Long.remainderUnsigned(loop.split().hash(), 15_000);
    time.advanceTimeBy(Duration.ofMillis(place + 1000));
    assertThat(loop.pending()).isEqualTo(place);
    time.advanceTimeBy(Duration.ofSeconds(5));
    assertThat(batches).hasSize(1);
    assertThat(loop.pending()).isEqualTo(place); // until the batch has left
    loop.delivered(place);
    assertThat(loop.pending()).isEqualTo(Long.MAX_VALUE);
    running.dispose();
  }

  @Test
  void stop_afterScrapes_writesStaleMarkersAtTheNextPlannedTime() {
    var loop = loop(this::answer);
    run(loop);
    time.advanceTimeBy(Duration.ofSeconds(15));
    loop.stop();
    time.advanceTimeBy(Duration.ofSeconds(15));
    assertThat(batches).hasSize(3);
    long first = batches.get(0).timestamp(0);
    assertThat(samples(batches.get(1)))
        .hasSize(1)
        .first()
        .asString()
        .contains("stale @" + (first + 15_000));
    assertThat(report(batches.get(2), "up")).isNaN();
    assertThat(batches.get(2).timestamp(0)).isEqualTo(first + 15_000);
    assertThat(millis()).isGreaterThanOrEqualTo(first + 15_000);
  }

  @Test
  void stop_followedByAnotherLoop_leavesItsSeriesAlone() {
    var loop = loop(this::answer);
    run(loop);
    time.advanceTimeBy(Duration.ofSeconds(15));
    loop.stop();
    loop.followed();
    time.advanceTimeBy(Duration.ofSeconds(30));
    assertThat(batches).hasSize(1);
  }

  @Test
  void reconfigure_otherInterval_goesOnWithTheSameSeries() {
    var loop = loop(this::answer);
    run(loop);
    time.advanceTimeBy(Duration.ofSeconds(15));
    loop.reconfigure(job().interval(Duration.ofSeconds(5), Duration.ofSeconds(5)).target());
    time.advanceTimeBy(Duration.ofSeconds(10));
    assertThat(batches).hasSize(3);
    assertThat(report(batches.get(1), "scrape_series_added")).isZero();
  }

  /** Does something once, while an exposition is being read. */
  private TargetLoop loopThat(Consumer<TargetLoop> whileReading) {
    var loop = new AtomicReference<TargetLoop>();
    KnownSeries known =
        () -> {
          var reading = loop.getAndSet(null);
          if (reading != null) {
            whileReading.accept(reading);
          }
          return Numbering.EMPTY;
        };
    loop.set(
        new TargetLoop(
            job().target(), harness.tools(this::answer, time, ScrapeOptions.DEFAULT, known)));
    return loop.get();
  }

  @Test
  void reconfigure_whileAnExpositionIsRead_isAfterIt() {
    var faster = job().interval(Duration.ofSeconds(5), Duration.ofSeconds(5)).target();
    var loop = loopThat(reading -> reading.reconfigure(faster));
    run(loop);
    time.advanceTimeBy(Duration.ofSeconds(15));
    time.advanceTimeBy(Duration.ofSeconds(15));
    long place = Long.remainderUnsigned(loop.split().hash(), 15_000);
    assertThat(batches.get(0).timestamp(0)).isEqualTo(place); // it was not cut off
    assertThat(report(batches.get(0), "scrape_series_added")).isEqualTo(1);
    assertThat(batches).hasSizeGreaterThanOrEqualTo(3);
    assertThat(report(batches.get(1), "scrape_series_added")).isZero();
  }

  @Test
  void stop_whileAnExpositionIsRead_marksItsSeriesAsStale() {
    run(loopThat(TargetLoop::stop));
    time.advanceTimeBy(Duration.ofSeconds(15));
    time.advanceTimeBy(Duration.ofSeconds(30));
    assertThat(batches).hasSize(3); // the scrape, its series' ends, the reports' ends
    assertThat(samples(batches.get(1)).get(0)).contains("stale");
  }

  @Test
  void reconfigure_whileAFetchRuns_givesItUpAndWaitsForNothing() {
    var loop = loop(target -> fetches.incrementAndGet() == 1 ? Mono.never() : answer(target));
    run(loop);
    long place = Long.remainderUnsigned(loop.split().hash(), 15_000);
    time.advanceTimeBy(Duration.ofMillis(place + 10));
    assertThat(loop.pending()).isEqualTo(place);
    loop.reconfigure(job().interval(Duration.ofSeconds(60), Duration.ofSeconds(5)).target());
    time.advanceTimeBy(Duration.ofMillis(1));
    assertThat(loop.pending()).isEqualTo(Long.MAX_VALUE);

    time.advanceTimeBy(Duration.ofSeconds(60));
    assertThat(batches).hasSize(1);
  }

  @Test
  void batches_targetLimitExceeded_failsWithoutFetching() {
    var job = job().targets("h:1", "h:2");
    job.targetLimit = 1;
    var target =
        new TargetBuilder(job.build())
            .build(
                ((io.narthex.pipeline.config.DiscoveryConfig.Static) job.discovery.get(0)).groups())
            .active()
            .get(0);
    var loop = new TargetLoop(target, harness.tools(this::answer, time, ScrapeOptions.DEFAULT));
    run(loop);
    time.advanceTimeBy(Duration.ofSeconds(15));
    assertThat(report(batches.get(0), "up")).isZero();
    assertThat(fetches).hasValue(0);
    assertThat(target.refusal())
        .isEqualTo("target_limit exceeded (number of targets: 2, limit: 1)");
  }
}
