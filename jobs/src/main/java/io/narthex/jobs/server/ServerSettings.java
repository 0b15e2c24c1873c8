package io.narthex.jobs.server;

import io.narthex.jobs.embedded.EmbeddedFlinkOptions;
import io.narthex.jobs.embedded.FlinkSettings;
import io.narthex.pipeline.config.BuiltInConfiguration;
import io.narthex.pipeline.config.ByteSize;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.StorageConfig;
import io.narthex.pipeline.config.WebConfig;
import io.narthex.pipeline.config.WebConfigLoader;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.SelfScrapeKey;
import io.narthex.pipeline.http.WebGuard;
import io.narthex.pipeline.wire.DeltaStreams;
import io.narthex.pipeline.wire.OtlpOptions;
import io.narthex.pipeline.wire.OtlpOptions.Deltas;
import io.narthex.query.http.ApiOptions;
import io.narthex.query.http.RemoteReadOptions;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.store.StoreOptions;
import io.narthex.sinks.wal.WalSync;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** The flags of a server, checked and turned into the settings of its parts. */
final class ServerSettings {
  private static final Duration DEFAULT_RETENTION = Duration.ofDays(15);

  private static final String METRICS = "/metrics";

  /** Memory for sums of points of delta temporality, some hundred thousand series. */
  private static final long DELTA_BYTES = 64L << 20;

  /** Queries that wait for each one that runs. */
  private static final int QUEUED_PER_QUERY = 10;

  /** Answers of queries that are kept may take one part in this many of the heap. */
  private static final int RESULT_CACHE_SHARE = 32;

  private final ServerOptions options;
  private final WebPlace place;
  private final @Nullable Duration retention;
  private final long retentionBytes;
  private final WalSync walSync;
  private final EngineOptions engine;
  private final long resultCacheBytes;
  private final RemoteReadOptions remoteRead;
  private final HttpServers.Limits webLimits;
  private final Pattern corsOrigin;
  private final RuleSettings rules;
  private final @Nullable DeltaStreams deltaStreams;

  private ServerSettings(ServerOptions options) {
    this.options = options;
    place =
        read(
            "",
            "",
            text ->
                WebPlace.of(
                    options.listenAddress(),
                    options.externalUrl(),
                    options.routePrefix(),
                    webConfig().tls() != null));
    retention =
        options.retentionTime() == null
            ? null
            : read(
                "--storage.tsdb.retention.time",
                options.retentionTime(),
                PrometheusDuration::parse);
    retentionBytes =
        options.retentionSize() == null
            ? 0
            : read("--storage.tsdb.retention.size", options.retentionSize(), ByteSize::parse);
    walSync = read("--storage.wal-sync", options.walSync(), ServerSettings::walSync);
    long queryTotalBytes =
        bytes(
            "--query.max-total-bytes",
            options.queryMaxTotalBytes(),
            EngineOptions.defaultTotalBytes());
    resultCacheBytes =
        options.queryResultCacheBytes() == null
            ? Runtime.getRuntime().maxMemory() / RESULT_CACHE_SHARE
            : Math.max(
                0,
                read(
                    "--query.result-cache-bytes",
                    options.queryResultCacheBytes(),
                    ByteSize::parse));
    long queryBytes = bytes("--query.max-bytes", options.queryMaxBytes(), queryTotalBytes / 2);
    engine =
        new EngineOptions(
            read("--query.lookback-delta", options.lookbackDelta(), PrometheusDuration::parse),
            read("--query.timeout", options.queryTimeout(), PrometheusDuration::parse),
            options.queryMaxSamples(),
            queryBytes,
            queryTotalBytes,
            options.queryConcurrency(),
            Duration.ofMinutes(1),
            features(options.features()));
    remoteRead =
        read(
            "--storage.remote.read-...",
            "",
            none ->
                new RemoteReadOptions(
                    options.remoteReadSampleLimit(),
                    options.remoteReadConcurrency(),
                    options.remoteReadFrameBytes()));
    webLimits =
        HttpServers.Limits.DEFAULT.withRead(
            read("--web.read-timeout", options.webReadTimeout(), PrometheusDuration::parse));
    corsOrigin = read("--web.cors.origin", options.corsOrigin(), Pattern::compile);
    rules = RuleSettings.of(options.rules());
    deltaStreams = deltaStreams(options.features());
  }

  private static @Nullable DeltaStreams deltaStreams(Collection<String> features) {
    if (!features.contains(FeatureFlags.OTLP_SUMS)) {
      return null;
    }
    if (features.contains(FeatureFlags.OTLP_DELTAS)) {
      throw misused(
          "--enable-feature",
          "only one of "
              + FeatureFlags.OTLP_SUMS
              + " and "
              + FeatureFlags.OTLP_DELTAS
              + " can be on");
    }
    return new DeltaStreams(DELTA_BYTES);
  }

