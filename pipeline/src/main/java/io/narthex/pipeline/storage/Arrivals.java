package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.SampleBatch;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Tells who listens which batches were appended, as soon as queries see them. Costs next to nothing
 * while nobody listens. Safe for use by several threads.
 */
public final class Arrivals {
  private final List<Consumer<SampleBatch>> listeners = new CopyOnWriteArrayList<>();

  /** Ends listening. */
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Listens to batches.
   *
   * @param listener called by the thread that appends: it must be quick and must not throw
   */
  public Registration listen(Consumer<SampleBatch> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** An appender that tells of what it appends. */
  public SampleAppender watching(SampleAppender appender) {
    return new SampleAppender() {
      @Override
      public CompletableFuture<AppendResult> append(SampleBatch batch) {
        return told(appender.append(batch), batch);
      }

      @Override
      public CompletableFuture<AppendResult> appendUnawaited(SampleBatch batch) {
        return told(appender.appendUnawaited(batch), batch);
      }

      private CompletableFuture<AppendResult> told(
          CompletableFuture<AppendResult> result, SampleBatch batch) {
        for (var listener : listeners) {
          listener.accept(batch);
        }
        return result;
      }

      @Override
      public void sync() {
        appender.sync();
      }
    };
  }
}
