package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** What a loop needs, around a fetcher and a clock of the test. */
final class LoopHarness {
  final InMemoryStatusBoard board = new InMemoryStatusBoard();
  final BufferPool buffers = new BufferPool(4);

  LoopTools tools(Fetcher fetcher, Scheduler timer, ScrapeOptions options) {
    return tools(fetcher, timer, options, KnownSeries.NONE);
  }

  LoopTools tools(Fetcher fetcher, Scheduler timer, ScrapeOptions options, KnownSeries known) {
    return new LoopTools(
        fetcher,
        board,
        ScrapeMetrics.of(new PrometheusRegistry()),
        new FailureLog(Clock.systemUTC(), Schedulers.immediate()),
        buffers,
        known,
        options,
        timer);
  }
}
