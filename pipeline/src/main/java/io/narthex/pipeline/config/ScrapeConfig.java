package io.narthex.pipeline.config;

import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.ScrapeContext;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code scrape_configs} with the global defaults filled in.
 *
 * @param params URL parameters of each scrape
 * @param protocols accepted formats, most wanted first
 * @param fallbackProtocol format of answers without a usable content type; null fails them
 * @param bodySizeLimit bytes after decompression; 0 is no limit
 * @param targetLimit most targets after relabelling; 0 is no limit
 * @param limits checked after metric relabelling
 * @param nativeHistogramBucketLimit most buckets of a native histogram; 0 is no limit
 * @param nativeHistogramMinBucketFactor least growth from bucket to bucket; 0 is no bound
 * @param keepDroppedTargets most dropped targets kept for display; 0 is no limit
 * @param utf8Names whether names may be any UTF-8 (else legacy names only)
 * @param escapingScheme asked for in the Accept header: {@code allow-utf-8}, {@code underscores},
 *     {@code dots}, {@code values}
 */
public record ScrapeConfig(
    String jobName,
    boolean honorLabels,
    boolean honorTimestamps,
    boolean trackTimestampsStaleness,
    Map<String, List<String>> params,
    Duration scrapeInterval,
    Duration scrapeTimeout,
    List<ScrapeProtocol> protocols,
    @Nullable ScrapeProtocol fallbackProtocol,
    boolean scrapeNativeHistograms,
    boolean alwaysScrapeClassicHistograms,
    boolean convertClassicHistogramsToNhcb,
    boolean extraScrapeMetrics,
    @Nullable String scrapeFailureLogFile,
    String metricsPath,
    String scheme,
    boolean enableCompression,
    long bodySizeLimit,
    int targetLimit,
    ScrapeContext.Limits limits,
    int nativeHistogramBucketLimit,
    double nativeHistogramMinBucketFactor,
    int keepDroppedTargets,
    boolean utf8Names,
    String escapingScheme,
    HttpClientConfig client,
    List<DiscoveryConfig> discovery,
    List<RelabelRule> relabelRules,
    List<RelabelRule> metricRelabelRules)
    implements Serializable {

  public ScrapeConfig {
    params = Collections.unmodifiableMap(new LinkedHashMap<>(params));
    protocols = List.copyOf(protocols);
    discovery = List.copyOf(discovery);
    relabelRules = List.copyOf(relabelRules);
    metricRelabelRules = List.copyOf(metricRelabelRules);
  }

  /** Formats in which a target may answer. */
  public enum ScrapeProtocol {
    PROMETHEUS_PROTO("PrometheusProto"),
    OPENMETRICS_TEXT_0_0_1("OpenMetricsText0.0.1"),
    OPENMETRICS_TEXT_1_0_0("OpenMetricsText1.0.0"),
    PROMETHEUS_TEXT_0_0_4("PrometheusText0.0.4"),
    PROMETHEUS_TEXT_1_0_0("PrometheusText1.0.0");

    private final String text;

    ScrapeProtocol(String text) {
      this.text = text;
    }

    /** The name in configuration files. */
    public String text() {
      return text;
    }
  }
}
