package io.narthex.pipeline.config;

import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.ScrapeContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an entry of {@code scrape_configs}; what it does not say comes from {@code global}. */
final class ScrapeReader {
  static final String EMPTY = "empty or null scrape config section";

  private static final List<ScrapeProtocol> TEXT_FIRST =
      List.of(
          ScrapeProtocol.OPENMETRICS_TEXT_1_0_0,
          ScrapeProtocol.OPENMETRICS_TEXT_0_0_1,
          ScrapeProtocol.PROMETHEUS_TEXT_1_0_0,
          ScrapeProtocol.PROMETHEUS_TEXT_0_0_4);
  private static final List<ScrapeProtocol> PROTO_FIRST =
      List.of(
          ScrapeProtocol.PROMETHEUS_PROTO,
          ScrapeProtocol.OPENMETRICS_TEXT_1_0_0,
          ScrapeProtocol.OPENMETRICS_TEXT_0_0_1,
          ScrapeProtocol.PROMETHEUS_TEXT_1_0_0,
          ScrapeProtocol.PROMETHEUS_TEXT_0_0_4);

  private final GlobalConfig global;
  private final Section s;
  private String job = "";

  private ScrapeReader(Section section, GlobalConfig global) {
    this.s = section;
    this.global = global;
  }

  static ScrapeConfig read(Section section, GlobalConfig global) {
    return new ScrapeReader(section, global).read();
  }

  private ScrapeConfig read() {
    job = s.text("job_name", "");
    s.require("job_name", "job_name is empty");
    boolean honorLabels = s.flag("honor_labels", false);
    boolean honorTimestamps = s.shownFlag("honor_timestamps", true);
    boolean trackStaleness = s.shownFlag("track_timestamps_staleness", false);
    Map<String, List<String>> params = s.textsMap("params", true);
    Duration interval = interval();
    Duration timeout = timeout(interval);
    boolean nativeHistograms =
        s.shownFlag("scrape_native_histograms", global.scrapeNativeHistograms());
    List<ScrapeProtocol> protocols = protocols(nativeHistograms);
    ScrapeProtocol fallback = fallbackProtocol();
    boolean alwaysClassic =
        s.shownFlag("always_scrape_classic_histograms", global.alwaysScrapeClassicHistograms());
    boolean convert =
        s.shownFlag("convert_classic_histograms_to_nhcb", global.convertClassicHistogramsToNhcb());
    String failureLog = failureLog();
    String path = s.text("metrics_path", "/metrics");
    String scheme = s.text("scheme", "http");
    boolean compression = s.shownFlag("enable_compression", true);
    long bodySize = orGlobal(s.bytes("body_size_limit", 0), global.bodySizeLimit());
    ScrapeContext.Limits limits = limits();
    int targets = limit("target_limit", global.targetLimit());
    int buckets = s.count("native_histogram_bucket_limit", 0);
    double factor = s.number("native_histogram_min_bucket_factor", 0);
    int dropped = limit("keep_dropped_targets", global.keepDroppedTargets());
    Boolean ownNames = GlobalReader.utf8Names(s);
    boolean utf8Names = ownNames == null ? global.utf8Names() : ownNames;
    s.show("metric_name_validation_scheme", utf8Names ? "utf8" : "legacy");
    String escaping = escaping(ownNames, utf8Names);
    boolean extra = s.shownFlag("extra_scrape_metrics", global.extraScrapeMetrics());
    HttpClientConfig client = HttpClientReader.read(s);
    boolean relabels = !s.items("relabel_configs").isEmpty();
    List<DiscoveryConfig> discovery = DiscoveryReader.read(s, !relabels);
    List<RelabelRule> rules =
        RelabelReader.read(
            s,
            "relabel_configs",
            "empty or null target relabeling rule in scrape config",
            utf8Names);
    List<RelabelRule> metricRules =
        RelabelReader.read(
            s,
            "metric_relabel_configs",
            "empty or null metric relabeling rule in scrape config",
            utf8Names);
    return new ScrapeConfig(
        job,
        honorLabels,
        honorTimestamps,
        trackStaleness,
        params,
        interval,
        timeout,
        protocols,
        fallback,
        nativeHistograms,
        alwaysClassic,
        convert,
        extra,
        failureLog,
        path,
        scheme,
        compression,
        bodySize,
        targets,
        limits,
        buckets,
        factor,
        dropped,
        utf8Names,
        escaping,
        client,
        discovery,
        rules,
        metricRules);
  }

