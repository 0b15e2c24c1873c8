package io.narthex.sinks.flink;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.Acknowledgements;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.SampleAppender;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of {@link StoreSink}. Batches become durable in the order in which they are appended,
 * so the newest future stands for all before it.
 *
 * <p>A batch that cannot be made durable does not fail the job: who waits for it is told, and a
 * scrape that is lost while the disk is full is logged, as an endless restart would lose more.
 */
final class StoreWriter implements SinkWriter<SampleBatch> {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreWriter.class);

  private final SampleAppender store;
  private final Acknowledgements acknowledgements;
  private final Counter samples;
  private @Nullable CompletableFuture<AppendResult> newest;
  private volatile boolean failing;

  StoreWriter(SampleAppender store, Acknowledgements acknowledgements, Counter samples) {
    this.store = store;
    this.acknowledgements = acknowledgements;
    this.samples = samples;
  }

  @Override
  public void write(SampleBatch batch, Context context) {
    samples.inc(batch.rowCount());
    long ackId = batch.ackId();
    var future = ackId == SampleBatch.NO_ACK ? store.appendUnawaited(batch) : store.append(batch);
    future.whenComplete((result, failure) -> report(ackId, result, failure));
    newest = future;
  }

  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    var last = newest;
    newest = null;
    if (last == null) {
      return;
    }
    store.sync();
    try {
      last.get();
    } catch (java.util.concurrent.ExecutionException e) {
      LOGGER.debug("the last batch before a checkpoint was reported as failed", e);
    }
  }

  @Override
  public void close() {
    newest = null;
  }

  private void report(long ackId, AppendResult result, @Nullable Throwable failure) {
    if (failure == null) {
      failing = false;
      if (ackId != SampleBatch.NO_ACK) {
        acknowledgements.durable(ackId, result);
      }
      return;
    }
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (ackId != SampleBatch.NO_ACK) {
      acknowledgements.failed(ackId, cause);
    } else if (!failing) {
      LOGGER.error("samples that nobody waits for could not be stored", cause);
    }
    failing = true;
  }
}
