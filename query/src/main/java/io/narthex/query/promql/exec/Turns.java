package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.Cancellation;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who may compute: a fixed number of places, given to the queries that have computed least so far
 * (least attained service first). A query that has had its slice makes room at its next checkpoint
 * if somebody waits who has had less. So a light query waits for a slice at most, however many
 * heavy ones run, and heavy ones share what is left. Safe for use by several threads.
 */
final class Turns {
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How often who waits looks whether it is still wanted. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ReentrantLock lock = new ReentrantLock();
  private final PriorityQueue<Turn> waiting =
      new PriorityQueue<>(Comparator.<Turn>comparingLong(t -> t.used).thenComparing(t -> t.order));
  private volatile int waiters;
  private final int places;
  private int free;
  private volatile int computing;
  private long orders;

  /**
   * @param places queries that compute at once
   */
  Turns(int places) {
    this.places = places;
    free = places;
  }

  /**
   * Waits for a first turn.
   *
   * @param deadlineNanos when to give up, on the clock of {@link System#nanoTime}
   * @throws FaultException {@code TIMEOUT}, {@code CANCELED} or {@code ENDED}, all in the queue
   */
  Turn begin(Cancellation cancellation, long deadlineNanos) {
    var turn = new Turn(cancellation, deadlineNanos);
    lock.lock();
    try {
      turn.await();
      return turn;
    } finally {
      lock.unlock();
    }
  }

  /** How many queries have a place now. */
  int computing() {
    return computing;
  }

  /** One query's turns. Confined to the query's thread. */
  final class Turn implements AutoCloseable {
    private final Cancellation cancellation;
    private final long deadlineNanos;
    private final Condition called = lock.newCondition();
    private final Thread owner = Thread.currentThread();
    private long used;
    private long order;
    private long since;
    private long waited;
    private boolean hasPlace;

    private Turn(Cancellation cancellation, long deadlineNanos) {
      this.cancellation = cancellation;
      this.deadlineNanos = deadlineNanos;
    }

    /** How many queries have a place now. */
    int computing() {
      return computing;
    }

    /** Nanoseconds spent waiting. */
    long waited() {
      return waited;
    }

    /** Stops if the query is not wanted any more, and lets others have their turn. */
    void checkpoint() {
      cancellation.check("query execution");
      long now = System.nanoTime();
      if (now - deadlineNanos > 0) {
        throw new FaultException(Fault.TIMEOUT, "query timed out in query execution");
      }
      yieldAt(now);
    }

    /**
     * Makes room for somebody who has had less, if the slice is over. Threads that help the query's
     * own go on.
     *
     * @param now the time on the clock of {@link System#nanoTime}
     */
    void yieldAt(long now) {
      if (waiters == 0 || now - since < SLICE_NANOS || Thread.currentThread() != owner) {
        return;
      }
      lock.lock();
      try {
        used += now - since;
        since = now;
        Turn next = waiting.peek();
        if (next != null && next.used < used) {
          hasPlace = false;
          freed(1);
          next.called.signal();
          await();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Waits for a place; the lock is held. */
    private void await() {
      long from = System.nanoTime();
      order = orders++;
      waiting.add(this);
      waiters = waiting.size();
      try {
        while (free == 0 || waiting.peek() != this) {
          stopIfUnwanted();
          called.awaitNanos(LOOK_NANOS);
        }
        freed(-1);
        hasPlace = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FaultException(Fault.CANCELED, "query was canceled in query queue", e);
      } finally {
        waiting.remove(this);
        waiters = waiting.size();
        since = System.nanoTime();
        waited += since - from;
        callNext();
      }
    }

    private void stopIfUnwanted() {
      cancellation.check("query queue");
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new FaultException(Fault.TIMEOUT, "query timed out in query queue");
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        if (hasPlace) {
          hasPlace = false;
          freed(1);
          callNext();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void freed(int more) {
    free += more;
    computing = places - free;
  }

  private void callNext() {
    Turn next = waiting.peek();
    if (free > 0 && next != null) {
      next.called.signal();
    }
  }
}
