package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import java.util.List;
import reactor.core.publisher.Flux;

/** Where the enumerator learns what to scrape, now and after each reload. */
@FunctionalInterface
public interface ScrapeConfigs {

  /**
   * The scrape configurations; each element replaces all before. Begins with those in force; never
   * ends, and never fails: a configuration that cannot be loaded is not emitted.
   */
  Flux<List<ScrapeConfig>> changes();

  /** Configurations that never change. */
  static ScrapeConfigs fixed(List<ScrapeConfig> configs) {
    return () -> Flux.just(List.copyOf(configs)).concatWith(Flux.never());
  }
}
