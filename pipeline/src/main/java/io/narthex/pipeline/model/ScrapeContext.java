package io.narthex.pipeline.model;

import java.util.List;

/**
 * What the relabel operator needs to settle a scraped batch. The rows of such a batch lie in three
 * parts:
 *
 * <pre>{@code
 * [0, staleFrom)           samples of the target
 * [staleFrom, reportFrom)  stale markers of series that vanished since the last scrape
 * [reportFrom, rows)       the report series, in the order of {@link Report}
 * }</pre>
 *
 * The report rows are filled as if nothing were relabelled; settling corrects {@code up}, {@code
 * scrape_samples_post_metric_relabeling} and {@code scrape_series_added}. A batch without a context
 * is settled.
 *
 * @param rules metric relabelling, in order; may be empty
 * @param limits checked after relabelling
 * @param staleFrom first row of stale markers
 * @param reportFrom first row of the report
 * @param firstSeen bit s of word s/64: series s was not in the last scrape
 */
public record ScrapeContext(
    List<RelabelRule> rules, Limits limits, int staleFrom, int reportFrom, long[] firstSeen) {

  public ScrapeContext {
    rules = List.copyOf(rules);
  }

  public boolean firstSeen(int series) {
    return (firstSeen[series >> 6] & (1L << (series & 63))) != 0;
  }

  /**
   * Bounds on a scrape after relabelling; 0 is no bound. A breach fails the whole scrape.
   *
   * @param samples samples that are kept
   * @param labels labels of a series
   * @param labelNameLength bytes of a label name
   * @param labelValueLength bytes of a label value
   */
  public record Limits(int samples, int labels, int labelNameLength, int labelValueLength)
      implements java.io.Serializable {
    public static final Limits NONE = new Limits(0, 0, 0, 0);
  }

  /**
   * The series that every scrape reports about itself, in the order of their rows; the last three
   * on demand.
   */
  public enum Report {
    UP("up"),
    DURATION("scrape_duration_seconds"),
    SCRAPED("scrape_samples_scraped"),
    POST_RELABEL("scrape_samples_post_metric_relabeling"),
    ADDED("scrape_series_added"),
    TIMEOUT("scrape_timeout_seconds"),
    SAMPLE_LIMIT("scrape_sample_limit"),
    BODY_SIZE("scrape_body_size_bytes");

    private final String metric;

    Report(String metric) {
      this.metric = metric;
    }

    public String metric() {
      return metric;
    }
  }
}
