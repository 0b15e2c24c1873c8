package io.narthex.pipeline.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * {@code storage}: what can change while the server runs.
 *
 * @param outOfOrderTimeWindow how far behind its series' newest sample a sample may lie
 * @param staleSeriesThreshold share of the series in memory, 0 to 1, that may have ended before
 *     they are flushed early to make room; 0 leaves it to the regular flushes
 * @param retentionTime how long samples are kept; zero if the file does not say
 * @param retentionBytes most bytes of blocks; 0 is no limit
 * @param retentionPercentage most of the disk, 0 to 100; 0 is no limit
 * @param maxExemplars most exemplars held; 0 or less holds none
 */
public record StorageConfig(
    Duration outOfOrderTimeWindow,
    double staleSeriesThreshold,
    Duration retentionTime,
    long retentionBytes,
    double retentionPercentage,
    long maxExemplars)
    implements Serializable {
  static final int DEFAULT_MAX_EXEMPLARS = 100_000;

  /** Prometheus has none by default; senders that retry or gather from afar need one. */
  static final Duration DEFAULT_WINDOW = Duration.ofMinutes(30);
}
