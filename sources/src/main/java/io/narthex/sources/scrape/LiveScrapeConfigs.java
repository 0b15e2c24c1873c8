package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The scrape configurations of a server that reloads; safe for use by several threads. */
public final class LiveScrapeConfigs implements ScrapeConfigs {
  private final Sinks.Many<List<ScrapeConfig>> sink = Sinks.many().replay().latest();

  public LiveScrapeConfigs(List<ScrapeConfig> initial) {
    apply(initial);
  }

  /** Puts these configurations into force. */
  public synchronized void apply(List<ScrapeConfig> configs) {
    sink.tryEmitNext(List.copyOf(configs)).orThrow();
  }

  @Override
  public Flux<List<ScrapeConfig>> changes() {
    return sink.asFlux();
  }
}
