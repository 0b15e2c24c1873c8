package io.narthex.jobs.server;

import io.narthex.jobs.embedded.EmbeddedFlink;
import io.narthex.jobs.embedded.EmbeddedFlink.Failure;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until the job runs. Flink begins failed tasks again without end; a state that this version
 * cannot read would keep the server from ever being ready, without a word. So failures are told,
 * and after some of them a start from a checkpoint is given up.
 */
final class JobStart {
  /** Failures after which a checkpoint is taken as unreadable. */
  static final int MOST_FAILURES = 5;

  private static final Logger LOG = LoggerFactory.getLogger(JobStart.class);
  private static final long LOOK_NANOS = 10_000_000;

  private JobStart() {}

  /**
   * Returns when all tasks run.
   *
   * @throws StartupException if the job ended, or its checkpoint cannot be restored; the message
   *     tells what to do
   */
  static void await(EmbeddedFlink.Job job) {
    var ended = job.ended();
    long lastFailure = 0;
    int failures = 0;
    while (!job.isRunning()) {
      var failure = job.failure();
      if (failure.isPresent() && failure.get().at() != lastFailure) {
        lastFailure = failure.get().at();
        failures++;
        LOG.warn("the pipeline does not start, it is tried again: {}", failure.get().text());
      }
      if (ended.isDone()) {
        throw new StartupException(StartupException.FAILED, ended(ended, failure));
      }
      if (failures >= MOST_FAILURES && job.restoredFrom().isPresent()) {
        throw new StartupException(
            StartupException.FAILED, unreadable(job.restoredFrom().get(), failure));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static String ended(CompletableFuture<Void> ended, Optional<Failure> failure) {
    String why = failure.map(JobStart::reason).orElse("");
    try {
      ended.join();
    } catch (CompletionException | CancellationException e) {
      why = why.isEmpty() ? e.toString() : why;
    }
    return "narthex: the pipeline ended before it ran: " + why;
  }

  private static String unreadable(Path checkpoint, Optional<Failure> failure) {
    return "narthex: the pipeline does not start from checkpoint "
        + checkpoint
        + ": "
        + failure.map(JobStart::reason).orElse("")
        + "; move "
        + checkpoint.getParent()
        + " away to start without it, alerts then go on from their series in the store";
  }

  /** The innermost cause. */
  private static String reason(Failure failure) {
    String text = failure.text().strip();
    int at = text.lastIndexOf("Caused by: ");
    return text.substring(at < 0 ? 0 : at + "Caused by: ".length()).lines().findFirst().orElse("");
  }
}
