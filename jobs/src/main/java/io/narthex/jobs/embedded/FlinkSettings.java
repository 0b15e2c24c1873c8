package io.narthex.jobs.embedded;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;

/** Flink's settings: those of every pipeline, and those of the embedded runtime. */
public final class FlinkSettings {
  /** Chosen once: state cannot be spread over more key groups later. */
  public static final int MAX_PARALLELISM = 128;

  private static final String LOOPBACK = "127.0.0.1";

  private FlinkSettings() {}

  /**
   * What the pipeline needs wherever it runs: no generic serialization, reuse of records, restarts
   * without end.
   */
  public static Configuration pipeline(Duration checkpointInterval) {
    var settings = new Configuration();
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    settings.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(200));
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    settings.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
    // A disk that is full for a while fails checkpoints, and must not fail the job with them.
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
        Duration.ofMillis(200));
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(30));
    return settings;
  }

  /**
   * What the embedded runtime adds: small pools, one class path, loopback only, checkpoints in the
   * data directory.
   */
  public static Configuration embedded(EmbeddedFlinkOptions options) {
    var settings = pipeline(options.checkpointInterval());
    Path directory = options.directory().toAbsolutePath();
    settings.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    settings.set(CoreOptions.DEFAULT_PARALLELISM, options.slots());
    settings.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
    settings.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    settings.set(CoreOptions.CHECK_LEAKED_CLASSLOADER, false);
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(8));
    settings.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(8));
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1));
    settings.set(JobManagerOptions.ADDRESS, LOOPBACK);
    settings.set(JobManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    settings.set(TaskManagerOptions.HOST, LOOPBACK);
    settings.set(RestOptions.ADDRESS, LOOPBACK);
    settings.set(RestOptions.BIND_ADDRESS, LOOPBACK);
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(RestOptions.SERVER_NUM_THREADS, 1);
    settings.set(WebOptions.SUBMIT_ENABLE, false);
    settings.set(WebOptions.CANCEL_ENABLE, false);
    // The job's code is on the class path; nothing is ever large enough to travel by the blob
    // server.
    settings.set(BlobServerOptions.OFFLOAD_MINSIZE, Integer.MAX_VALUE);
    return settings;
  }

  /** Those of the runtime itself: the same, and that its metrics can be read. */
  static Configuration runtime(EmbeddedFlinkOptions options, FlinkMetrics metrics) {
    var settings = embedded(options);
    var reporter = MetricOptions.forReporter(settings, "narthex");
    reporter.set(MetricOptions.REPORTER_FACTORY_CLASS, FlinkMetrics.Factory.class.getName());
    reporter.setString(FlinkMetrics.HANDLE, metrics.handle());
    return settings;
  }
}
