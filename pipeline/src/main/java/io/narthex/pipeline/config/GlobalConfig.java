package io.narthex.pipeline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code global}: what holds for every job that does not say otherwise. Limits of 0 are no limits.
 *
 * @param scrapeProtocols null if not given; then a job's choice of native histograms decides
 * @param externalLabels with environment variables filled in; sorted by name
 * @param bodySizeLimit bytes
 * @param utf8Names whether names may be any UTF-8 (else legacy names only)
 * @param escapingScheme as in {@link ScrapeConfig}
 */
public record GlobalConfig(
    Duration scrapeInterval,
    Duration scrapeTimeout,
    @Nullable List<ScrapeConfig.ScrapeProtocol> scrapeProtocols,
    Duration evaluationInterval,
    Duration ruleQueryOffset,
    @Nullable String queryLogFile,
    @Nullable String scrapeFailureLogFile,
    Map<String, String> externalLabels,
    long bodySizeLimit,
    int sampleLimit,
    int targetLimit,
    int labelLimit,
    int labelNameLengthLimit,
    int labelValueLengthLimit,
    int keepDroppedTargets,
    boolean utf8Names,
    String escapingScheme,
    boolean scrapeNativeHistograms,
    boolean convertClassicHistogramsToNhcb,
    boolean alwaysScrapeClassicHistograms,
    boolean extraScrapeMetrics)
    implements Serializable {

  public GlobalConfig {
    scrapeProtocols = scrapeProtocols == null ? null : List.copyOf(scrapeProtocols);
    externalLabels = Collections.unmodifiableMap(new LinkedHashMap<>(externalLabels));
  }
}
