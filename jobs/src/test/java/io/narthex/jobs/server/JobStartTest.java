package io.narthex.jobs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.jobs.embedded.EmbeddedFlink;
import io.narthex.jobs.embedded.EmbeddedFlink.Failure;
import io.narthex.pipeline.status.PipelineStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JobStartTest {
  private static final Path CHECKPOINT = Path.of("data", "flink", "chk-7");

  /** A job whose tasks fail some times before they run, each time that one looks. */
  private static final class FailingJob implements EmbeddedFlink.Job {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Optional<Path> checkpoint;
    private final int failuresToCome;
    private int looks;

    FailingJob(int failuresToCome, Optional<Path> checkpoint) {
      this.failuresToCome = failuresToCome;
      this.checkpoint = checkpoint;
    }

    @Override
    public boolean isRunning() {
      return looks++ >= 2 * failuresToCome;
    }

    @Override
    public Optional<Path> restoredFrom() {
      return checkpoint;
    }

    @Override
    public Optional<Failure> failure() {
      int number = (looks + 1) / 2; // each failure is seen twice
      return Optional.of(
          new Failure(
              number,
              "java.lang.Exception: task failed\n\tat a\nCaused by: java.io.IOException: state of"
                  + " version 1\n\tat b\n"));
    }

    @Override
    public PipelineStatus status() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<String> checkpoint() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> cancel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> ended() {
      return ended;
    }
  }

  @Test
  void await_fewFailures_waitsUntilTheJobRuns() {
    var job = new FailingJob(JobStart.MOST_FAILURES - 1, Optional.of(CHECKPOINT));
    JobStart.await(job);
    assertThat(job.looks).isEqualTo(2 * (JobStart.MOST_FAILURES - 1) + 1);
  }

  @Test
  void await_checkpointThatIsNeverRestored_isGivenUpWithWhatToDo() {
    assertThatThrownBy(() -> JobStart.await(new FailingJob(100, Optional.of(CHECKPOINT))))
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "narthex: the pipeline does not start from checkpoint %s: java.io.IOException: state of"
                + " version 1; move %s away to start without it, alerts then go on from their"
                + " series in the store",
            CHECKPOINT, CHECKPOINT.getParent());
  }

  @Test
  void await_failuresWithoutACheckpoint_goOn() {
    JobStart.await(new FailingJob(20, Optional.empty()));
  }

  @Test
  void await_jobThatEnds_tellsWhy() {
    var job = new FailingJob(100, Optional.empty());
    job.ended.completeExceptionally(new IllegalStateException("no slots"));
    assertThatThrownBy(() -> JobStart.await(job))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("ended before it ran: java.io.IOException: state of version 1");
  }
}
