package io.narthex.pipeline.status;

import io.narthex.pipeline.model.Labels;
import java.util.Map;

/**
 * A target as the HTTP API shows it.
 *
 * @param pool the scrape job
 * @param id unique in the pool
 * @param discovered labels before relabelling
 * @param labels labels after it
 * @param scrapeUrl what is fetched, without credentials
 * @param health of the last scrape
 * @param lastError why the last scrape failed; empty if it did not
 * @param lastScrape time of the last scrape, milliseconds; 0 if there was none
 * @param lastDurationSeconds how long it took
 * @param intervalSeconds between scrapes
 * @param timeoutSeconds for one scrape
 */
public record TargetStatus(
    String pool,
    String id,
    Map<String, String> discovered,
    Labels labels,
    String scrapeUrl,
    Health health,
    String lastError,
    long lastScrape,
    double lastDurationSeconds,
    double intervalSeconds,
    double timeoutSeconds) {

  /** How the last scrape went. */
  public enum Health {
    UNKNOWN,
    UP,
    DOWN
  }
}
