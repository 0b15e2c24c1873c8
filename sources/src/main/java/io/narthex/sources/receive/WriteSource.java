package io.narthex.sources.receive;

import io.narthex.pipeline.runtime.Provider;
import io.narthex.sources.reactive.ReactiveSource;

/** The source of what is pushed to the process that the reader runs in. */
public final class WriteSource {
  private WriteSource() {}

  /**
   * A source over a channel. Of several readers in a process one reads, the others stand by.
   *
   * @param channel the channel of the reader's process
   */
  public static ReactiveSource of(Provider<WriteChannel> channel) {
    return new ReactiveSource(() -> new WriteFlow(channel.get()));
  }
}
