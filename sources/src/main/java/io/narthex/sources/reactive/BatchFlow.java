package io.narthex.sources.reactive;

import io.narthex.pipeline.model.SampleBatch;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceSplit;
import reactor.core.publisher.Flux;

/**
 * What enters through one reader of a source: a stream of batches and how far it has come in event
 * time. {@link ReactiveReader} makes a Flink reader of it. All methods but {@link #watermark} and
 * {@link #batches} are called by the reader's task thread only.
 *
 * @param <SplitT> what the enumerator hands out
 */
public interface BatchFlow<SplitT extends SourceSplit> extends AutoCloseable {

  /** {@link #watermark} of a flow that has nothing to say about time. */
  long IDLE = Long.MAX_VALUE;

  /**
   * The batches; cold, subscribed once. It emits no more than is requested, and an error of it
   * fails the reader.
   */
  Flux<SampleBatch> batches();

  /**
   * A time in milliseconds at or before which no batch will come any more, those excepted that were
   * emitted already; {@link Long#MIN_VALUE} if that is unknown, {@link #IDLE} if others need not
   * wait for this flow. A batch holds it back until {@link #delivered}.
   */
  long watermark();

  /** The batch has left for the next operator. */
  default void delivered(SampleBatch batch) {}

  /** Takes splits, such as those of a checkpoint. */
  default void assign(List<SplitT> splits) {}

  /** Takes a message of the enumerator. */
  default void handle(SourceEvent event) {
    throw new IllegalArgumentException("unexpected event " + event.getClass().getName());
  }

  /** The splits that a checkpoint has to keep. Everything delivered so far is before it. */
  default List<SplitT> snapshot(long checkpointId) {
    return List.of();
  }

  /** Everything delivered before the checkpoint is safe, where checkpoints make it so. */
  default void checkpointed(long checkpointId) {}

  @Override
  void close();
}
