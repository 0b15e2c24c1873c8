package io.narthex.operators.rules;

import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's thread and the one that evaluates hand each other: samples and watermarks one
 * way, results and states the other. The operator never waits for an evaluation, but for a
 * checkpoint, which waits for the end of one group's evaluation at most; who evaluates waits while
 * too many results are not taken.
 */
final class RuleExchange {
  /** How often a waiting checkpoint looks whether the evaluation still lives. */
  private static final long ALIVE_MILLIS = 100;

  /** Bytes of samples among results that wait to be taken. */
  private static final long MOST_RESULT_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 12);

  private final Supplier<List<RuleResult>> given;
  private final int mostResults;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Condition answered = lock.newCondition();
  private final RuleInbox inbox; // guarded by lock, like what follows
  private final CheckpointWatch checkpoints = new CheckpointWatch();
  private List<RuleResult> results = new ArrayList<>();
  private long resultBytes; // of samples in the results
  private boolean standing = true; // no results follow for a while, and the snapshot holds
  private byte @Nullable [] snapshot; // while standing
  private boolean wanted; // somebody waits for a checkpoint
  private @Nullable Checkpoint answer;
  private boolean closed;

  /**
   * A state, and the results that led to it and were not taken before.
   *
   * @param snapshot null if nothing was ever evaluated
   */
  record Checkpoint(byte @Nullable [] snapshot, List<RuleResult> results) {}

  /** Ends the evaluation out of the middle of its work. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * An exchange whose state stands until {@link #moveOn}.
   *
   * @param snapshot the state to begin with; null if nothing was ever evaluated
   * @param given what evaluations gave since it was asked last; only asked by their thread
   * @param mostBytes samples on their way are given up when they are more
   * @param mostResults the evaluation waits when more are not taken
   */
  RuleExchange(
      byte @Nullable [] snapshot,
      Supplier<List<RuleResult>> given,
      long mostBytes,
      int mostResults) {
    this.snapshot = snapshot;
    this.given = given;
    this.mostResults = mostResults;
    inbox = new RuleInbox(mostBytes);
  }

  /** Takes samples; never waits. */
  void offer(SampleBatch batch) {
    lock.lock();
    try {
      inbox.add(batch);
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /** All samples before this time have been offered. */
  void watermark(long time) {
    lock.lock();
    try {
      inbox.watermark(time);
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The barrier of a checkpoint passes: all samples before it have been offered. */
  void checkpointBegun(long checkpoint) {
    lock.lock();
    try {
      checkpoints.begin(checkpoint, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** A checkpoint is complete, and what was stored before it can be read. */
  void checkpointComplete(long checkpoint) {
    lock.lock();
    try {
      checkpoints.complete(checkpoint);
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Takes the results that are there. */
  List<RuleResult> results() {
    lock.lock();
    try {
      return take();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The state now.
   *
   * @param isAlive whether somebody evaluates
   * @throws IllegalStateException if nobody does
   */
  Checkpoint checkpoint(BooleanSupplier isAlive) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      answer = null;
      wanted = true;
      news.signal();
      answered.signalAll(); // it may wait for room, which only a checkpoint makes now
      while (answer == null && !standing && isAlive.getAsBoolean()) {
        answered.await(ALIVE_MILLIS, TimeUnit.MILLISECONDS);
      }
      wanted = false;
      if (answer != null) {
        return answer;
      }
      if (standing) {
        return new Checkpoint(snapshot, take());
      }
      throw new IllegalStateException("the evaluation of rules has ended");
    } finally {
      lock.unlock();
    }
  }

  /** Has the evaluation end. */
  void close() {
    lock.lock();
    try {
      closed = true;
      news.signal();
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for something to evaluate, and answers checkpoints meanwhile; to be called between two
   * evaluations.
   *
   * @param state the state as it is
   * @param newsAfter a later watermark is news
   * @param patience how long to wait for news, nanoseconds
   * @return null when the exchange is closed
   */
  RuleInbox.@Nullable Taken await(Supplier<byte[]> state, long newsAfter, LongSupplier patience)
      throws InterruptedException {
    while (true) {
      serve(state);
      lock.lock();
      try {
        if (closed) {
          return null;
        }
        if (isAsked()) {
          continue;
        }
        long nanos = patience.getAsLong();
        if (nanos <= 0 || !inbox.isEmpty() || inbox.watermark() > newsAfter) {
          return inbox.take();
        }
        news.await(nanos, TimeUnit.NANOSECONDS);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Whether a checkpoint is complete that began at this time of {@link System#nanoTime} or later.
   */
  boolean isReadable(long nanoTime) {
    lock.lock();
    try {
      return checkpoints.isCompleteSince(nanoTime);
    } finally {
      lock.unlock();
    }
  }

  /** A checkpoint finds this state until {@link #moveOn}. */
  void stand(byte[] state) {
    lock.lock();
    try {
      giveOver();
      snapshot = state;
      standing = true;
      answered.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** From now on a checkpoint asks for the state. */
  void moveOn() {
    lock.lock();
    try {
      giveOver();
      standing = false;
      snapshot = null;
    } finally {
      lock.unlock();
    }
  }

  /** Moves what evaluations gave to where it is taken from; tells whether there is anything. */
  boolean handOver() {
    lock.lock();
    try {
      giveOver();
      return !results.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there is room for more results; a checkpoint takes all of them.
   *
   * @param state the state as it is; null if there is none yet
   * @throws ClosedException if the exchange is closed
   */
  void makeRoom(@Nullable Supplier<byte[]> state) {
    boolean full;
    do {
      if (state != null) {
        serve(state);
      }
      lock.lock();
      try {
        if (closed) {
          throw new ClosedException();
        }
        full = results.size() > mostResults || resultBytes > MOST_RESULT_BYTES;
        if (full && !isAsked()) {
          answered.awaitUninterruptibly();
        }
      } finally {
        lock.unlock();
      }
    } while (full);
  }

  /** Answers who waits for a checkpoint. Samples go on coming while the state is written. */
  private void serve(Supplier<byte[]> state) {
    lock.lock();
    try {
      if (!isAsked()) {
        return;
      }
    } finally {
      lock.unlock();
    }
    byte[] written = state.get();
    lock.lock();
    try {
      giveOver();
      if (isAsked()) {
        answer = new Checkpoint(written, take());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits for a checkpoint. Under the lock. */
  private boolean isAsked() {
    return wanted && answer == null && !standing;
  }

  /** Under the lock, and by the thread that evaluates. */
  private void giveOver() {
    for (var result : given.get()) {
      results.add(result);
      if (result instanceof RuleResult.Samples samples) {
        resultBytes += samples.batch().sizeInBytes();
      }
    }
  }

  private List<RuleResult> take() {
    var taken = results;
    results = new ArrayList<>();
    resultBytes = 0;
    answered.signalAll();
    return taken;
  }
}
