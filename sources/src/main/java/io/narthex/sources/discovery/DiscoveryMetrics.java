package io.narthex.sources.discovery;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.WeakHashMap;

/** What discovery counts about itself, under Prometheus' names. */
public final class DiscoveryMetrics {
  private static final Map<PrometheusRegistry, DiscoveryMetrics> KNOWN = new WeakHashMap<>();

  private final Counter fileErrors;
  private final Counter httpFailures;
  private final Counter dnsLookups;
  private final Counter dnsFailures;

  /** The counters of a registry; registered when they are first asked for. */
  public static DiscoveryMetrics of(PrometheusRegistry registry) {
    synchronized (KNOWN) {
      return KNOWN.computeIfAbsent(registry, DiscoveryMetrics::new);
    }
  }

  private DiscoveryMetrics(PrometheusRegistry registry) {
    fileErrors =
        Counter.builder()
            .name("prometheus_sd_file_read_errors_total")
            .help("The number of File-SD read errors.")
            .register(registry);
    httpFailures =
        Counter.builder()
            .name("prometheus_sd_http_failures_total")
            .help("Number of HTTP service discovery refresh failures.")
            .register(registry);
    dnsLookups =
        Counter.builder()
            .name("prometheus_sd_dns_lookups_total")
            .help("The number of DNS-SD lookups.")
            .register(registry);
    dnsFailures =
        Counter.builder()
            .name("prometheus_sd_dns_lookup_failures_total")
            .help("The number of DNS-SD lookup failures.")
            .register(registry);
  }

  void fileError() {
    fileErrors.inc();
  }

  void httpFailure() {
    httpFailures.inc();
  }

  void dnsLookup() {
    dnsLookups.inc();
  }

  void dnsFailure() {
    dnsFailures.inc();
  }
}
