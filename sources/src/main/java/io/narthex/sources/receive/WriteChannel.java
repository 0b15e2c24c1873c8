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
 */
public final class WriteChannel {
  private final long limitBytes;
  private final AckRegistry acks;
  private final PushClock clock;
  private final AtomicLong reserved = new AtomicLong();
  private final Queue<SampleBatch> queue = new ConcurrentLinkedQueue<>();
  private final AtomicReference<@Nullable Link> link = new AtomicReference<>();

  /**
   * A channel.
   *
   * @param limitBytes bound of all that is accepted and not yet answered
   * @param acks fails those who wait for batches that a reader takes with it when it ends
   */
  public WriteChannel(long limitBytes, AckRegistry acks, PushClock clock) {
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
    var reader = link.get();
    if (reader != null) {
      reader.drain();
    }
  }

  /** The batches in the order in which they came; emitted on the threads that send or request. */
  Flux<SampleBatch> batches() {
    return new Flux<>() {
      @Override
      public void subscribe(CoreSubscriber<? super SampleBatch> actual) {
        var next = new Link(actual);
        if (!link.compareAndSet(null, next)) {
          Operators.error(
              actual, new IllegalStateException("the write channel has a reader already"));
          return;
        }
        actual.onSubscribe(next);
        next.drain();
      }
    };
  }

  PushClock clock() {
    return clock;
  }

  /** The reader has ended: whatever it took may be lost, so nobody is to wait for it any longer. */
  void readerEnded() {
    queue.clear();
    clock.clear();
    acks.failAll("the pipeline restarts, try again");
  }

  private final class Link implements Subscription {
    private final CoreSubscriber<? super SampleBatch> actual;
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicLong requested = new AtomicLong();
    private volatile boolean cancelled;

    Link(CoreSubscriber<? super SampleBatch> actual) {
      this.actual = actual;
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
      link.compareAndSet(this, null);
    }

    /** Emits what is queued and requested; of several callers one does the work of all. */
    void drain() {
      if (work.getAndIncrement() != 0) {
        return;
      }
      int missed = 1;
      do {
        long wanted = requested.get();
        long sent = 0;
        while (sent < wanted && !cancelled) {
          var batch = queue.poll();
          if (batch == null) {
            break;
          }
          actual.onNext(batch);
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
