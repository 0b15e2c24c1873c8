package io.narthex.sources.scrape;

import io.narthex.sources.discovery.DiscoveryMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.WeakHashMap;

/** What scraping measures of itself, under Prometheus' names; one for each registry. */
final class ScrapeMetrics {
  private static final Map<PrometheusRegistry, ScrapeMetrics> KNOWN = new WeakHashMap<>();

  final DiscoveryMetrics discovery;
  final Summary intervalLength;
  final Gauge pools;
  final Gauge poolTargets;
  final Gauge poolTargetLimit;
  final Counter poolSyncs;
  final Summary syncLength;
  final Counter syncFailures;
  final Gauge discoveredTargets;
  final Counter exceededTargetLimit;
  final Counter exceededBodySize;
  final Counter skippedScrapes;
  final Gauge cachedMetadata;

  private ScrapeMetrics(PrometheusRegistry registry) {
    discovery = DiscoveryMetrics.of(registry);
    intervalLength =
        Summary.builder()
            .name("prometheus_target_interval_length_seconds")
            .help("Actual intervals between scrapes.")
            .labelNames("interval")
            .quantile(0.01)
            .quantile(0.05)
            .quantile(0.5)
            .quantile(0.9)
            .quantile(0.99)
            .register(registry);
    syncLength =
        Summary.builder()
            .name("prometheus_target_sync_length_seconds")
            .help("Actual interval to sync the scrape pool.")
            .labelNames("scrape_job")
            .quantile(0.5)
            .quantile(0.99)
            .register(registry);
    pools = gauge(registry, "pools", "Number of scrape pools.");
    poolTargets =
        gauge(registry, "pool_targets", "Current number of targets in this pool.", "scrape_job");
    poolTargetLimit =
        gauge(registry, "pool_target_limit", "Most targets allowed in this pool.", "scrape_job");
    poolSyncs = counter(registry, "pool_sync", "Total number of syncs of a pool.", "scrape_job");
    exceededTargetLimit =
        counter(registry, "pool_exceeded_target_limit", "Times a pool hit the target limit.");
    exceededBodySize =
        Counter.builder()
            .name("prometheus_target_scrapes_exceeded_body_size_limit_total")
            .help("Total number of scrapes that hit the body size limit")
            .register(registry);
    skippedScrapes =
        Counter.builder()
            .name("narthex_target_scrapes_skipped_total")
            .help("Scrapes left out since the one before had not ended.")
            .register(registry);
    cachedMetadata =
        gauge(registry, "cache_metadata_entries", "Metric families known.", "scrape_job");
    syncFailures =
        Counter.builder()
            .name("prometheus_target_sync_failed_total")
            .help("Total number of target sync failures.")
            .labelNames("scrape_job")
            .register(registry);
    discoveredTargets =
        Gauge.builder()
            .name("prometheus_sd_discovered_targets")
            .help("Current number of discovered targets.")
            .labelNames("name", "config")
            .register(registry);
  }

  /** The metrics of a registry; made and registered when they are asked for first. */
  static ScrapeMetrics of(PrometheusRegistry registry) {
    synchronized (KNOWN) {
      return KNOWN.computeIfAbsent(registry, ScrapeMetrics::new);
    }
  }

  /** Forgets what is told of a pool. */
  void removePool(String pool) {
    poolTargets.remove(pool);
    poolTargetLimit.remove(pool);
    poolSyncs.remove(pool);
    syncLength.remove(pool);
    syncFailures.remove(pool);
    discoveredTargets.remove("scrape", pool);
    cachedMetadata.remove(pool);
  }

  private static Gauge gauge(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Gauge.builder()
        .name("prometheus_target_scrape_" + name)
        .help(help)
        .labelNames(labels)
        .register(registry);
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder()
        .name("prometheus_target_scrape_" + name + "_total")
        .help(help)
        .labelNames(labels)
        .register(registry);
  }
}
