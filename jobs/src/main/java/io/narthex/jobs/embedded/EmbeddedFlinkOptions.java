package io.narthex.jobs.embedded;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How Flink runs in this process.
 *
 * @param directory where it keeps checkpoints and temporary files
 * @param slots parallel subtasks of a stage
 * @param checkpointInterval between checkpoints
 */
public record EmbeddedFlinkOptions(Path directory, int slots, Duration checkpointInterval) {
  public static EmbeddedFlinkOptions of(Path directory) {
    return new EmbeddedFlinkOptions(directory, 1, Duration.ofSeconds(10));
  }
}
