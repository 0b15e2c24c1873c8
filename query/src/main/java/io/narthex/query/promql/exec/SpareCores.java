package io.narthex.query.promql.exec;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The cores that no query computes on. A heavy query may use them until another query comes; then
 * each has one core again. Safe for use by several threads.
 */
public final class SpareCores {
  /** Helpers of one engine at most; more would wait for the query's own thread. */
  private static final int MOST_HELPERS = 15;

  /** What a query has to compute at least before somebody is woken to help it. */
  private static final Duration PATIENCE = Duration.ofNanos(300_000);

  private static final long KEEP_SECONDS = 60;

  private final int cores;
  private final long patience;
  private final AtomicInteger helping = new AtomicInteger();
  private final LongAdder helped = new LongAdder();
  private final ThreadPoolExecutor threads;

  /**
   * @param cores that queries may use, those of their own threads included
   * @param patience what a query has done and has before it, estimated, when it gets help
   */
  public SpareCores(int cores, Duration patience) {
    this(cores, patience, numbered());
  }

  /**
   * @param factory of the helpers' threads
   */
  SpareCores(int cores, Duration patience, ThreadFactory factory) {
    this.cores = cores;
    this.patience = patience.toNanos();
    threads =
        new ThreadPoolExecutor(
            0,
            Math.max(1, helpers()),
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory);
  }

  private static ThreadFactory numbered() {
    var number = new AtomicInteger();
    return work -> {
      var thread = new Thread(work, "narthex-query-helper-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Every query computes on its own thread only. */
  public static SpareCores none() {
    return new SpareCores(1, PATIENCE);
  }

  /** All cores of the machine. */
  public static SpareCores all() {
    return new SpareCores(Runtime.getRuntime().availableProcessors(), PATIENCE);
  }

  /** Helpers at most. */
  int helpers() {
    return Math.min(cores - 1, MOST_HELPERS);
  }

  /** Nanoseconds that a query has done and has before it, estimated, when it gets help. */
  long patience() {
    return patience;
  }

  /**
   * Whether a core is free.
   *
   * @param queries that compute on their own threads
   */
  boolean anyFree(int queries) {
    return queries + helping.get() < cores;
  }

  /** Whether more threads compute than there are cores, so that a helper is in the way. */
  boolean crowded(int queries) {
    return queries + helping.get() > cores;
  }

  /** Counts a piece of work that a helper did. */
  void countHelp() {
    helped.increment();
  }

  /** Pieces of work that helpers did so far. */
  long helped() {
    return helped.sum();
  }

  /** Has a free thread work; false if there is none. */
  boolean begin(Runnable work) {
    if (helping.incrementAndGet() > helpers()) {
      helping.decrementAndGet();
      return false;
    }
    try {
      threads.execute(
          () -> {
            try {
              work.run();
            } finally {
              helping.decrementAndGet();
            }
          });
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      // A helper has counted itself out, and its thread is not back yet; or the machine has no
      // thread to give, without which the query goes on as well.
      helping.decrementAndGet();
      return false;
    }
  }
}
