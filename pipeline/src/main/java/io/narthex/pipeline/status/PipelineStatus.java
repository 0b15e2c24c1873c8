package io.narthex.pipeline.status;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The dataflow at one moment: its stages, how they are joined, the tasks that run them, and what
 * waits. Counters begin at the newest start of the job.
 *
 * @param state of the job, in Flink's words; {@code UNKNOWN} where it runs elsewhere
 * @param atMillis when this was read
 * @param restarts of the job since the server started
 */
public record PipelineStatus(
    String state,
    long atMillis,
    long restarts,
    Checkpoints checkpoints,
    List<Stage> stages,
    List<Edge> edges,
    List<Task> tasks,
    List<Queue> queues) {

  /** Of a process that runs no pipeline. */
  public static final PipelineStatus UNKNOWN =
      new PipelineStatus(
          "UNKNOWN", 0, 0, new Checkpoints(0, 0, 0, 0), List.of(), List.of(), List.of(), List.of());

  public PipelineStatus {
    stages = List.copyOf(stages);
    edges = List.copyOf(edges);
    tasks = List.copyOf(tasks);
    queues = List.copyOf(queues);
  }

  /** The same with these queues, which are outside of the job. */
  public PipelineStatus withQueues(List<Queue> queues) {
    return new PipelineStatus(state, atMillis, restarts, checkpoints, stages, edges, tasks, queues);
  }

  /** What a stage does with batches. */
  public enum Kind {
    SOURCE,
    OPERATOR,
    SINK
  }

  /**
   * An operator, over all its parallel instances.
   *
   * @param id what edges name it by
   * @param task the id of the task that runs it
   * @param batchesIn taken since the start
   * @param batchesOut given on since the start
   * @param samples in the batches that it took or, for a source, gave; null where it does not count
   *     them
   * @param watermarkMillis how far its output has come in event time; null while nothing is known
   */
  public record Stage(
      String id,
      String name,
      Kind kind,
      String task,
      int parallelism,
      long batchesIn,
      long batchesOut,
      @Nullable Long samples,
      @Nullable Long watermarkMillis) {}

  /**
   * Where batches go.
   *
   * @param chained whether both ends are one task, so that batches pass by reference
   */
  public record Edge(String from, String to, boolean chained) {}

  /**
   * A task, over all its parallel instances; shares of the last seconds, the highest of them.
   *
   * @param busy share of the time at work, 0 to 1
   * @param idle share of the time without input
   * @param backPressured share of the time held up by a stage behind it
   * @param inputFill of the buffers before it, 0 to 1; 0 for a task that begins with a source
   * @param outputFill of the buffers behind it
   */
  public record Task(
      String id,
      String name,
      double busy,
      double idle,
      double backPressured,
      double inputFill,
      double outputFill) {}

  /** Something bounded that waits, such as the requests that are accepted and not yet durable. */
  public record Queue(String name, String stage, long used, long capacity, String unit) {}

  /**
   * Checkpoints of the job.
   *
   * @param lastMillis how long the newest one took
   * @param lastBytes how large it is
   */
  public record Checkpoints(long completed, long failed, long lastMillis, long lastBytes) {}
}
