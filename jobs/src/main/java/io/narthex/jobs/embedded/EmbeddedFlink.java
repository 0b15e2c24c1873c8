package io.narthex.jobs.embedded;

import io.narthex.pipeline.status.PipelineStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * Flink in this process. The one job of the server runs here; everything of Flink that is not
 * stable API stays behind this interface.
 */
public interface EmbeddedFlink extends AutoCloseable {

  /**
   * Starts the runtime; blocks until it takes jobs.
   *
   * @throws EmbeddedFlinkException if it cannot start
   */
  static EmbeddedFlink start(EmbeddedFlinkOptions options) {
    return MiniClusterFlink.start(options);
  }

  /**
   * Submits the job, restored from the newest retained checkpoint if there is one; blocks until it
   * is accepted.
   *
   * @throws EmbeddedFlinkException if it is refused
   */
  Job submit(StreamGraph graph);

  /** Ends the runtime and waits for it. */
  @Override
  void close();

  /** The running job. */
  interface Job {

    /** Whether all its tasks run. */
    boolean isRunning();

    /** The checkpoint it began with; empty if it began with no state. */
    Optional<Path> restoredFrom();

    /** Why tasks failed last, even if they were begun again since. */
    Optional<Failure> failure();

    /** Its stages and how they do. */
    PipelineStatus status();

    /** Takes a checkpoint now; completes with its place. */
    CompletableFuture<String> checkpoint();

    /** Cancels the job; its newest checkpoint stays. Completes when all tasks have ended. */
    CompletableFuture<Void> cancel();

    /**
     * Completes when the job has ended: exceptionally if it failed beyond what restarts can mend.
     */
    CompletableFuture<Void> ended();
  }

  /**
   * A failure of tasks.
   *
   * @param at milliseconds since the epoch
   * @param text what failed, with the stack
   */
  record Failure(long at, String text) {}

  /** The runtime or its job could not be started. */
  final class EmbeddedFlinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EmbeddedFlinkException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
