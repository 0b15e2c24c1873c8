package io.narthex.query.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.http.server.HttpServerRequest;
import reactor.util.context.Context;

/**
 * Waits for a value, but not for ever: a {@link TimeoutException} comes instead when the time is
 * up. The clock is the event loop of the request's connection, where setting and clearing an alarm
 * costs next to nothing; {@link Mono#timeout} takes a thread of its own and describes what it waits
 * for in words, each time.
 */
final class Patience {
  private Patience() {}

  /** The value of the source, if it comes in time. To be subscribed to once. */
  static <T> Mono<T> with(Mono<T> source, Duration most, HttpServerRequest request) {
    return new Mono<>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> actual) {
        var waiting = new Waiting<T>(actual, source, most);
        request.withConnection(
            connection ->
                waiting.alarm(
                    connection
                        .channel()
                        .eventLoop()
                        .schedule(waiting::timeUp, most.toMillis(), TimeUnit.MILLISECONDS)));
        source.subscribe(waiting);
      }
    };
  }

  /** Exactly one of value, end, error, time limit and cancellation takes the subscriber. */
  private static final class Waiting<T> implements CoreSubscriber<T>, Subscription {
    private final Context context;
    private final Mono<T> source;
    private final Duration most;
    private final AtomicReference<@Nullable CoreSubscriber<? super T>> actual;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();
    private volatile @Nullable Future<?> alarm;

    Waiting(CoreSubscriber<? super T> actual, Mono<T> source, Duration most) {
      this.actual = new AtomicReference<>(actual);
      this.context = actual.currentContext();
      this.source = source;
      this.most = most;
    }

    void alarm(Future<?> set) {
      alarm = set;
    }

    void timeUp() {
      var waiter = actual.getAndSet(null);
      if (waiter != null) {
        stop();
        waiter.onError(new TimeoutException("nothing came within " + most + " from " + source));
      }
    }

    private @Nullable CoreSubscriber<? super T> taken() {
      var waiter = actual.getAndSet(null);
      var set = alarm;
      if (waiter != null && set != null) {
        set.cancel(false);
      }
      return waiter;
    }

    private void stop() {
      var running = upstream.getAndSet(Operators.cancelledSubscription());
      if (running != null) {
        running.cancel();
      }
    }

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      var waiter = actual.get();
      if (waiter == null || !upstream.compareAndSet(null, subscription)) {
        subscription.cancel();
        return;
      }
      waiter.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      var running = upstream.get();
      if (running != null) {
        running.request(n);
      }
    }

    @Override
    public void cancel() {
      taken();
      stop();
    }

    @Override
    public void onNext(T value) {
      var waiter = taken();
      if (waiter != null) {
        waiter.onNext(value);
        waiter.onComplete();
      }
    }

    @Override
    public void onError(Throwable fault) {
      var waiter = taken();
      if (waiter != null) {
        waiter.onError(fault);
      }
    }

    @Override
    public void onComplete() {
      var waiter = taken();
      if (waiter != null) {
        waiter.onComplete();
      }
    }
  }
}
