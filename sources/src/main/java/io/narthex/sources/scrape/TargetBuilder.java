package io.narthex.sources.scrape;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.relabel.Relabeler;
import io.narthex.pipeline.status.DroppedTarget;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes targets of discovered addresses: adds the job's labels, relabels, and reads address,
 * scheme, path, parameters, interval and timeout from the labels that result. Pure.
 *
 * @see <a
 *     href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config">the
 *     rules</a>
 */
final class TargetBuilder {
  static final String ADDRESS = "__address__";
  static final String SCHEME = "__scheme__";
  static final String METRICS_PATH = "__metrics_path__";
  static final String PARAM = "__param_";
  static final String INTERVAL = "__scrape_interval__";
  static final String TIMEOUT = "__scrape_timeout__";
  static final String META = "__meta_";
  static final String RESERVED = "__";

  private static final String TO_NHCB = "__convert_classic_histograms_to_nhcb__";
  private static final String CLASSIC = "__always_scrape_classic_histograms__";
  private static final String NATIVE = "__scrape_native_histograms__";

  private final ScrapeConfig config;
  private final Relabeler relabeler;
  private final ScrapeConfig forTargets;

  /**
   * What became of a job's addresses.
   *
   * @param active targets to scrape, each once
   * @param dropped those that relabelling dropped, as many as are kept
   * @param droppedCount how many it dropped
   * @param faults addresses that make no target, with the reason
   */
  record Targets(
      List<TargetSplit> active,
      List<DroppedTarget> dropped,
      int droppedCount,
      List<String> faults) {}

  TargetBuilder(ScrapeConfig config) {
    this.config = config;
    this.relabeler = Relabeler.compile(config.relabelRules(), config.utf8Names());
    this.forTargets = with(config.scrapeInterval(), config.scrapeTimeout(), Labels.EMPTY);
  }

  /** Makes the targets of all groups. */
  Targets build(List<TargetGroup> groups) {
    var active = new LinkedHashMap<String, TargetSplit>();
    var dropped = new ArrayList<DroppedTarget>();
    var faults = new ArrayList<String>();
    int droppedCount = 0;
    for (var group : groups) {
      for (int i = 0; i < group.targets().size(); i++) {
        var discovered = discovered(group.targets().get(i), group.labels());
        var labels = relabeler.apply(discovered);
        if (labels == null || labels.isEmpty()) {
          droppedCount++;
          if (config.keepDroppedTargets() == 0 || dropped.size() < config.keepDroppedTargets()) {
            dropped.add(new DroppedTarget(config.jobName(), discovered.toMap()));
          }
          continue;
        }
        try {
          var target = target(labels, discovered);
          active.putIfAbsent(target.id(), target);
        } catch (IllegalArgumentException e) {
          faults.add("instance " + i + " in group " + group.source() + ": " + e.getMessage());
        }
      }
    }
    return new Targets(limited(List.copyOf(active.values())), dropped, droppedCount, faults);
  }

  /** The labels of an address before relabelling. */
  private Labels discovered(String address, Map<String, String> group) {
    var labels = Labels.builder();
    group.forEach(labels::set);
    labels.set(ADDRESS, address);
    setIfMissing(labels, "job", config.jobName());
    setIfMissing(labels, INTERVAL, PrometheusDuration.print(config.scrapeInterval()));
    setIfMissing(labels, TIMEOUT, PrometheusDuration.print(config.scrapeTimeout()));
    setIfMissing(labels, METRICS_PATH, config.metricsPath());
    setIfMissing(labels, SCHEME, config.scheme());
    config
        .params()
        .forEach(
            (name, values) -> {
              if (!values.isEmpty()) {
                setIfMissing(labels, PARAM + name, values.get(0));
              }
            });
    return labels.build();
  }

  private static void setIfMissing(Labels.Builder labels, String name, String value) {
    if (labels.get(name).isEmpty()) {
      labels.set(name, value);
    }
  }

  private TargetSplit target(Labels relabelled, Labels discovered) {
    String address = relabelled.get(ADDRESS);
    if (address.isEmpty()) {
      throw new IllegalArgumentException("no address");
    }
    if (address.indexOf('/') >= 0) {
      throw new IllegalArgumentException("\"" + address + "\" is not a valid hostname");
    }
    var interval = duration(relabelled.get(INTERVAL), "interval");
    var timeout = duration(relabelled.get(TIMEOUT), "timeout");
    if (timeout.compareTo(interval) > 0) {
      throw new IllegalArgumentException(
          "scrape timeout cannot be greater than scrape interval (\"%s\" > \"%s\")"
              .formatted(relabelled.get(TIMEOUT), relabelled.get(INTERVAL)));
    }
    var kept = relabelled.without(name -> name.startsWith(META)).toBuilder();
    setIfMissing(kept, "instance", address);
    var all = kept.build();
    String url = url(all);
    byte[] urlBytes = url.getBytes(StandardCharsets.UTF_8);
    // Another interval is no other target: its series go on.
    var identity = all.without(name -> name.equals(INTERVAL) || name.equals(TIMEOUT));
    long hash = identity.hash() ^ Long.rotateLeft(LabelHash.of(urlBytes, 0, urlBytes.length), 32);
    var shown = all.without(name -> name.startsWith(RESERVED)).toMap();
    return new TargetSplit(
        with(interval, timeout, all),
        String.format("%016x", hash),
        hash,
        shown,
        discovered.toMap(),
        url,
        "");
  }

