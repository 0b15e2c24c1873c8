package io.narthex.jobs.server;

import io.narthex.query.promql.cache.CachedQueryEngine;
import io.narthex.query.promql.cache.CachedQueryEngine.Outcome;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/** Figures about the answers of range queries that are kept. */
final class ResultCacheMetrics {
  private ResultCacheMetrics() {}

  static void register(PrometheusRegistry registry, CachedQueryEngine cache, long maxBytes) {
    CounterWithCallback.builder()
        .name("narthex_query_result_cache_requests_total")
        .help("Range queries by what kept answers did for them.")
        .labelNames("outcome")
        .callback(
            callback -> {
              for (Outcome outcome : Outcome.values()) {
                callback.call(
                    (double) cache.count(outcome), outcome.name().toLowerCase(Locale.ROOT));
              }
            })
        .register(registry);
    CounterWithCallback.builder()
        .name("narthex_query_result_cache_steps_total")
        .help("Steps of range queries that were answered without being computed.")
        .callback(callback -> callback.call((double) cache.keptSteps()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("narthex_query_result_cache_bytes")
        .help("Bytes of kept answers, estimated.")
        .callback(callback -> callback.call((double) cache.bytes()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("narthex_query_result_cache_max_bytes")
        .help("Most bytes of kept answers.")
        .callback(callback -> callback.call((double) maxBytes))
        .register(registry);
  }
}
