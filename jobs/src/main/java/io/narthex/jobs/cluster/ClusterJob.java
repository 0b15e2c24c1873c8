package io.narthex.jobs.cluster;

import io.narthex.jobs.embedded.FlinkSettings;
import io.narthex.jobs.graph.PipelineGraph;
import io.narthex.jobs.graph.PipelinePorts;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.sinks.alertmanager.AlertSink;
import io.narthex.sinks.flink.StoreSink;
import io.narthex.sources.receive.WriteSource;
import io.narthex.sources.scrape.ScrapeConfigs;
import io.narthex.sources.scrape.ScrapeOptions;
import io.narthex.sources.scrape.ScrapeSource;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The main class of the pipeline on a cluster, for {@code flink run -c
 * io.narthex.jobs.cluster.ClusterJob narthex.jar} and for {@code narthex submit}. Its graph is the
 * one of the embedded server; only what it is plugged into differs.
 */
public final class ClusterJob {
  /** A write is acknowledged once its segment is stored, which is at the next checkpoint. */
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

  private ClusterJob() {}

  public static void main(String[] arguments) throws Exception {
    var flags = new Flags();
    new CommandLine(flags).parseArgs(arguments);
    var environment =
        StreamExecutionEnvironment.getExecutionEnvironment(
            FlinkSettings.pipeline(CHECKPOINT_INTERVAL));
    build(environment, flags.options());
    environment.execute("narthex");
  }

  /** Adds the pipeline, plugged into what the task managers share. */
  static void build(StreamExecutionEnvironment environment, ClusterOptions options) {
    environment.setParallelism(options.parallelism());
    String configFile = options.configFile();
    String folder = options.sharedFolder();
    String address = options.receiverAddress();
    var rules =
        ClusterRules.of(
            ConfigurationLoader.load(Path.of(configFile)), options.externalUrl(), folder);
    var scrapes =
        new ScrapeSource(
            () ->
                ScrapeConfigs.fixed(ConfigurationLoader.load(Path.of(configFile)).scrapeConfigs()),
            TaskManagerServices::status,
            TaskManagerServices::registry,
            () -> KnownSeries.NONE, // the store is elsewhere
            ScrapeOptions.DEFAULT);
    PipelineGraph.build(
        environment,
        new PipelinePorts(
            scrapes,
            WriteSource.of(() -> TaskManagerServices.channel(address)),
            new StoreSink(() -> TaskManagerServices.appender(folder), TaskManagerServices::acks),
            TaskManagerServices::status,
            () -> TaskManagerServices.rules(rules),
            new AlertSink(
                () -> TaskManagerServices.sender(rules),
                () -> TaskManagerServices.alertHistory(folder))));
  }

  /** The flags of the job. */
  @Command(name = "narthex-job")
  static final class Flags {
    @Option(
        names = "--config.file",
        required = true,
        paramLabel = "FILE",
        description = "A prometheus.yml, readable by the job manager.")
    private String configFile = "";

    @Option(
        names = "--storage.shared.path",
        required = true,
        paramLabel = "DIR",
        description = "A folder that all task managers and query servers share.")
    private String sharedFolder = "";

    @Option(
        names = "--web.listen-address",
        paramLabel = "HOST:PORT",
        defaultValue = "",
        description = "Where each task manager receives remote write (default: nowhere).")
    private String receiverAddress = "";

    @Option(
        names = "--web.external-url",
        paramLabel = "URL",
        defaultValue = "",
        description = "Where users reach a query server, for the links of alerts.")
    private String externalUrl = "";

    @Option(
        names = "--parallelism",
        paramLabel = "N",
        defaultValue = "1",
        description = "Readers that share the targets (default: ${DEFAULT-VALUE}).")
    private int parallelism = 1;

    ClusterOptions options() {
      return new ClusterOptions(
          Path.of(configFile).toAbsolutePath().toString(),
          Path.of(sharedFolder).toAbsolutePath().toString(),
          receiverAddress,
          externalUrl,
          parallelism);
    }
  }
}
