package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.StoreInventory;
import io.narthex.pipeline.telemetry.BuildInfo;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the server says of itself. */
final class StatusEndpoints {
  private static final int DEFAULT_CARDINALITY = 10;
  private static final int MAX_CARDINALITY = 10_000;

  /** The release of Prometheus whose API this is; clients choose by it what they may ask. */
  private static final String COMPATIBLE_VERSION = "3.5.0";

  private final ServerFacts facts;
  private final SampleStore store;
  private final Features features;
  private final Clock clock;

  StatusEndpoints(ApiServices services, ApiOptions options, Clock clock) {
    this.facts = services.facts();
    this.store = services.store();
    this.features = new Features(services, options);
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/status/buildinfo", call -> Reply.data(build(facts.build()))),
        Route.get("/api/v1/status/config", call -> Reply.data(Map.of("yaml", facts.configYaml()))),
        Route.get("/api/v1/status/flags", call -> Reply.data(new TreeMap<>(facts.flags()))),
        Route.get("/api/v1/status/runtimeinfo", call -> Reply.data(runtime())),
        Route.get("/api/v1/status/tsdb", this::cardinality),
        Route.get("/api/v1/status/tsdb/blocks", call -> Reply.data(blocks(store.inventory()))),
        Route.alwaysGet("/api/v1/status/walreplay", call -> Reply.data(replay())),
        Route.get("/api/v1/features", call -> Reply.data(features.all())));
  }

  /** As Prometheus tells it, for its clients; behind that which program this really is. */
  static Map<String, Object> build(BuildInfo build) {
    var data = new LinkedHashMap<String, Object>();
    data.put("version", COMPATIBLE_VERSION);
    data.put("revision", build.revision());
    data.put("branch", build.branch());
    data.put("buildUser", build.buildUser());
    data.put("buildDate", build.buildDate());
    data.put("goVersion", build.runtime());
    data.put("application", "Narthex");
    data.put("applicationVersion", build.version());
    return data;
  }

  private Map<String, Object> runtime() {
    var runtime = facts.runtime();
    var data = new LinkedHashMap<String, Object>();
    data.put("startTime", runtime.started().toString());
    data.put("CWD", System.getProperty("user.dir", ""));
    data.put("hostname", hostname());
    data.put("serverTime", clock.instant().toString());
    data.put("reloadConfigSuccess", runtime.reloadSucceeded());
    data.put("lastConfigTime", runtime.configLoaded().toString());
    data.put("corruptionCount", runtime.corruptions());
    data.put("goroutineCount", Thread.activeCount());
    data.put("GOMAXPROCS", Runtime.getRuntime().availableProcessors());
    data.put("GOMEMLIMIT", Runtime.getRuntime().maxMemory());
    data.put("GOGC", "");
    data.put("GODEBUG", "");
    data.put("storageRetention", runtime.storageRetention());
    return data;
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return ""; // a machine without a resolvable name has none to show
    }
  }

  private Map<String, Object> replay() {
    var readiness = facts.readiness();
    var data = new LinkedHashMap<String, Object>();
    data.put("min", readiness.replayFirst());
    data.put("max", readiness.replayLast());
    data.put("current", readiness.replayCurrent());
    return data;
  }

  private static Map<String, Object> blocks(StoreInventory inventory) {
    var data = new LinkedHashMap<String, Object>();
    data.put("blocks", inventory.blocks().stream().map(StatusEndpoints::block).toList());
    data.put("damages", inventory.damages().stream().map(StatusEndpoints::damage).toList());
    return data;
  }

  private static Map<String, Object> block(StoreInventory.BlockInfo block) {
    var stats = new LinkedHashMap<String, Object>();
    stats.put("numSamples", block.samples());
    stats.put("numSeries", block.series());
    stats.put("numChunks", block.pages());
    stats.put("numTombstones", block.deletions());
    stats.put("numBytes", block.bytes());
    var compaction = new LinkedHashMap<String, Object>();
    compaction.put("level", block.level());
    compaction.put("sources", block.sources());
    var data = new LinkedHashMap<String, Object>();
    data.put("ulid", block.id());
    data.put("minTime", block.minTime());
    data.put("maxTime", block.maxTime());
    data.put("stats", stats);
    data.put("compaction", compaction);
    data.put("version", 1);
    return data;
  }

  private static Map<String, Object> damage(StoreInventory.Damage damage) {
    var data = new LinkedHashMap<String, Object>();
    data.put("part", damage.part());
    data.put("place", damage.place());
    data.put("reason", damage.reason());
    data.put("found", damage.found());
    return data;
  }

  private Reply cardinality(Call call) {
    int limit = cardinalityLimit(call.parameters().get("limit"));
    var statistics = store.statistics();
    var cardinality = store.cardinality(limit);
    var head = new LinkedHashMap<String, Object>();
    head.put("numSeries", statistics.activeSeries());
    head.put("numLabelPairs", cardinality.labelPairs());
    head.put("chunkCount", statistics.headChunks());
    head.put("minTime", statistics.headMinTime());
    head.put("maxTime", statistics.headMaxTime());
    var data = new LinkedHashMap<String, Object>();
    data.put("headStats", head);
    data.put("seriesCountByMetricName", counts(cardinality.seriesByMetric()));
    data.put("labelValueCountByLabelName", counts(cardinality.valuesByLabel()));
    data.put("memoryInBytesByLabelName", counts(cardinality.bytesByLabel()));
    data.put("seriesCountByLabelValuePair", counts(cardinality.seriesByPair()));
    return Reply.data(data);
  }

  private static int cardinalityLimit(String text) {
    if (text.isEmpty()) {
      return DEFAULT_CARDINALITY;
    }
    int limit;
    try {
      limit = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      limit = 0;
    }
    if (limit < 1) {
      throw new FaultException(Fault.BAD_DATA, "limit must be a positive number");
    }
    if (limit > MAX_CARDINALITY) {
      throw new FaultException(Fault.BAD_DATA, "limit must not exceed " + MAX_CARDINALITY);
    }
    return limit;
  }

  private static List<Map<String, Object>> counts(List<Cardinality.Count> counts) {
    return counts.stream()
        .map(
            count -> {
              var data = new LinkedHashMap<String, Object>();
              data.put("name", count.name());
              data.put("value", count.value());
              return (Map<String, Object>) data;
            })
        .toList();
  }
}
