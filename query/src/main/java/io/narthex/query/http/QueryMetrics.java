package io.narthex.query.http;

import io.narthex.query.promql.QueryStatistics;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Figures about queries, under Prometheus' names. */
final class QueryMetrics {
  private final DistributionDataPoint queued;
  private final DistributionDataPoint prepared;
  private final DistributionDataPoint evaluated;

  QueryMetrics(PrometheusRegistry registry, Workers workers, int maxConcurrency) {
    GaugeWithCallback.builder()
        .name("prometheus_engine_queries")
        .help("Queries that run now.")
        .callback(callback -> callback.call(workers.active()))
        .register(registry);
    Gauge.builder()
        .name("prometheus_engine_queries_concurrent_max")
        .help("Queries that may run at once.")
        .register(registry)
        .set(maxConcurrency);
    var durations =
        Summary.builder()
            .name("prometheus_engine_query_duration_seconds")
            .help("Time that queries take, by what it is spent on.")
            .labelNames("slice")
            .quantile(0.5, 0.05)
            .quantile(0.9, 0.01)
            .quantile(0.99, 0.001)
            .register(registry);
    queued = durations.labelValues("queue_time");
    prepared = durations.labelValues("prepare_time");
    evaluated = durations.labelValues("inner_eval");
    durations.initLabelValues("result_sort");
  }

  void evaluated(long queuedNanos, QueryStatistics statistics) {
    queued.observe(queuedNanos / 1e9);
    prepared.observe(statistics.parseNanos() / 1e9);
    evaluated.observe(statistics.evaluationNanos() / 1e9);
  }
}
