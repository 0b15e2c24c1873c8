package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.status.StatusBoard.TargetKey;
import io.narthex.pipeline.status.TargetStatus;
import io.narthex.pipeline.storage.SampleStore;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Targets, and what they say about their metrics. */
final class TargetEndpoints {
  private static final Set<String> LOCALHOST = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

  private final StatusBoard board;
  private final SampleStore store;
  private final QuerySyntax syntax;
  private final URI externalUrl;
  private final int listenPort;

  TargetEndpoints(ApiServices services, ApiOptions options, AnswerMemory memory) {
    this.board = services.board();
    this.store = services.store();
    this.syntax = new QuerySyntax(options.language(), memory);
    this.externalUrl = options.externalUrl();
    this.listenPort = options.listenPort();
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/targets", this::targets),
        Route.get("/api/v1/targets/metadata", this::targetMetadata),
        Route.get("/api/v1/metadata", this::metadata),
        Route.get(
            "/api/v1/scrape_pools", call -> Reply.data(Map.of("scrapePools", board.pools()))));
  }

  private Reply targets(Call call) {
    String state = call.parameters().get("state").toLowerCase(Locale.ROOT);
    String pool = call.parameters().get("scrapePool");
    boolean all = state.isEmpty() || state.equals("any");
    boolean dropped = all || state.equals("dropped");
    var active = new ArrayList<Map<String, ?>>();
    if (all || state.equals("active")) {
      board.activeTargets().stream()
          .filter(target -> pool.isEmpty() || target.pool().equals(pool))
          .sorted(Comparator.comparing(TargetStatus::pool))
          .forEach(target -> active.add(active(target)));
    }
    var gone = new ArrayList<Map<String, ?>>();
    if (dropped) {
      board.droppedTargets().stream()
          .filter(target -> pool.isEmpty() || target.pool().equals(pool))
          .forEach(
              target -> {
                var data = new LinkedHashMap<String, Object>();
                data.put("discoveredLabels", new TreeMap<>(target.discovered()));
                data.put("scrapePool", target.pool());
                gone.add(data);
              });
    }
    var data = new LinkedHashMap<String, @Nullable Object>();
    data.put("activeTargets", active);
    data.put("droppedTargets", gone);
    data.put("droppedTargetCounts", dropped ? board.droppedCounts() : null);
    return Reply.data(data);
  }

  private Map<String, ?> active(TargetStatus target) {
    var data = new LinkedHashMap<String, Object>();
    data.put("discoveredLabels", new TreeMap<>(target.discovered()));
    data.put("labels", target.labels());
    data.put("scrapePool", target.pool());
    data.put("scrapeUrl", target.scrapeUrl());
    data.put("globalUrl", globalUrl(target.scrapeUrl()));
    data.put("lastError", target.lastError());
    data.put("lastScrape", Times.rfc3339(target.lastScrape()));
    data.put("lastScrapeDuration", target.lastDurationSeconds());
    data.put("health", target.health().name().toLowerCase(Locale.ROOT));
    data.put("scrapeInterval", Times.duration(target.intervalSeconds()));
    data.put("scrapeTimeout", Times.duration(target.timeoutSeconds()));
    return data;
  }

  /** The address under which users elsewhere reach a target on this machine. */
  private String globalUrl(String scrapeUrl) {
    try {
      var url = new URI(scrapeUrl);
      if (url.getHost() == null || !LOCALHOST.contains(url.getHost())) {
        return scrapeUrl;
      }
      boolean self = url.getPort() == listenPort;
      return new URI(
              self ? externalUrl.getScheme() : url.getScheme(),
              null,
              externalUrl.getHost(),
              self ? externalUrl.getPort() : url.getPort(),
              url.getPath(),
              url.getQuery(),
              null)
          .toString();
    } catch (URISyntaxException e) {
      return scrapeUrl; // such an address is shown as it is; the scrape itself tells what is wrong
    }
  }

  private Reply targetMetadata(Call call) {
    var parameters = call.parameters();
    int limit = parameters.number("limit", -1);
    var matchers = targetMatchers(parameters.get("match_target"), call);
    String metric = parameters.get("metric");
    var labels = new HashMap<TargetKey, Labels>();
    board
        .activeTargets()
        .forEach(target -> labels.put(new TargetKey(target.pool(), target.id()), target.labels()));
    var entries = new ArrayList<TargetMetadata>();
    board
        .metadata()
        .forEach(
            (key, families) -> {
              var target = labels.get(key);
              boolean full = limit >= 0 && entries.size() >= limit;
              if (target != null && !full && matches(matchers, target)) {
                families.stream()
                    .filter(family -> metric.isEmpty() || family.family().equals(metric))
                    .forEach(family -> entries.add(new TargetMetadata(target, family)));
              }
            });
    return Reply.data(JsonBody.array(entries, (out, entry) -> entry.write(out, metric.isEmpty())));
  }

  private List<Matcher> targetMatchers(String text, Call call) {
    try {
      return text.isEmpty() ? List.of() : syntax.matchers(List.of(text), call).get(0);
    } catch (FaultException e) {
      throw e.fault() == Fault.BAD_DATA ? Parameters.invalid("match_target", e.getMessage()) : e;
    }
  }

  private static boolean matches(List<Matcher> matchers, Labels labels) {
    return matchers.stream().allMatch(matcher -> matcher.matches(labels.get(matcher.name())));
  }

  private record TargetMetadata(Labels target, MetricMetadata family) {

    void write(JsonOut out, boolean withName) {
      out.raw("{\"target\":").labels(target);
      if (withName) {
        out.raw(",\"metric\":").string(family.family());
      }
      out.raw(",\"type\":").string(family.type().text());
      out.raw(",\"help\":").string(family.help());
      out.raw(",\"unit\":").string(family.unit()).raw('}');
    }
  }

  private Reply metadata(Call call) {
    var parameters = call.parameters();
    int limit = parameters.number("limit", -1);
    int limitPerMetric = parameters.number("limit_per_metric", -1);
    String metric = parameters.get("metric");
    var byName = new TreeMap<String, LinkedHashSet<MetricMetadata>>();
    board
        .metadata()
        .values()
        .forEach(
            families ->
                families.stream()
                    .filter(family -> metric.isEmpty() || family.family().equals(metric))
                    .forEach(
                        family ->
                            byName
                                .computeIfAbsent(family.family(), name -> new LinkedHashSet<>())
                                .add(family)));
    store.metadata().entrySet().stream()
        .filter(family -> metric.isEmpty() || family.getKey().equals(metric))
        .forEach(
            family -> byName.putIfAbsent(family.getKey(), new LinkedHashSet<>(family.getValue())));
    var names = byName.entrySet().stream().limit(limit < 0 ? Long.MAX_VALUE : limit).iterator();
    return Reply.data(new MetadataBody(names, limitPerMetric));
  }
}
