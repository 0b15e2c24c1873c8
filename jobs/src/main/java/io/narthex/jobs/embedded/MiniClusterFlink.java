package io.narthex.jobs.embedded;

import io.narthex.pipeline.status.PipelineStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one class that knows Flink's MiniCluster. */
final class MiniClusterFlink implements EmbeddedFlink {
  /** How long a close waits for the cluster to be whole. */
  private static final long ELECTION_SECONDS = 20;

  /** How long one who asks for the job's state waits for a runtime that is busy. */
  private static final long STATE_SECONDS = 2;

  private static final Logger logger = LoggerFactory.getLogger(MiniClusterFlink.class);

  /**
   * The job keeps its id over restarts, so that its checkpoints stay in one folder and their
   * numbers go on.
   */
  static final JobID JOB_ID = new JobID(0x6E61727468657800L, 1L);

  private final EmbeddedFlinkOptions options;
  private final MiniCluster cluster;
  private final FlinkMetrics metrics;

  private MiniClusterFlink(
      EmbeddedFlinkOptions options, MiniCluster cluster, FlinkMetrics metrics) {
    this.options = options;
    this.cluster = cluster;
    this.metrics = metrics;
  }

  static MiniClusterFlink start(EmbeddedFlinkOptions options) {
    var metrics = FlinkMetrics.create();
    try {
      Files.createDirectories(options.directory().resolve("checkpoints"));
      Files.createDirectories(options.directory().resolve("tmp"));
      var cluster =
          new MiniCluster(
              new MiniClusterConfiguration.Builder()
                  .setConfiguration(FlinkSettings.runtime(options, metrics))
                  .setNumTaskManagers(1)
                  .setNumSlotsPerTaskManager(options.slots())
                  .setRpcServiceSharing(RpcServiceSharing.SHARED)
                  .build());
      cluster.start();
      return new MiniClusterFlink(options, cluster, metrics);
    } catch (Exception e) {
      metrics.release();
      throw new EmbeddedFlinkException("the embedded Flink runtime does not start: " + e, e);
    }
  }

  @Override
  public Job submit(StreamGraph graph) {
    try {
      graph
          .getJobConfiguration()
          .set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, JOB_ID.toHexString());
      graph.setJobId(JOB_ID);
      var checkpoint = Checkpoints.newest(options.directory().resolve("checkpoints"));
      checkpoint.ifPresent(
          path -> {
            logger.info("restoring the pipeline from checkpoint {}", path);
            graph.setSavepointRestoreSettings(
                SavepointRestoreSettings.forPath(path.toUri().toString(), true));
          });
      var view = PipelineView.of(graph); // before the cluster makes tasks of it
      cluster.submitJob(graph).get();
      return new MiniClusterJob(cluster, JOB_ID, checkpoint, view, metrics);
    } catch (IOException | ExecutionException e) {
      throw new EmbeddedFlinkException("the pipeline cannot be submitted: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedFlinkException("interrupted while submitting the pipeline", e);
    }
  }

  @Override
  public void close() {
    // A cluster that is closed while its dispatcher and its resource manager are being elected
    // waits for itself: the closing thread holds what the electing one needs. So both are up first;
    // one that cannot come up does not hold the end back for ever.
    cluster
        .listJobs()
        .thenCombine(cluster.getResourceOverview(), (jobs, resources) -> jobs)
        .orTimeout(ELECTION_SECONDS, TimeUnit.SECONDS)
        .handle((elected, failure) -> elected)
        .thenCompose(elected -> cluster.closeAsyncWithoutCleaningHighAvailabilityData())
        .join();
    metrics.release();
  }

  private record MiniClusterJob(
      MiniCluster cluster,
      JobID id,
      Optional<Path> restoredFrom,
      PipelineView view,
      FlinkMetrics metrics)
      implements Job {
    @Override
    public boolean isRunning() {
      return cluster
          .getExecutionGraph(id)
          .thenApply(
              graph -> {
                for (var vertex : graph.getAllExecutionVertices()) {
                  if (vertex.getExecutionState()
                      != org.apache.flink.runtime.execution.ExecutionState.RUNNING) {
                    return false;
                  }
                }
                return graph.getState() == JobStatus.RUNNING;
              })
          .exceptionally(absent -> false)
          .join();
    }

    @Override
    public Optional<Failure> failure() {
      return cluster
          .getExecutionGraph(id)
          .thenApply(graph -> Optional.ofNullable(graph.getFailureInfo()))
          .exceptionally(absent -> Optional.empty())
          .join()
          .map(info -> new Failure(info.getTimestamp(), info.getExceptionAsString()));
    }

    @Override
    public PipelineStatus status() {
      String state =
          cluster
              .getJobStatus(id)
              .thenApply(JobStatus::name)
              .completeOnTimeout("UNKNOWN", STATE_SECONDS, TimeUnit.SECONDS)
              .exceptionally(ended -> "STOPPED")
              .join();
      return view.status(state, System.currentTimeMillis(), metrics.all());
    }

    @Override
    public CompletableFuture<String> checkpoint() {
      return cluster.triggerCheckpoint(id);
    }

    @Override
    public CompletableFuture<Void> cancel() {
      return cluster
          .cancelJob(id)
          .thenCompose(acknowledged -> cluster.requestJobResult(id))
          .thenAccept(result -> {});
    }

    @Override
    public CompletableFuture<Void> ended() {
      return cluster
          .requestJobResult(id)
          .thenAccept(
              result ->
                  result
                      .getSerializedThrowable()
                      .ifPresent(
                          failure -> {
                            throw new IllegalStateException("the pipeline failed", failure);
                          }));
    }
  }
}