  private Duration interval() {
    Duration interval =
        GlobalReader.orDefault(
            s.duration("scrape_interval", global.scrapeInterval()), global.scrapeInterval());
    s.show("scrape_interval", PrometheusDuration.print(interval));
    return interval;
  }

  private Duration timeout(Duration interval) {
    Duration given = s.duration("scrape_timeout", Duration.ZERO);
    if (given.compareTo(interval) > 0) {
      s.fault(
          "scrape_timeout",
          "scrape timeout greater than scrape interval ("
              + PrometheusDuration.print(interval)
              + ") for scrape config with job name \""
              + job
              + "\"");
    }
    Duration timeout = given.isZero() ? GlobalReader.min(global.scrapeTimeout(), interval) : given;
    s.show("scrape_timeout", PrometheusDuration.print(timeout));
    return timeout;
  }

  private List<ScrapeProtocol> protocols(boolean nativeHistograms) {
    List<ScrapeProtocol> own = GlobalReader.protocols(s, whose());
    List<ScrapeProtocol> fromGlobal = global.scrapeProtocols();
    List<ScrapeProtocol> otherwise =
        fromGlobal != null ? fromGlobal : nativeHistograms ? PROTO_FIRST : TEXT_FIRST;
    List<ScrapeProtocol> used = own == null ? otherwise : own;
    s.show("scrape_protocols", used.stream().map(ScrapeProtocol::text).toList());
    return used;
  }

  private @Nullable ScrapeProtocol fallbackProtocol() {
    String name = s.text("fallback_scrape_protocol");
    if (name == null) {
      return null;
    }
    ScrapeProtocol protocol = GlobalReader.protocol(name);
    if (protocol == null) {
      s.fault(
          "fallback_scrape_protocol",
          "invalid fallback_scrape_protocol" + whose() + ": " + GlobalReader.unknownProtocol(name));
    }
    return protocol;
  }

  private @Nullable String failureLog() {
    String own = s.file("scrape_failure_log_file");
    String used = own == null ? global.scrapeFailureLogFile() : own;
    if (used != null) {
      s.show("scrape_failure_log_file", used);
    }
    return used;
  }

  private ScrapeContext.Limits limits() {
    return new ScrapeContext.Limits(
        limit("sample_limit", global.sampleLimit()),
        limit("label_limit", global.labelLimit()),
        limit("label_name_length_limit", global.labelNameLengthLimit()),
        limit("label_value_length_limit", global.labelValueLengthLimit()));
  }

  private int limit(String key, int fromGlobal) {
    int own = s.count(key, 0);
    int used = own == 0 ? fromGlobal : own;
    if (used != 0) {
      s.show(key, used);
    }
    return used;
  }

  private long orGlobal(long own, long fromGlobal) {
    long used = own == 0 ? fromGlobal : own;
    if (used != 0) {
      s.show("body_size_limit", ByteSize.print(used));
    }
    return used;
  }

  /** A job that sets its own names does not take over how global escapes them. */
  private String escaping(@Nullable Boolean ownNames, boolean utf8Names) {
    String otherwise =
        ownNames == null ? global.escapingScheme() : utf8Names ? "allow-utf-8" : "underscores";
    String scheme = GlobalReader.escapingScheme(s, otherwise);
    if (scheme.equals("allow-utf-8") && !utf8Names) {
      s.fault(
          "metric_name_escaping_scheme",
          "utf8 metric names requested but validation scheme is not set to UTF8");
    }
    return scheme;
  }

  private String whose() {
    return " for scrape config with job name \"" + job + "\"";
  }
}
