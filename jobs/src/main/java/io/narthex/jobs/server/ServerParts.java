package io.narthex.jobs.server;

import io.narthex.jobs.embedded.EmbeddedFlink;
import io.narthex.jobs.graph.PipelineGraph;
import io.narthex.jobs.graph.PipelinePorts;
import io.narthex.jobs.profile.ProfileRoutes;
import io.narthex.operators.rules.evaluation.StoreQueries;
import io.narthex.operators.template.ConsoleTemplates;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.http.WebGuard;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.runtime.InProcess;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.status.PipelineStatus;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.Acknowledgements;
import io.narthex.pipeline.storage.Arrivals;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.http.ApiServices;
import io.narthex.query.http.Notifications;
import io.narthex.query.http.QueryApi;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.cache.CachedQueryEngine;
import io.narthex.query.promql.exec.SpareCores;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.sinks.alertmanager.AlertSink;
import io.narthex.sinks.flink.StoreSink;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sources.receive.AckRegistry;
import io.narthex.sources.receive.OtlpReceiver;
import io.narthex.sources.receive.PushClock;
import io.narthex.sources.receive.RemoteWriteReceiver;
import io.narthex.sources.receive.WriteChannel;
import io.narthex.sources.receive.WriteSource;
import io.narthex.sources.scrape.LiveScrapeConfigs;
import io.narthex.sources.scrape.ScrapeConfigs;
import io.narthex.sources.scrape.ScrapeOptions;
import io.narthex.sources.scrape.ScrapeSource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an embedded server consists of besides Flink's runtime, wired by hand. The operators of the
 * job find these parts in their own process through {@link InProcess}.
 */
