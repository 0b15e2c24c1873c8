package io.narthex.sinks.store;

import io.narthex.sinks.head.HeadOptions;
import io.narthex.sinks.wal.WalOptions;
import io.narthex.sinks.wal.WalSync;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How the store works.
 *
 * @param head what is accepted; its retention is that of the blocks as well
 * @param wal how the log is written
 * @param flushInterval how long samples stay in the head before they are written to a segment
 * @param flushBytes memory of the head's samples at which they are written earlier
 * @param staleSeriesThreshold share of the head's series, 0 to 1, that may have ended before the
 *     head is flushed early and they leave it; 0 leaves it to the other flushes
 * @param retentionBytes size of all blocks at which the oldest are dropped; 0 is no limit
 * @param retentionPercentage of the disk that all blocks may take, 0 to 100, before the oldest are
 *     dropped; 0 is no limit
 * @param undoWindow how long merges leave alone what was deleted, so that it can be undone
 * @param clock milliseconds since the epoch
 */
public record StoreOptions(
    HeadOptions head,
    WalOptions wal,
    Duration flushInterval,
    long flushBytes,
    double staleSeriesThreshold,
    long retentionBytes,
    double retentionPercentage,
    Duration undoWindow,
    LongSupplier clock) {

  /** Segments every five minutes or 256 MiB, 15 days of retention, fsync on every commit. */
  public static final StoreOptions DEFAULT =
      new StoreOptions(
          HeadOptions.DEFAULT,
          WalOptions.DEFAULT,
          Duration.ofMinutes(5),
          256L << 20,
          0,
          0,
          0,
          Duration.ofHours(1),
          System::currentTimeMillis);

  public StoreOptions withHead(HeadOptions head) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        retentionBytes,
        retentionPercentage,
        undoWindow,
        clock);
  }

  public StoreOptions withOutOfOrderWindow(Duration window) {
    return withHead(head.withOutOfOrderWindow(window));
  }

  /**
   * Says how much is kept.
   *
   * @param time how far back; zero is no limit
   * @param bytes size of all blocks; 0 is no limit
   */
  public StoreOptions withRetention(Duration time, long bytes) {
    return new StoreOptions(
        head.withRetention(time),
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        bytes,
        retentionPercentage,
        undoWindow,
        clock);
  }

  public StoreOptions withWal(WalOptions wal) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        retentionBytes,
        retentionPercentage,
        undoWindow,
        clock);
  }

  public StoreOptions withWalSync(WalSync sync) {
    return withWal(wal.withSync(sync));
  }

  public StoreOptions withFlush(Duration interval, long bytes) {
    return new StoreOptions(
        head,
        wal,
        interval,
        bytes,
        staleSeriesThreshold,
        retentionBytes,
        retentionPercentage,
        undoWindow,
        clock);
  }

  public StoreOptions withClock(LongSupplier clock) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        retentionBytes,
        retentionPercentage,
        undoWindow,
        clock);
  }

  public StoreOptions withUndoWindow(Duration window) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        retentionBytes,
        retentionPercentage,
        window,
        clock);
  }

  public StoreOptions withRetentionPercentage(double percentage) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        staleSeriesThreshold,
        retentionBytes,
        percentage,
        undoWindow,
        clock);
  }

  /** See the component of this name. */
  public StoreOptions withStaleSeriesThreshold(double share) {
    return new StoreOptions(
        head,
        wal,
        flushInterval,
        flushBytes,
        share,
        retentionBytes,
        retentionPercentage,
        undoWindow,
        clock);
  }
}
