package io.narthex.pipeline.telemetry;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * What the HTTP server did, under Prometheus' names. One object for each registry, shared by all
 * who contribute routes. Safe for use by several threads.
 */
public final class HttpMetrics {
  private final Counter requests;
  private final Histogram durations;
  private final Histogram sizes;

  public HttpMetrics(PrometheusRegistry registry) {
    requests =
        Counter.builder()
            .name("prometheus_http_requests_total")
            .help("Answered HTTP requests.")
            .labelNames("handler", "code")
            .register(registry);
    durations =
        Histogram.builder()
            .name("prometheus_http_request_duration_seconds")
            .help("Time from the arrival of a request to the end of its answer.")
            .labelNames("handler")
            .classicOnly()
            .classicUpperBounds(0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120)
            .register(registry);
    sizes =
        Histogram.builder()
            .name("prometheus_http_response_size_bytes")
            .help("Size of the answers before compression.")
            .labelNames("handler")
            .classicOnly()
            .classicUpperBounds(1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9)
            .register(registry);
  }

  /** Shows a handler with zero requests, so that rates are right from its first request on. */
  public void declare(String handler) {
    requests.initLabelValues(handler, "200");
    durations.initLabelValues(handler);
    sizes.initLabelValues(handler);
  }

  /**
   * Counts an answered request.
   *
   * @param handler the route, such as {@code /api/v1/query}; never a part that a client chooses
   * @param code HTTP status
   * @param nanos how long it took
   * @param bytes size of the answer's body before compression
   */
  public void answered(String handler, int code, long nanos, long bytes) {
    requests.labelValues(handler, Integer.toString(code)).inc();
    durations.labelValues(handler).observe(nanos / 1e9);
    sizes.labelValues(handler).observe((double) bytes);
  }
}
