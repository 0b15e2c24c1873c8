package io.narthex.sinks.alertmanager;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the sender counts, under Prometheus' names. */
final class SenderMetrics {
  private final Counter sent;
  private final Counter errors;
  private final Counter dropped;
  private final Gauge length;
  private final Summary latency;
  private final Gauge discovered;

  SenderMetrics(PrometheusRegistry registry, int queueCapacity) {
    sent = counter(registry, "sent", "Alerts that an Alertmanager has taken.");
    errors = counter(registry, "errors", "Alerts in requests that failed, each try counted.");
    dropped = counter(registry, "dropped", "Alerts that were given up without being delivered.");
    dropped.initLabelValues("");
    length =
        Gauge.builder()
            .name("prometheus_notifications_queue_length")
            .help("Alerts that wait for an Alertmanager.")
            .labelNames("alertmanager")
            .register(registry);
    latency =
        Summary.builder()
            .name("prometheus_notifications_latency_seconds")
            .help("Time that an Alertmanager takes for a request.")
            .labelNames("alertmanager")
            .quantile(0.5)
            .quantile(0.9)
            .quantile(0.99)
            .register(registry);
    discovered =
        Gauge.builder()
            .name("prometheus_notifications_alertmanagers_discovered")
            .help("Alertmanagers that are known and not dropped.")
            .register(registry);
    Gauge.builder()
        .name("prometheus_notifications_queue_capacity")
        .help("Most alerts that may wait for one Alertmanager.")
        .register(registry)
        .set(queueCapacity);
  }

  void discovered(int count) {
    discovered.set(count);
  }

  /** Counts alerts that were given up while no Alertmanager was known; the label is empty. */
  void droppedEarly(int alerts) {
    dropped.labelValues("").inc(alerts);
  }

  /** What is counted for one Alertmanager. */
  Of of(String url) {
    sent.initLabelValues(url);
    errors.initLabelValues(url);
    dropped.initLabelValues(url);
    return new Of(url, latency.labelValues(url));
  }

  private static Counter counter(PrometheusRegistry registry, String what, String help) {
    return Counter.builder()
        .name("prometheus_notifications_" + what + "_total")
        .help(help)
        .labelNames("alertmanager")
        .register(registry);
  }

  /** The counts of one Alertmanager. */
  final class Of {
    private final String url;
    private final DistributionDataPoint durations;

    private Of(String url, DistributionDataPoint durations) {
      this.url = url;
      this.durations = durations;
    }

    void sent(int alerts) {
      sent.labelValues(url).inc(alerts);
    }

    void failed(int alerts) {
      errors.labelValues(url).inc(alerts);
    }

    void dropped(int alerts) {
      dropped.labelValues(url).inc(alerts);
    }

    void length(int alerts) {
      length.labelValues(url).set(alerts);
    }

    void answered(long millis) {
      durations.observe(millis / 1000.0);
    }

    /** Forgets an Alertmanager that is gone. */
    void remove() {
      length.remove(url);
      sent.remove(url);
      errors.remove(url);
      dropped.remove(url);
      latency.remove(url);
    }
  }
}
