package io.narthex.sources.scrape;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.ScrapeContext.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A scrape job for tests; what is not set is as in Prometheus. */
final class JobBuilder {
  private final String name;
  boolean honorLabels;
  boolean honorTimestamps = true;
  boolean trackTimestampsStaleness;
  boolean extraScrapeMetrics;
  boolean utf8Names = true;
  boolean enableCompression = true;
  long bodySizeLimit;
  int targetLimit;
  int keepDroppedTargets;
  int bucketLimit;
  double minBucketFactor;
  String metricsPath = "/metrics";
  String scheme = "http";
  ScrapeProtocol fallback;
  Limits limits = Limits.NONE;
  Duration interval = Duration.ofSeconds(15);
  Duration timeout = Duration.ofSeconds(10);
  Map<String, List<String>> params = Map.of();
  HttpClientConfig client = HttpClientConfig.DEFAULT;
  List<DiscoveryConfig> discovery = List.of();
  List<RelabelRule> relabelRules = List.of();
  List<RelabelRule> metricRelabelRules = List.of();

  JobBuilder(String name) {
    this.name = name;
  }

  JobBuilder interval(Duration interval, Duration timeout) {
    this.interval = interval;
    this.timeout = timeout;
    return this;
  }

  JobBuilder targets(String... targets) {
    discovery =
        List.of(
            new DiscoveryConfig.Static(
                List.of(new TargetGroup(List.of(targets), Map.of(), "static"))));
    return this;
  }

  ScrapeConfig build() {
    return new ScrapeConfig(
        name,
        honorLabels,
        honorTimestamps,
        trackTimestampsStaleness,
        params,
        interval,
        timeout,
        List.of(
            ScrapeProtocol.OPENMETRICS_TEXT_1_0_0,
            ScrapeProtocol.OPENMETRICS_TEXT_0_0_1,
            ScrapeProtocol.PROMETHEUS_TEXT_1_0_0,
            ScrapeProtocol.PROMETHEUS_TEXT_0_0_4),
        fallback,
        false,
        false,
        false,
        extraScrapeMetrics,
        null,
        metricsPath,
        scheme,
        enableCompression,
        bodySizeLimit,
        targetLimit,
        limits,
        bucketLimit,
        minBucketFactor,
        keepDroppedTargets,
        utf8Names,
        "allow-utf-8",
        client,
        discovery,
        relabelRules,
        metricRelabelRules);
  }

  /** The only target of the job. */
  TargetSplit target() {
    var config = build();
    var groups = ((DiscoveryConfig.Static) config.discovery().get(0)).groups();
    return new TargetBuilder(config).build(groups).active().get(0);
  }
}
