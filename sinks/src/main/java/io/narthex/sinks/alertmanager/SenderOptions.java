package io.narthex.sinks.alertmanager;

import java.time.Duration;

/**
 * How alerts are sent.
 *
 * @param queueCapacity most notifications that wait for one Alertmanager; beyond them the oldest go
 * @param batchSize most alerts in one request
 * @param firstPause before a failed request is tried again; later pauses grow
 * @param longestPause between two tries
 * @param giveUpAfter a batch that could not be delivered for so long is dropped
 * @param drain how long {@link AlertmanagerSender#close} waits for what is queued; zero drops it
 */
public record SenderOptions(
    int queueCapacity,
    int batchSize,
    Duration firstPause,
    Duration longestPause,
    Duration giveUpAfter,
    Duration drain) {

  public static final SenderOptions DEFAULT =
      new SenderOptions(
          10_000,
          256,
          Duration.ofMillis(100),
          Duration.ofSeconds(5),
          Duration.ofMinutes(15),
          Duration.ofSeconds(10));

  public SenderOptions {
    if (queueCapacity <= 0 || batchSize <= 0) {
      throw new IllegalArgumentException(
          "queue capacity "
              + queueCapacity
              + " and batch size "
              + batchSize
              + ": both must be above 0");
    }
  }

  public SenderOptions withQueue(int capacity, int batch) {
    return new SenderOptions(capacity, batch, firstPause, longestPause, giveUpAfter, drain);
  }

  public SenderOptions withDrain(Duration limit) {
    return new SenderOptions(
        queueCapacity, batchSize, firstPause, longestPause, giveUpAfter, limit);
  }
}
