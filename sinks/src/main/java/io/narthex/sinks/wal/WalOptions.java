package io.narthex.sinks.wal;

import java.time.Duration;

/**
 * How the log is written.
 *
 * @param sync when an append counts as durable
 * @param syncInterval for {@link WalSync#INTERVAL}
 * @param maxPendingBytes bytes that may wait for their commit before appenders block
 * @param maxFileBytes size at which a file is followed by the next part
 * @param retryInterval pause between attempts while the disk fails
 */
public record WalOptions(
    WalSync sync,
    Duration syncInterval,
    int maxPendingBytes,
    long maxFileBytes,
    Duration retryInterval) {

  /** Fsync on every group commit, 32 MiB pending, files of 128 MiB. */
  public static final WalOptions DEFAULT =
      new WalOptions(
          WalSync.ALWAYS, Duration.ofSeconds(1), 32 << 20, 128L << 20, Duration.ofMillis(250));

  public WalOptions withSync(WalSync sync) {
    return new WalOptions(sync, syncInterval, maxPendingBytes, maxFileBytes, retryInterval);
  }
}
