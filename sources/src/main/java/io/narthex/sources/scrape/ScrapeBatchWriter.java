package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.ScrapeContext;
import io.narthex.pipeline.model.ScrapeContext.Limits;
import io.narthex.pipeline.model.ScrapeContext.Report;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.sources.scrape.TargetSeries.Scrape;
import java.util.List;

/**
 * Writes one batch of a target in the layout of {@link ScrapeContext}: samples, stale markers,
 * report. The batch lies over the table's label bytes.
 */
final class ScrapeBatchWriter {
  private static final int BASIC_REPORTS = 5;

  private final TargetSplit split;
  private final SeriesTable table;
  private final KnownSeries.Numbering numbering;
  private final long timestamp;
  private final boolean settled;
  private final SampleBatchBuilder batch;
  private long[] fresh = new long[1];
  private int staleFrom;

  /**
   * Begins a batch.
   *
   * @param numbering of the store's series
   * @param ownTimes whether samples have other times than {@code timestamp}
   */
  ScrapeBatchWriter(
      TargetSplit split,
      SeriesTable table,
      KnownSeries.Numbering numbering,
      long timestamp,
      boolean ownTimes) {
    this.split = split;
    this.table = table;
    this.numbering = numbering;
    this.timestamp = timestamp;
    var config = split.config();
    this.settled = config.metricRelabelRules().isEmpty() && config.limits().equals(Limits.NONE);
    var origin = new Origin.Scrape(split.pool(), split.id(), null);
    this.batch = ownTimes ? SampleBatch.of(origin) : SampleBatch.at(origin, timestamp);
    this.batch.over(table.arena()).expecting(table.size(), table.size()).numbering(numbering);
  }

  /** Writes all samples. */
  void samples(ScrapedRows rows) {
    int nextExemplar = 0;
    for (int row = 0; row < rows.count; row++) {
      series(rows.entry[row]);
      var histogram = rows.histogram == null ? null : rows.histogram[row];
      if (histogram == null) {
        batch.value(rows.timestamp[row], rows.value[row]);
      } else {
        batch.histogram(rows.timestamp[row], histogram);
      }
      if (rows.start != null && rows.start[row] != 0) {
        batch.startTimestamp(rows.start[row]);
      }
      while (nextExemplar < rows.exemplars.size()
          && rows.exemplars.get(nextExemplar).row() == row) {
        var exemplar = rows.exemplars.get(nextExemplar++).exemplar();
        long time = exemplar.hasTimestamp() ? exemplar.timestamp() : rows.timestamp[row];
        batch.exemplar(exemplar.labels(), exemplar.value(), time);
      }
    }
    fresh = rows.freshBits();
    samplesEnd();
  }

  /** From here on stale markers follow. */
  void samplesEnd() {
    staleFrom = batch.rowCount();
  }

  void stale(int entry) {
    series(entry);
    batch.value(timestamp, StaleMarker.VALUE);
  }

  /** Writes the report of a scrape and ends the batch. */
  SampleBatch report(Scrape scrape, ScrapedRows rows, int up, List<MetricMetadata> metadata) {
    int reportFrom = batch.rowCount();
    var config = split.config();
    int reports = config.extraScrapeMetrics() ? Report.values().length : BASIC_REPORTS;
    for (int i = 0; i < reports; i++) {
      series(i);
      double value =
          switch (Report.values()[i]) {
            case UP -> up;
            case DURATION -> (System.nanoTime() - scrape.begunNanos()) / 1e9;
            case SCRAPED -> rows.count + rows.left;
            case POST_RELABEL -> rows.count;
            case ADDED -> rows.freshCount;
            case TIMEOUT -> split.timeout().toMillis() / 1e3;
            case SAMPLE_LIMIT -> config.limits().samples();
            case BODY_SIZE -> scrape.bodyBytes();
          };
      batch.value(timestamp, value);
    }
    metadata.forEach(batch::metadata);
    return build(reportFrom);
  }

  /** Ends a batch that has no report. */
  SampleBatch withoutReport() {
    return build(batch.rowCount());
  }

  /** A batch of stale markers for the report series, which nothing is to be done to. */
  SampleBatch reportEnd() {
    int reports = split.config().extraScrapeMetrics() ? Report.values().length : BASIC_REPORTS;
    for (int i = 0; i < reports; i++) {
      stale(i);
    }
    return batch.build();
  }

  private void series(int entry) {
    batch.seriesAt(
        table.labelFrom(entry),
        table.labelTo(entry),
        table.labelHash(entry),
        table.number(entry, numbering));
  }

  private SampleBatch build(int reportFrom) {
    var built = batch.build();
    if (settled) {
      return built;
    }
    var config = split.config();
    var context =
        new ScrapeContext(
            config.metricRelabelRules(), config.limits(), staleFrom, reportFrom, fresh);
    return built.withOrigin(new Origin.Scrape(split.pool(), split.id(), context));
  }
}
