package io.narthex.jobs.server;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of an orderly end. Each is taken whatever became of those before it, so that a step
 * that fails never costs what comes after, such as the last write of the store.
 */
final class ClosingSteps {
  private static final Logger logger = LoggerFactory.getLogger(ClosingSteps.class);

  /** Something to be done at the end. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  private final List<Exception> failures = new ArrayList<>();

  /**
   * Takes a step; a failure is logged and remembered.
   *
   * @param what it does, to follow "cannot"
   */
  ClosingSteps run(String what, Step step) {
    try {
      step.run();
    } catch (Exception e) {
      logger.error("cannot {}", what, e);
      failures.add(e);
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
    return this;
  }

  /**
   * To be called after the last step.
   *
   * @throws IllegalStateException if a step failed; the first failure is its cause
   */
  void finish() {
    if (!failures.isEmpty()) {
      var failure = new IllegalStateException("not closed in good order", failures.get(0));
      failures.subList(1, failures.size()).forEach(failure::addSuppressed);
      throw failure;
    }
  }
}
