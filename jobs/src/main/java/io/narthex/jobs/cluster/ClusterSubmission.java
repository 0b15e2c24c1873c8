package io.narthex.jobs.cluster;

import io.narthex.jobs.embedded.FlinkSettings;
import io.narthex.jobs.server.StartupException;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.http.HttpServers;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobID;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Sends the pipeline to a running session cluster, with this program's own jar. */
public final class ClusterSubmission {
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(5);

  private ClusterSubmission() {}

  /**
   * Submits the job and returns its id; it runs on when this process ends.
   *
   * @param flinkAddress REST address of the job manager, host:port
   * @throws StartupException if an argument cannot be used
   */
  public static JobID submit(String flinkAddress, ClusterOptions options) throws Exception {
    try {
      ConfigurationLoader.load(Path.of(options.configFile()));
    } catch (ConfigurationException e) {
      throw new StartupException(StartupException.MISUSED, String.valueOf(e.getMessage()));
    }
    var address = HttpServers.address(flinkAddress);
    var settings = FlinkSettings.pipeline(CHECKPOINT_INTERVAL);
    var environment =
        StreamExecutionEnvironment.createRemoteEnvironment(
            address.getHostString(), address.getPort(), settings, ownJar().toString());
    ClusterJob.build(environment, options);
    return environment.executeAsync("narthex").getJobID();
  }

  /**
   * Puts the rule files of a configuration into force on the cluster that shares a folder, whatever
   * the clocks of those say who put others there before.
   *
   * @return how many rules there are
   * @throws ConfigurationException if a file cannot be used
   */
  public static int applyRules(Path configFile, Path sharedFolder) throws IOException {
    var document = RuleDocument.of(ConfigurationLoader.load(configFile));
    if (!Files.isDirectory(sharedFolder)) {
      throw new StartupException(
          StartupException.MISUSED, "narthex: no such folder: " + sharedFolder);
    }
    document.after(RuleDocument.newestNumber(sharedFolder)).publish(sharedFolder);
    return document.files().groups().mapToInt(group -> group.rules().size()).sum();
  }

  private static Path ownJar() throws URISyntaxException {
    var source = ClusterSubmission.class.getProtectionDomain().getCodeSource();
    var jar = source == null ? null : Path.of(source.getLocation().toURI());
    if (jar == null || !Files.isRegularFile(jar)) {
      throw new StartupException(
          StartupException.FAILED, "narthex: submit needs the runnable jar; run ./narthex submit");
    }
    return jar;
  }
}
