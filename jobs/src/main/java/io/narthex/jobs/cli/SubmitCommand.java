package io.narthex.jobs.cli;

import io.narthex.jobs.cluster.ClusterOptions;
import io.narthex.jobs.cluster.ClusterSubmission;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code narthex submit}: the pipeline as a job of a running Flink cluster. */
@Command(
    name = "submit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Submits the pipeline to a Flink session cluster and returns.",
    footer = {
      "",
      "Task managers need the JVM options --add-opens=java.base/java.nio=ALL-UNNAMED",
      "(env.java.opts.all in Flink's configuration). Answers come from 'narthex query-server'."
    })
final class SubmitCommand implements Callable<Integer> {
  @Option(
      names = "--flink.address",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The REST address of the cluster's job manager.")
  private String flinkAddress = "";

  @Option(
      names = "--config.file",
      required = true,
      paramLabel = "FILE",
      description = "A prometheus.yml, at the same path for the job manager.")
  private Path configFile = Path.of("");

  @Option(
      names = "--storage.shared.path",
      required = true,
      paramLabel = "DIR",
      description = "A folder that all task managers and query servers share.")
  private Path sharedFolder = Path.of("");

  @Option(
      names = "--web.listen-address",
      paramLabel = "HOST:PORT",
      description = "Where a task manager receives remote write (default: nowhere).")
  private @Nullable String receiverAddress;

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

  @Mixin private LogFlags log = new LogFlags();

  @Override
  public Integer call() throws Exception {
    log.configure();
    var job =
        ClusterSubmission.submit(
            flinkAddress,
            new ClusterOptions(
                configFile.toAbsolutePath().toString(),
                sharedFolder.toAbsolutePath().toString(),
                receiverAddress == null ? "" : receiverAddress,
                externalUrl,
                parallelism));
    System.out.println("submitted job " + job);
    return 0;
  }
}
