package io.narthex.sources.scrape;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import java.util.ArrayList;
import java.util.List;

/** Batches as lines of text, to be compared. */
final class BatchText {
  private BatchText() {}

  /** Rows without the report: {@code {labels} value @timestamp}; stale markers as {@code stale}. */
  static List<String> samples(SampleBatch batch) {
    return rows(batch).stream()
        .filter(row -> !row.contains("__name__=\"up\"") && !row.contains("__name__=\"scrape_"))
        .toList();
  }

  static List<String> rows(SampleBatch batch) {
    var rows = new ArrayList<String>();
    for (int s = 0; s < batch.seriesCount(); s++) {
      for (int row = batch.firstRow(s); row < batch.firstRow(s + 1); row++) {
        double value = batch.value(row);
        rows.add(
            batch.labels(s)
                + " "
                + (StaleMarker.is(value) ? "stale" : value)
                + " @"
                + batch.timestamp(row));
      }
    }
    return rows;
  }

  /** Value of a report series. */
  static double report(SampleBatch batch, String metric) {
    for (int s = 0; s < batch.seriesCount(); s++) {
      if (batch.labels(s).metricName().equals(metric)) {
        return batch.value(batch.firstRow(s));
      }
    }
    throw new AssertionError("no " + metric + " in " + rows(batch));
  }
}
