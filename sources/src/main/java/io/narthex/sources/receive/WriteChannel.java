package io.narthex.sources.receive;

import io.narthex.pipeline.model.SampleBatch;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Leads batches from the receiver to the reader of the same process. It is bounded by memory: what
 * a request needs is reserved before the request is decoded and released when it is answered, so
 * that everything between the socket and the log counts.
 *
 * <p>One reader at a time; when it ends, what is queued is given up and its senders come again.
 * Others of the same process wait, without a word, until they are needed: a process may run several
 * subtasks of one source.
 */
public final class WriteChannel {
  private final long limitBytes;
  private final AckRegistry acks;
  private final PushClock clock;
  private final AtomicLong reserved = new AtomicLong();
  private final Queue<SampleBatch> queue = new ConcurrentLinkedQueue<>();
  private final Queue<Reader> waiting;
  private final AtomicReference<@Nullable Reader> active = new AtomicReference<>();

  /**
   * A channel.
   *
   * @param limitBytes bound of all that is accepted and not yet answered
   * @param acks fails those who wait for batches that a reader takes with it when it ends
   */
  public WriteChannel(long limitBytes, AckRegistry acks, PushClock clock) {
    this(limitBytes, acks, clock, new ConcurrentLinkedQueue<>());
  }

  /**
   * A channel.
   *
   * @param waiting where readers wait; safe for use by several threads
   */
  WriteChannel(long limitBytes, AckRegistry acks, PushClock clock, Queue<Reader> waiting) {
    this.waiting = waiting;
    this.limitBytes = limitBytes;
    this.acks = acks;
    this.clock = clock;
  }

  /**
   * Sets memory aside for a request; one alone is let in even if it is larger than the bound.
   *
   * @return false if the channel is full; the request is then to be refused
   */
  boolean reserve(long bytes) {
    long before = reserved.getAndAdd(bytes);
    if (before > 0 && before + bytes > limitBytes) {
      reserved.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /**
   * Counts what a decoded request holds where that is more than was reserved for it; it is there
   * already, so this is not refused, but those that follow are.
   *
   * @return what is to be released
   */
  long hold(long bytes, long actual) {
    long held = Math.max(bytes, actual);
    reserved.addAndGet(held - bytes);
    return held;
  }

  /** Gives back what {@link #reserve} set aside. */
  void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  /** Bytes that are set aside now. */
  public long reservedBytes() {
    return reserved.get();
  }

  /** Hands over a batch whose memory is reserved. */
  void send(SampleBatch batch) {
    clock.accepted(batch);
    queue.add(batch);
    var reader = active.get();
    if (reader != null) {
      reader.drain();
    }
  }

  /** A reader, which waits for its turn once it is subscribed to. */
  Reader reader() {
    return new Reader();
  }

  PushClock clock() {
    return clock;
  }

  /** Lets the next reader read, if none does. */
  private void promote() {
    for (var next = waiting.peek(); next != null && active.get() == null; next = waiting.peek()) {
      if (active.compareAndSet(null, next)) {
        waiting.remove(next);
        if (next.cancelled) { // after it was looked up, maybe before it became the active one
          active.compareAndSet(next, null);
        } else {
          next.drain();
        }
      }
    }
  }

  /** One who takes batches out of the channel, in the order in which they came. */
  final class Reader extends Flux<SampleBatch> implements Subscription {
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private volatile @Nullable CoreSubscriber<? super SampleBatch> actual;
    private volatile boolean cancelled;
    private volatile boolean read;

    /** Batches are emitted on the threads that send or request. Subscribed once. */
    @Override
    public void subscribe(CoreSubscriber<? super SampleBatch> subscriber) {
      if (actual != null) {
        Operators.error(subscriber, new IllegalStateException("this reader reads already"));
        return;
      }
      actual = subscriber;
      waiting.add(this); // before it can be cancelled
      subscriber.onSubscribe(this);
      promote();
    }

    /** Whether it reads, and nobody else. */
    boolean isActive() {
      return active.get() == this;
    }

    /** It has ended: whatever it took may be lost, so nobody is to wait for it any longer. */
    void ended() {
      cancel();
      if (read) {
        if (active.get() == null) {
          queue.clear();
        }
        clock.clear();
        acks.failAll("the pipeline restarts, try again");
      }
    }

    @Override
    public void request(long n) {
      if (Operators.validate(n)) {
        requested.accumulateAndGet(n, Operators::addCap);
        drain();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      waiting.remove(this);
      if (active.compareAndSet(this, null)) {
        promote();
      }
    }

    /** Emits what is queued and requested; of several callers one does the work of all. */
    private void drain() {
      var subscriber = actual;
      if (subscriber == null || !isActive()) {
        return; // it drains when its turn comes
      }
      read = true;
      if (work.getAndIncrement() != 0) {
        return;
      }
      int missed = 1;
      do {
        long wanted = requested.get();
        long sent = 0;
        while (sent < wanted && !cancelled && isActive()) {
          var batch = queue.poll();
          if (batch == null) {
            break;
          }
          subscriber.onNext(batch);
          sent++;
        }
        if (sent > 0 && wanted != Long.MAX_VALUE) {
          requested.addAndGet(-sent);
        }
        missed = work.addAndGet(-missed);
      } while (missed != 0);
    }
  }
}