  private static Duration duration(String text, String what) {
    Duration duration;
    try {
      duration = PrometheusDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("error parsing scrape " + what + ": " + e.getMessage(), e);
    }
    if (duration.isZero()) {
      throw new IllegalArgumentException("scrape " + what + " cannot be 0");
    }
    return duration;
  }

  private String url(Labels labels) {
    var params = new TreeMap<String, List<String>>();
    config.params().forEach((name, values) -> params.put(name, new ArrayList<>(values)));
    labels.forEach(
        (name, value) -> {
          if (name.startsWith(PARAM)) {
            var values =
                params.computeIfAbsent(name.substring(PARAM.length()), n -> new ArrayList<>());
            if (values.isEmpty()) {
              values.add(value);
            } else {
              values.set(0, value);
            }
          }
        });
    var query = new StringBuilder();
    params.forEach(
        (name, values) ->
            values.forEach(
                value ->
                    query
                        .append(query.isEmpty() ? '?' : '&')
                        .append(encode(name))
                        .append('=')
                        .append(encode(value))));
    String path = labels.get(METRICS_PATH);
    String rooted = path.isEmpty() || path.startsWith("/") ? path : "/" + path;
    return labels.get(SCHEME) + "://" + labels.get(ADDRESS) + escapePath(rooted) + query;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Escapes what may not stand in a path as it is; a query belongs into parameters. */
  private static String escapePath(String path) {
    var out = new StringBuilder(path.length());
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "/-_.~!$&'()*+,;=:@".indexOf(c) >= 0;
      if (plain) {
        out.append(c);
      } else {
        out.append(String.format("%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  private List<TargetSplit> limited(List<TargetSplit> targets) {
    int limit = config.targetLimit();
    if (limit == 0 || targets.size() <= limit) {
      return targets;
    }
    String refusal =
        "target_limit exceeded (number of targets: %d, limit: %d)".formatted(targets.size(), limit);
    return targets.stream()
        .map(
            t ->
                new TargetSplit(
                    t.config(), t.id(), t.hash(), t.labelMap(), t.discovered(), t.url(), refusal))
        .toList();
  }

  /** The configuration of a target; the same object for all that have nothing of their own. */
  private ScrapeConfig with(Duration interval, Duration timeout, Labels labels) {
    boolean toNhcb = flag(labels, TO_NHCB, config.convertClassicHistogramsToNhcb());
    boolean classic = flag(labels, CLASSIC, config.alwaysScrapeClassicHistograms());
    boolean nativeHistograms = flag(labels, NATIVE, config.scrapeNativeHistograms());
    @Nullable ScrapeConfig shared = forTargets;
    if (shared != null
        && interval.equals(shared.scrapeInterval())
        && timeout.equals(shared.scrapeTimeout())
        && toNhcb == shared.convertClassicHistogramsToNhcb()
        && classic == shared.alwaysScrapeClassicHistograms()
        && nativeHistograms == shared.scrapeNativeHistograms()) {
      return shared;
    }
    return new ScrapeConfig(
        config.jobName(),
        config.honorLabels(),
        config.honorTimestamps(),
        config.trackTimestampsStaleness(),
        config.params(),
        interval,
        timeout,
        config.protocols(),
        config.fallbackProtocol(),
        nativeHistograms,
        classic,
        toNhcb,
        config.extraScrapeMetrics(),
        config.scrapeFailureLogFile(),
        config.metricsPath(),
        config.scheme(),
        config.enableCompression(),
        config.bodySizeLimit(),
        config.targetLimit(),
        config.limits(),
        config.nativeHistogramBucketLimit(),
        config.nativeHistogramMinBucketFactor(),
        config.keepDroppedTargets(),
        config.utf8Names(),
        config.escapingScheme(),
        config.client(),
        List.of(),
        List.of(),
        config.metricRelabelRules());
  }

  private static boolean flag(Labels labels, String name, boolean otherwise) {
    String value = labels.get(name);
    return value.isEmpty() ? otherwise : Boolean.parseBoolean(value);
  }
}
