package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.Cancellation;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Threads for work that blocks: at most so many, and a queue of fixed length before them. */
final class Workers implements AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  private final String name;
  private final ThreadPoolExecutor executor;

  /**
   * @param threads at most
   * @param queue how much work waits at most for a thread; 0 refuses work without a free thread
   */
  Workers(String name, int threads, int queue) {
    var count = new AtomicInteger();
    this.name = name;
    executor =
        new ThreadPoolExecutor(
            // Without a queue an idle thread is preferred to a new one, which has nothing warm.
            queue == 0 ? 0 : threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(queue),
            work -> {
              var thread = new Thread(work, "narthex-" + name + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  int active() {
    return executor.getActiveCount();
  }

  /**
   * Does the work on one of the threads once somebody subscribes. If the subscriber goes, the
   * cancellation is set, and work that has not begun is dropped. Fails with {@code OVERLOADED} when
   * threads and queue are full.
   */
  <T> Mono<T> call(Supplier<T> work, Cancellation cancellation) {
    return Mono.create(
        sink -> {
          var gone = new AtomicBoolean();
          Runnable task =
              () -> {
                if (gone.get()) {
                  return;
                }
                try {
                  sink.success(work.get());
                } catch (RuntimeException | Error e) {
                  if (!gone.get()) {
                    sink.error(e);
                  }
                }
              };
          sink.onCancel(
              () -> {
                gone.set(true);
                cancellation.cancel();
                executor.remove(task);
              });
          try {
            executor.execute(task);
          } catch (RejectedExecutionException e) {
            String message = "too many requests are waiting (" + name + "): try again later";
            sink.error(new FaultException(Fault.OVERLOADED, message, e));
          }
        });
  }

  /** Stops; what runs is interrupted. */
  @Override
  public void close() {
    executor.shutdownNow();
  }
}