  /**
   * Checks flags.
   *
   * @throws StartupException that names the flag and what would be right
   */
  static ServerSettings of(ServerOptions options) {
    return new ServerSettings(options);
  }

  WebPlace place() {
    return place;
  }

  private WebConfig webConfig() {
    var file = options.webConfigFile();
    try {
      return file == null ? WebConfig.OPEN : WebConfigLoader.load(file);
    } catch (ConfigurationException e) {
      throw unusable(e);
    }
  }

  private static StartupException unusable(ConfigurationException e) {
    return new StartupException(
        StartupException.FAILED, "narthex: --web.config.file: " + e.getMessage());
  }

  /**
   * The key of the server's own scrape: where the web configuration asks for something, and nobody
   * has configured scrapes.
   */
  @Nullable SelfScrapeKey selfScrapeKey() {
    return options.webConfigFile() == null || options.configFile() != null
        ? null
        : SelfScrapeKey.random(place.routePrefix() + METRICS);
  }

  /**
   * The configuration of a server that was given none.
   *
   * @param key of its own scrape
   */
  String builtInConfiguration(@Nullable SelfScrapeKey key) {
    return BuiltInConfiguration.selfScrape(
        place.ownAddress(), place.routePrefix() + METRICS, access(key));
  }

  private BuiltInConfiguration.Access access(@Nullable SelfScrapeKey key) {
    var tls = webConfig().tls();
    return new BuiltInConfiguration.Access(
        tls != null, tls == null ? null : shown(tls), key == null ? null : key.token());
  }

  /** The certificate that the server shows itself, where it asks clients for one. */
  private static BuiltInConfiguration.@Nullable Certificate shown(WebConfig.Tls tls) {
    boolean required =
        tls.clientAuth() == WebConfig.ClientAuth.REQUIRE_ANY
            || tls.clientAuth() == WebConfig.ClientAuth.REQUIRE_AND_VERIFY;
    String certFile = tls.certFile();
    String keyFile = tls.keyFile();
    return required && certFile != null && keyFile != null
        ? new BuiltInConfiguration.Certificate(certFile, keyFile)
        : null;
  }

  /**
   * What stands before the HTTP server, to be closed by the caller.
   *
   * @param key that it lets in
   * @throws StartupException if its file cannot be used
   */
  WebGuard guard(@Nullable SelfScrapeKey key) {
    var file = options.webConfigFile();
    try {
      return file == null ? WebGuard.open() : WebGuard.of(file, key);
    } catch (ConfigurationException e) {
      throw unusable(e);
    }
  }

  @Nullable Path configFile() {
    return options.configFile();
  }

  Path storagePath() {
    return options.storagePath();
  }

  boolean lifecycle() {
    return options.lifecycle();
  }

  boolean otlpReceiver() {
    return options.otlpReceiver();
  }

  /** How OpenTelemetry metrics become series, by flags and a section of the configuration. */
  OtlpOptions otlpOptions(OtlpConfig config) {
    return new OtlpOptions(
        config,
        deltaStreams != null
            ? Deltas.ADDED_UP
            : options.features().contains(FeatureFlags.OTLP_DELTAS) ? Deltas.KEPT : Deltas.REFUSED,
        deltaStreams,
        engine.features().contains(EngineOptions.Feature.TYPE_AND_UNIT_LABELS),
        engine.lookback());
  }

  HttpServers.Limits webLimits() {
    return webLimits;
  }

  int maxConnections() {
    return options.maxConnections();
  }

  int maxNotificationFollowers() {
    return options.maxNotificationSubscribers();
  }

  EngineOptions engineOptions() {
    return engine;
  }

  PageFolders pages() {
    return options.pages();
  }

  RuleSettings rules() {
    return rules;
  }

  ApiOptions apiOptions() {
    return ApiOptions.DEFAULT
        .withAdminApi(options.adminApi())
        .withQueries(
            options.queryConcurrency(),
            QUEUED_PER_QUERY * options.queryConcurrency(),
            engine.timeout())
        .withPlace(place.externalUrl(), place.address().getPort())
        .withCorsOrigin(corsOrigin)
        .withRemoteRead(remoteRead)
        .withMaxSearchLimit(options.maxSearchLimit())
        .withMaxLive(options.maxLiveQueries())
        .withLookback(engine.lookback());
  }

  EmbeddedFlinkOptions flinkOptions() {
    return EmbeddedFlinkOptions.of(options.storagePath().resolve("flink"));
  }

