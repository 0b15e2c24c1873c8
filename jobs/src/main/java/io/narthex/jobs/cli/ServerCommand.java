package io.narthex.jobs.cli;

import io.narthex.jobs.server.Server;
import io.narthex.jobs.server.ServerOptions;
import io.narthex.jobs.server.Signals;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code narthex server}: everything in one process. */
@Command(
    name = "server",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Scrapes, receives, stores and answers queries, all in this process. Flags are those of Prometheus.")
final class ServerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--config.file",
      paramLabel = "FILE",
      description =
          "A prometheus.yml. Without it a built-in configuration scrapes this server itself.")
  private @Nullable Path configFile;

  @Option(
      names = "--storage.tsdb.path",
      paramLabel = "DIR",
      defaultValue = "data/",
      description = "Where samples and checkpoints are kept (default: ${DEFAULT-VALUE}).")
  private Path storagePath = Path.of("data");

  @Option(
      names = "--storage.tsdb.retention.time",
      paramLabel = "DURATION",
      description = "How long samples are kept (default: 15d).")
  private @Nullable String retentionTime;

  @Option(
      names = "--storage.tsdb.retention.size",
      paramLabel = "BYTES",
      description = "How much disk blocks may take, such as 512MB or 10GB (default: no limit).")
  private @Nullable String retentionSize;

  @Option(
      names = "--storage.wal-sync",
      paramLabel = "MODE",
      defaultValue = "always",
      description =
          "When a write is acknowledged: always, after it is on the disk; interval, synced every second; off, left to"
              + " the system (default: ${DEFAULT-VALUE}).")
  private String walSync = "always";

  @Option(
      names = "--web.listen-address",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:9090",
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String listenAddress = "127.0.0.1:9090";

  @Option(
      names = "--web.external-url",
      paramLabel = "URL",
      description = "Under which URL others reach this server; its path becomes the route prefix.")
  private @Nullable String externalUrl;

  @Option(
      names = "--web.route-prefix",
      paramLabel = "PATH",
      description = "Prefix of all routes (default: the path of --web.external-url).")
  private @Nullable String routePrefix;

  @Option(
      names = "--web.config.file",
      paramLabel = "FILE",
      description =
          "TLS, client certificates, passwords, headers and rate limit of the web server.")
  private @Nullable Path webConfigFile;

  @Option(
      names = "--web.enable-lifecycle",
      negatable = true,
      description = "Reload by POST /-/reload and stop by POST /-/quit.")
  private boolean lifecycle;

  @Option(
      names = "--web.enable-admin-api",
      negatable = true,
      description = "Flush, snapshot and delete by POST /api/v1/admin/tsdb/....")
  private boolean adminApi;

  @SuppressWarnings("UnusedVariable") // remote write is always received
  @Option(
      names = "--web.enable-remote-write-receiver",
      negatable = true,
      description =
          "Accepted for compatibility: remote write is always received, at /api/v1/write.")
  private boolean remoteWriteReceiver;

  @Option(
      names = "--web.enable-otlp-receiver",
      negatable = true,
      description = "Receive metrics of OpenTelemetry, at /api/v1/otlp/v1/metrics.")
  private boolean otlpReceiver;

  @SuppressWarnings("UnusedVariable") // both messages are always received
  @Option(
      names = "--web.remote-write-receiver.accepted-protobuf-messages",
      paramLabel = "MESSAGES",
      split = ",",
      description = "Accepted for compatibility.")
  private List<String> acceptedMessages = List.of();

  @Option(
      names = "--web.cors.origin",
      paramLabel = "REGEX",
      defaultValue = ".*",
      description = "Origins that browsers may call from (default: ${DEFAULT-VALUE}).")
  private String corsOrigin = ".*";

  @Option(
      names = "--web.read-timeout",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description =
          "How long a request may take to come, and a connection may be idle (default: ${DEFAULT-VALUE}).")
  private String webReadTimeout = "5m";

  @Option(
      names = "--web.max-connections",
      paramLabel = "N",
      defaultValue = "512",
      description = "Most connections at a time (default: ${DEFAULT-VALUE}).")
  private int maxConnections = 512;

  @Option(
      names = "--web.max-notifications-subscribers",
      paramLabel = "N",
      defaultValue = "16",
      description = "Most followers of live notifications (default: ${DEFAULT-VALUE}).")
  private int maxNotificationSubscribers = 16;

  @Option(
      names = "--storage.remote.read-sample-limit",
      paramLabel = "N",
      defaultValue = "50000000",
      description =
          "Most samples of a remote read that is no stream, 0 for no limit (default: ${DEFAULT-VALUE}).")
  private long remoteReadSampleLimit = 50_000_000;

  @Option(
      names = "--storage.remote.read-concurrent-limit",
      paramLabel = "N",
      defaultValue = "10",
      description = "Remote reads at a time; more wait (default: ${DEFAULT-VALUE}).")
  private int remoteReadConcurrency = 10;

  @Option(
      names = "--storage.remote.read-max-bytes-in-frame",
      paramLabel = "N",
      defaultValue = "1048576",
      description =
          "About how large a frame of a streamed remote read is (default: ${DEFAULT-VALUE}).")
  private int remoteReadFrameBytes = 1 << 20;

  @Option(
      names = "--query.lookback-delta",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description = "How far an instant selector looks back (default: ${DEFAULT-VALUE}).")
  private String lookbackDelta = "5m";

  @Option(
      names = "--query.timeout",
      paramLabel = "DURATION",
      defaultValue = "2m",
      description = "After which a query is given up (default: ${DEFAULT-VALUE}).")
  private String queryTimeout = "2m";

  @Option(
      names = "--query.max-concurrency",
      paramLabel = "N",
      defaultValue = "20",
      description = "Queries that run at a time (default: ${DEFAULT-VALUE}).")
  private int queryConcurrency = 20;

  @Option(
      names = "--web.search.max-limit",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most results that a search may ask for (default: ${DEFAULT-VALUE}).")
  private int maxSearchLimit = 10_000;

  @Option(
      names = "--query.max-live",
      paramLabel = "N",
      defaultValue = "50",
      description = "Most followers of live queries (default: ${DEFAULT-VALUE}).")
  private int maxLiveQueries = 50;

  @Option(
      names = "--query.max-samples",
      paramLabel = "N",
      defaultValue = "50000000",
      description = "Most samples that a query may hold (default: ${DEFAULT-VALUE}).")
  private long queryMaxSamples = 50_000_000;

  @Option(
      names = "--query.max-bytes",
      paramLabel = "SIZE",
      description = "Most memory that a query may hold, estimated (default: a sixth of the heap).")
  private @Nullable String queryMaxBytes;

  @Option(
      names = "--query.max-total-bytes",
      paramLabel = "SIZE",
      description =
          "Most memory that all running queries together may hold (default: a third of the heap).")
  private @Nullable String queryMaxTotalBytes;

  @Option(
      names = "--query.result-cache-bytes",
      paramLabel = "SIZE",
      description =
          "Most memory for answers of range queries, of which a refresh then computes the new"
              + " steps only; 0 keeps none (default: a 32nd of the heap).")
  private @Nullable String queryResultCacheBytes;

  @Option(
      names = "--enable-feature",
      paramLabel = "NAME",
      split = ",",
      description = "Feature flags of Prometheus, separated by commas.")
  private List<String> features = List.of();

  @Mixin private PageFlags pages = new PageFlags();

  @Mixin private RuleFlags rules = new RuleFlags();

  @Mixin private LogFlags log = new LogFlags();

  @Option(
      names = "--rehearse",
      hidden = true,
      description =
          "Stops once the server is warm. The launcher archives the classes that this took.")
  private boolean rehearse;

  @Override
  public Integer call() throws Exception {
    log.configure();
    try (var server = Server.start(options(), ServerCommand::heedSignals)) {
      if (rehearse) {
        server.awaitWarm();
      } else {
        server.awaitStop();
      }
    }
    return 0;
  }

  private static void heedSignals(Server server) {
    Signals.onTerminate(server::stop);
    Signals.onHangUp(server::reload);
  }

  private ServerOptions options() {
    return new ServerOptions(
        configFile,
        storagePath,
        retentionTime,
        retentionSize,
        walSync,
        listenAddress,
        externalUrl,
        routePrefix,
        webConfigFile,
        lifecycle,
        adminApi,
        otlpReceiver,
        corsOrigin,
        webReadTimeout,
        maxConnections,
        maxNotificationSubscribers,
        maxSearchLimit,
        maxLiveQueries,
        remoteReadSampleLimit,
        remoteReadConcurrency,
        remoteReadFrameBytes,
        lookbackDelta,
        queryTimeout,
        queryConcurrency,
        queryMaxSamples,
        queryMaxBytes,
        queryMaxTotalBytes,
        queryResultCacheBytes,
        List.copyOf(features),
        rules.options(),
        pages.folders(),
        flags());
  }

  /** All flags but help and version, as the API shows them. */
  private Map<String, String> flags() {
    var flags = new TreeMap<String, String>();
    for (var option : spec.options()) {
      if (!option.usageHelp() && !option.versionHelp() && !option.hidden()) {
        flags.put(option.longestName().substring(2), text(option.getValue()));
      }
    }
    return flags;
  }

  private static String text(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : Objects.toString(value, "");
  }
}