final class ServerParts implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ServerParts.class);

  /**
   * Bytes of requests that are accepted and not yet durable; beyond them senders are told to come
   * again.
   */
  private static final long MAX_PENDING_BYTES = 128L << 20;

  /** How long rules may wait for pushed samples that lag behind. */
  private static final Duration MAX_PUSH_LAG = Duration.ofSeconds(30);

  private final ServerSettings settings;
  private final PrometheusRegistry registry;
  private final ConfigurationHolder configuration;
  private final ServerFactsBoard facts;
  private final Notifications notifications;
  private final StatusBoard status = new InMemoryStatusBoard();
  private final BlockStore store;
  private final RulePart rules;
  private final Arrivals arrivals = new Arrivals();
  private final LiveScrapeConfigs scrapeConfigs;
  private final AckRegistry acks = new AckRegistry();
  private final WriteChannel writes;
  private final RemoteWriteReceiver receiver;
  private final OtlpReceiver otlp;
  private final VectorizedQueryEngine engine;
  private final QueryApi api;
  private final UserPages pages;
  private final WebGuard guard;
  private final WebServer web;
  private final List<InProcess<?>> handles = new ArrayList<>();

  private ServerParts(ServerSettings settings) {
    this.settings = settings;
    registry = ProcessMetrics.registry();
    notifications = new Notifications(settings.maxNotificationFollowers());
    var key = settings.selfScrapeKey();
    configuration =
        new ConfigurationHolder(
            settings.configFile(),
            () -> settings.builtInConfiguration(key),
            registry,
            notifications);
    var loaded = configuration.current().configuration();
    var loadedRules = rules(loaded); // faulty files must not cost the replay of the log
    var storage = settings.storeOptions(loaded.storage());
    facts =
        new ServerFactsBoard(
            settings.flags(),
            configuration::current,
            settings.retention(loaded.storage()),
            notifications);
    guard = settings.guard(key);
    store = BlockStore.open(settings.storagePath(), storage, registry);
    rules = new RulePart(settings, loaded, loadedRules, store, status, registry);
    scrapeConfigs = new LiveScrapeConfigs(loaded.scrapeConfigs());
    writes =
        new WriteChannel(MAX_PENDING_BYTES, acks, new PushClock(Clock.systemUTC(), MAX_PUSH_LAG));
    receiver = new RemoteWriteReceiver(writes, acks, RemoteWriteReceiver.Limits.DEFAULT, store);
    otlp =
        new OtlpReceiver(
            writes,
            acks,
            RemoteWriteReceiver.Limits.DEFAULT,
            settings.otlpReceiver()
                ? () -> settings.otlpOptions(configuration.current().configuration().otlp())
                : null);
    // Sub-queries without a step of their own have that of the rules, as in Prometheus.
    engine =
        new VectorizedQueryEngine(
            store,
            settings.engineOptions().withSubqueryStep(loaded.global().evaluationInterval()),
            SpareCores.all());
    api = new QueryApi(services(), settings.apiOptions());
    pages =
        new UserPages(settings.pages(), settings.apiOptions().queryTimeout(), this::consoleData);
    web = new WebServer(settings.place(), settings.maxConnections(), settings.webLimits(), guard);
  }

  /**
   * Reads the configuration and opens the store.
   *
   * @throws StartupException if either cannot be used
   */
  static ServerParts open(ServerSettings settings) {
    return new ServerParts(settings);
  }

  WebPlace place() {
    return settings.place();
  }

  ServerFactsBoard facts() {
    return facts;
  }

  /**
   * Begins to answer HTTP.
   *
   * @param quit what {@code POST /-/quit} does
   */
  void listen(Runnable quit) {
    var lifecycle = new LifecycleRoutes(settings.lifecycle(), this::reload, quit);
    web.listen(List.of(receiver, otlp, lifecycle, pages, new ProfileRoutes(), api));
  }

  void stopListening() {
    new ClosingSteps()
        .run("end notifications", notifications::close) // whose followers would keep it waiting
        .run("end streams", api::endStreams)
        .run("close the HTTP server", web::close)
        .finish();
  }

  /** The job of this server. */
  StreamGraph graph() {
    var environment = StreamExecutionEnvironment.getExecutionEnvironment(settings.flink());
    PipelineGraph.build(
        environment,
        new PipelinePorts(
            new ScrapeSource(
                this.<ScrapeConfigs>handle(scrapeConfigs),
                handle(status),
                handle(registry),
                this.<KnownSeries>handle(store),
                ScrapeOptions.DEFAULT),
            WriteSource.of(handle(writes)),
            new StoreSink(
                this.<SampleAppender>handle(arrivals.watching(store)),
                this.<Acknowledgements>handle(acks)),
            handle(status),
            handle(rules.services()),
            new AlertSink(handle(rules.sender()), this.<AlertHistory>handle(rules.history()))));
    var graph = environment.getStreamGraph();
    graph.setJobName("narthex");
    return graph;
  }

  /** Shows the state of the job, and what waits before it, to who asks. */
  void watch(EmbeddedFlink.Job job) {
    status.pipeline(
        () ->
            job.status()
                .withQueues(
                    List.of(
                        new PipelineStatus.Queue(
                            "accepted, not yet durable",
                            "remote write",
                            writes.reservedBytes(),
                            MAX_PENDING_BYTES,
                            "bytes"))));
  }

  /**
   * Loads the configuration again and puts it into force.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if it cannot be used
   */
  void reload() {
    configuration.reload(this::apply);
  }

  /** Says where the server is found, and what its user should know. */
  void announce() {
    var place = settings.place();
    logger.info("ready: open {} or query {}", place.url("/"), place.url("/api/v1/query?query=up"));
    logger.info("remote write goes to {}", place.url("/api/v1/write"));
    if (!place.isLoopback() && !guard.security().asksWho()) {
      logger.warn(
          "listening on {} without authentication: whoever reaches this address can read and write everything (--web.config.file asks for passwords or certificates)",
          place.address());
    }
  }

  @Override
  public void close() {
    new ClosingSteps()
        .run("end queries", api::close)
        .run("end pages", pages::close)
        .run("end remote write", receiver::close)
        .run("end OTLP", otlp::close)
        .run("end rules", rules::close)
        .run("close the store", store::close)
        .run("let the parts go", () -> handles.forEach(InProcess::release))
        .finish();
  }

  private void apply(Configuration next) {
    var nextRules = RulePart.load(settings, next); // what is wrong with them refuses all
    engine.subqueryStep(next.global().evaluationInterval());
    rules.apply(next, nextRules);
    scrapeConfigs.apply(next.scrapeConfigs());
  }

  private RulePart.Loaded rules(Configuration loaded) {
    try {
      return RulePart.load(settings, loaded);
    } catch (ConfigurationException e) {
      throw new StartupException(StartupException.MISUSED, String.valueOf(e.getMessage()));
    }
  }

  private ApiServices services() {
    return new ApiServices(
        cachedEngine(), store, store, arrivals, status, facts, registry, new HttpMetrics(registry));
  }

  private ConsoleTemplates.Data consoleData(ConsoleRequest asked) {
    String url = settings.place().externalUrl().toString();
    return new ConsoleTemplates.Data(
        asked.path(),
        asked.parameters(),
        Labels.of(configuration.current().configuration().global().externalLabels()),
        url.substring(0, url.length() - 1),
        System.currentTimeMillis(),
        new StoreQueries(api.engine(asked.client()), asked::query));
  }

  /** For how many nanoseconds nobody has asked anything; 0 while samples are being received. */
  long quietNanos() {
    return writes.reservedBytes() > 0 ? 0 : engine.quietNanos();
  }

  /** What computes queries, without what keeps answers. */
  VectorizedQueryEngine engine() {
    return engine;
  }

  private QueryEngine cachedEngine() {
    if (settings.resultCacheBytes() == 0) {
      return engine;
    }
    var cached = new CachedQueryEngine(engine, store.changes(), settings.resultCacheBytes());
    ResultCacheMetrics.register(registry, cached, settings.resultCacheBytes());
    return cached;
  }

  private <T> InProcess<T> handle(T object) {
    var handle = InProcess.of(object);
    handles.add(handle);
    return handle;
  }
}
