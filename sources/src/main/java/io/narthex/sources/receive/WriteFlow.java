package io.narthex.sources.receive;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sources.reactive.BatchFlow;
import io.narthex.sources.reactive.ReactiveSource.NoSplit;
import reactor.core.publisher.Flux;

/** What a reader takes out of a {@link WriteChannel}. */
final class WriteFlow implements BatchFlow<NoSplit> {
  private final WriteChannel channel;
  private final WriteChannel.Reader reader;

  WriteFlow(WriteChannel channel) {
    this.channel = channel;
    reader = channel.reader();
  }

  @Override
  public Flux<SampleBatch> batches() {
    return reader;
  }

  @Override
  public long watermark() {
    return reader.isActive() ? channel.clock().watermark() : IDLE;
  }

  @Override
  public void delivered(SampleBatch batch) {
    channel.clock().delivered(batch);
  }

  @Override
  public void close() {
    reader.ended();
  }
}
