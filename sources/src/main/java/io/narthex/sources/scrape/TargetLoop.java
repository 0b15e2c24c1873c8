package io.narthex.sources.scrape;

import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.TargetStatus;
import io.narthex.pipeline.status.TargetStatus.Health;
import io.narthex.sources.scrape.TargetSeries.Outcome;
import io.narthex.sources.scrape.TargetSeries.Scrape;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Scrapes one target, on and on: fetch, unpack, parse, one batch. One scrape at a time; a tick that
 * finds the one before still running, or nobody asking for its batch, is left out. A change of
 * settings goes on with the same series; {@link #stop} ends the loop with stale markers at the next
 * planned time. Either gives up a fetch that runs, but waits for an exposition that is being read:
 * the series belong to one reading at a time, and what it made of them has to be told.
 */
final class TargetLoop {
  private static final long NONE = Long.MAX_VALUE;

  private final LoopTools tools;
  private final TargetSeries series;
  private final Sinks.Many<Term> terms = Sinks.many().unicast().onBackpressureBuffer();
  private volatile Term term;
  private volatile long pending = NONE;
  private volatile long lastBegun; // nanoseconds; 0 before the first scrape
  private volatile String lastError = "";
  private volatile @Nullable Intervals intervals;
  private volatile boolean followed;

  /** The time in which a target has the same settings; {@code over} ends when it is over. */
  private record Term(TargetSplit target, Sinks.Empty<Void> over) {
    static Term of(TargetSplit target) {
      return new Term(target, Sinks.empty());
    }
  }

  TargetLoop(TargetSplit split, LoopTools tools) {
    this.tools = tools;
    this.series = new TargetSeries(split, tools.known());
    this.term = Term.of(split);
    terms.tryEmitNext(term).orThrow();
  }

  TargetSplit split() {
    return term.target();
  }

  /** Goes on with other settings of the same target. Called by the task's thread only. */
  void reconfigure(TargetSplit next) {
    var before = term;
    term = Term.of(next);
    terms.tryEmitNext(term).orThrow();
    before.over().tryEmitEmpty();
  }

  /** Ends the loop. Called by the task's thread only. */
  void stop() {
    terms.tryEmitComplete();
    term.over().tryEmitEmpty();
  }

  /** Another loop goes on with the target, so that its series do not go stale after all. */
  void followed() {
    followed = true;
  }

  /** Time of the scrape that runs or whose batch is on its way; {@link Long#MAX_VALUE} if none. */
  long pending() {
    return pending;
  }

  /** Whether a scrape runs, or its batch is on its way. */
  boolean isPending() {
    return pending != NONE;
  }

  /** The batch that the time of {@link #pending} belongs to has arrived. */
  void delivered(long timestamp) {
    if (pending == timestamp) {
      pending = NONE;
    }
  }

  /** The batches; cold, subscribed once, ends after {@link #stop}. */
  Flux<SampleBatch> batches() {
    return terms.asFlux().concatMap(this::scrapes, 0).concatWith(Flux.defer(this::ending));
  }

  private Flux<SampleBatch> scrapes(Term term) {
    var target = term.target();
    long interval = target.interval().toMillis();
    var schedule =
        new ScrapeSchedule(target.hash(), interval, tools.toleranceMillis(), tools.millis());
    return Flux.interval(
            Duration.ofMillis(schedule.first() - tools.millis()), target.interval(), tools.timer())
        .onBackpressureDrop(tick -> tools.metrics().skippedScrapes.inc())
        .takeUntilOther(term.over().asMono())
        .concatMap(tick -> scrape(term, schedule), 0); // 0: no tick waits
  }

  private Mono<SampleBatch> scrape(Term term, ScrapeSchedule schedule) {
    var target = term.target();
    return Mono.defer(
        () -> {
          long now = tools.millis();
          long timestamp = schedule.timestamp(now);
          pending = timestamp;
          long begun = System.nanoTime();
          measureInterval(target, begun);
          return fetch(target)
              .takeUntilOther(term.over().asMono())
              .publishOn(tools.timer())
              .map(body -> read(target, body, timestamp, begun))
              .onErrorResume(
                  error -> Mono.fromSupplier(() -> failed(target, error, timestamp, begun)))
              .map(outcome -> report(target, outcome, timestamp, begun))
              .switchIfEmpty(Mono.fromRunnable(() -> pending = NONE)); // the fetch was given up
        });
  }

  private Mono<Body> fetch(TargetSplit target) {
    if (!target.refusal().isEmpty()) {
      return Mono.error(new ScrapeException(target.refusal()));
    }
    var fetched = tools.fetcher().fetch(target);
    return tools.fetcher().limitsTime(target)
        ? fetched
        : fetched.timeout(target.timeout(), tools.timer());
  }

  private Outcome read(TargetSplit target, Body body, long timestamp, long begun) {
    series.use(target);
    var rows = tools.takeRows();
    try {
      return tools.unpacked(
          body,
          target,
          (bytes, length) ->
              series.success(
                  bytes, length, body.contentType(), new Scrape(timestamp, begun, length), rows));
    } finally {
      tools.giveRows(rows);
    }
  }

  private Outcome failed(TargetSplit target, Throwable error, long timestamp, long begun) {
    var fault = FetchFaults.described(error, target.url());
    if (fault.isTooLarge()) {
      tools.metrics().exceededBodySize.inc();
    }
    series.use(target);
    var rows = tools.takeRows();
    try {
      var scrape = new Scrape(timestamp, begun, fault.isTooLarge() ? -1 : 0);
      return series.failure(fault.getMessage(), scrape, rows);
    } finally {
      tools.giveRows(rows);
    }
  }

  private SampleBatch report(TargetSplit target, Outcome outcome, long timestamp, long begun) {
    String error = outcome.error() == null ? "" : outcome.error();
    tools
        .board()
        .scraped(
            new TargetStatus(
                target.pool(),
                target.id(),
                target.discovered(),
                target.labels(),
                target.url(),
                outcome.error() == null ? Health.UP : Health.DOWN,
                error,
                timestamp,
                (System.nanoTime() - begun) / 1e9,
                target.interval().toMillis() / 1e3,
                target.timeout().toMillis() / 1e3));
    if (outcome.newMetadata() != null) {
      tools.board().metadata(target.pool(), target.id(), outcome.newMetadata());
    }
    if (!error.isEmpty() && !error.equals(lastError)) {
      tools.failures().note(target, error);
    }
    lastError = error;
    return outcome.batch();
  }

  private void measureInterval(TargetSplit target, long begun) {
    if (lastBegun != 0) {
      var now = intervals;
      if (now == null || !now.planned().equals(target.interval())) {
        now = Intervals.of(target.interval(), tools.metrics());
        intervals = now;
      }
      now.observed().observe((begun - lastBegun) / 1e9);
    }
    lastBegun = begun;
  }

  /** Where the lengths of intervals are counted that are planned alike. */
  private record Intervals(Duration planned, DistributionDataPoint observed) {
    static Intervals of(Duration planned, ScrapeMetrics metrics) {
      return new Intervals(
          planned, metrics.intervalLength.labelValues(PrometheusDuration.print(planned)));
    }
  }

  /** Stale markers when the next scrape would have been: not before samples of a last one. */
  private Flux<SampleBatch> ending() {
    var last = split();
    var schedule = new ScrapeSchedule(last.hash(), last.interval().toMillis(), 0, tools.millis());
    long timestamp = schedule.next(tools.millis());
    return Mono.delay(Duration.ofMillis(timestamp - tools.millis()), tools.timer())
        .flatMapIterable(
            tick -> {
              if (followed) {
                return List.of();
              }
              pending = timestamp;
              return series.end(timestamp);
            })
        .doOnComplete(() -> pending = NONE);
  }
}