  Configuration flink() {
    return FlinkSettings.embedded(flinkOptions());
  }

  /** Options of the store; a flag is stronger than the configuration file. */
  StoreOptions storeOptions(StorageConfig config) {
    return StoreOptions.DEFAULT
        .withRetention(retentionTime(config), retentionBytes(config))
        .withRetentionPercentage(config.retentionPercentage())
        .withOutOfOrderWindow(config.outOfOrderTimeWindow())
        .withStaleSeriesThreshold(config.staleSeriesThreshold())
        .withWalSync(walSync);
  }

  /** What {@code /api/v1/status/runtimeinfo} says of retention. */
  String retention(StorageConfig config) {
    String time = PrometheusDuration.print(retentionTime(config));
    long bytes = retentionBytes(config);
    return bytes == 0 ? time : time + " or " + ByteSize.print(bytes);
  }

  /** Most bytes of answers that are kept; 0 keeps none. */
  long resultCacheBytes() {
    return resultCacheBytes;
  }

  /** The flags as the API shows them. */
  Map<String, String> flags() {
    var flags = new TreeMap<>(options.all());
    flags.put("config.file", options.configFile() == null ? "" : options.configFile().toString());
    flags.put("storage.tsdb.path", options.storagePath().toString());
    flags.put("storage.tsdb.retention.time", orEmpty(options.retentionTime()));
    flags.put("storage.tsdb.retention.size", orEmpty(options.retentionSize()));
    flags.put("storage.wal-sync", options.walSync());
    flags.put("web.listen-address", options.listenAddress());
    flags.put("web.external-url", orEmpty(options.externalUrl()));
    flags.put("web.route-prefix", place.routePrefix().isEmpty() ? "/" : place.routePrefix());
    flags.put(
        "web.config.file",
        options.webConfigFile() == null ? "" : options.webConfigFile().toString());
    flags.put("web.enable-lifecycle", Boolean.toString(options.lifecycle()));
    flags.put("web.enable-admin-api", Boolean.toString(options.adminApi()));
    flags.put("web.enable-remote-write-receiver", "true");
    flags.put("web.enable-otlp-receiver", Boolean.toString(options.otlpReceiver()));
    flags.put("web.cors.origin", options.corsOrigin());
    flags.put("web.max-connections", Integer.toString(options.maxConnections()));
    flags.put("query.lookback-delta", options.lookbackDelta());
    flags.put("query.timeout", options.queryTimeout());
    flags.put("query.max-concurrency", Integer.toString(options.queryConcurrency()));
    flags.put("query.max-samples", Long.toString(options.queryMaxSamples()));
    flags.put("query.max-bytes", orEmpty(options.queryMaxBytes()));
    flags.put("query.max-total-bytes", orEmpty(options.queryMaxTotalBytes()));
    flags.put("query.result-cache-bytes", Long.toString(resultCacheBytes));
    flags.put("enable-feature", String.join(",", options.features()));
    return flags;
  }

  private Duration retentionTime(StorageConfig config) {
    if (retention != null) {
      return retention;
    }
    return config.retentionTime().isZero() ? DEFAULT_RETENTION : config.retentionTime();
  }

  private long retentionBytes(StorageConfig config) {
    return retentionBytes > 0 ? retentionBytes : config.retentionBytes();
  }

  private static Set<EngineOptions.Feature> features(Iterable<String> names) {
    var features = EnumSet.noneOf(EngineOptions.Feature.class);
    for (String name : names) {
      features.addAll(read("--enable-feature", name, FeatureFlags::engineFeatures));
    }
    return features;
  }

  private static WalSync walSync(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "always" -> WalSync.ALWAYS;
      case "interval" -> WalSync.INTERVAL;
      case "off" -> WalSync.OFF;
      default -> throw new IllegalArgumentException(text + " is not one of always, interval, off");
    };
  }

  private static long bytes(String flag, @Nullable String text, long otherwise) {
    if (text == null) {
      return otherwise;
    }
    long bytes = read(flag, text, ByteSize::parse);
    if (bytes < 1) {
      throw misused(flag, text + " is not a positive size such as 512MB");
    }
    return bytes;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static <T> T read(String flag, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (PatternSyntaxException e) {
      throw misused(flag, "not a regular expression: " + e.getDescription());
    } catch (IllegalArgumentException e) {
      throw misused(flag, String.valueOf(e.getMessage()));
    }
  }

  private static StartupException misused(String flag, String why) {
    return new StartupException(
        StartupException.MISUSED, "narthex: " + (flag.isEmpty() ? "" : flag + ": ") + why);
  }
}
