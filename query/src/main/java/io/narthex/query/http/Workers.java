package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.Cancellation;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Threads for work that blocks: a fixed number, and a queue of fixed length before them. */
final class Workers implements AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  private final String name;
  private final ThreadPoolExecutor executor;

  Workers(String name, int threads, int queue) {
    var count = new AtomicInteger();
    this.name = name;
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
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
          Runnable task =
              () -> {
                if (cancellation.isCancelled()) {
                  return;
                }
                try {
                  sink.success(work.get());
                } catch (RuntimeException | Error e) {
                  if (!cancellation.isCancelled()) {
                    sink.error(e);
                  }
                }
              };
          sink.onCancel(
              () -> {
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
