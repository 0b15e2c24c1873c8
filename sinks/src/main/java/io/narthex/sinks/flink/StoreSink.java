package io.narthex.sinks.flink;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import io.narthex.pipeline.storage.Acknowledgements;
import io.narthex.pipeline.storage.SampleAppender;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Appends batches to the store and tells the receivers when they are durable. A checkpoint
 * completes when everything before it is.
 */
public final class StoreSink implements Sink<SampleBatch> {
  private static final long serialVersionUID = 1;

  private final Provider<SampleAppender> store;
  private final Provider<Acknowledgements> acknowledgements;

  /**
   * Makes a sink.
   *
   * @param store where batches go, asked for when a writer is made
   * @param acknowledgements told about batches that somebody waits for
   */
  public StoreSink(Provider<SampleAppender> store, Provider<Acknowledgements> acknowledgements) {
    this.store = store;
    this.acknowledgements = acknowledgements;
  }

  @Override
  public SinkWriter<SampleBatch> createWriter(WriterInitContext context) {
    return new StoreWriter(
        store.get(), acknowledgements.get(), context.metricGroup().counter("samples"));
  }
}
