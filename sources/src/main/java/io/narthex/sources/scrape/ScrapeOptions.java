package io.narthex.sources.scrape;

import java.io.Serializable;
import java.time.Duration;

/**
 * Settings of scraping that are the server's, not a job's.
 *
 * @param timestampTolerance a scrape that begins later than planned by no more than this, and by no
 *     more than a hundredth of the interval, gets the planned time; zero leaves times as they are
 * @param spreadDelay how long changes of targets are gathered before readers hear of them
 * @param maxBodyBytes bound of any body, where a job sets none or a larger one
 */
public record ScrapeOptions(Duration timestampTolerance, Duration spreadDelay, long maxBodyBytes)
    implements Serializable {
  public static final ScrapeOptions DEFAULT =
      new ScrapeOptions(Duration.ofMillis(2), Duration.ofMillis(100), 512L << 20);

  public ScrapeOptions {
    if (maxBodyBytes <= 0 || maxBodyBytes > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException("maxBodyBytes: want 1 to 2 GiB, got " + maxBodyBytes);
    }
  }
}
