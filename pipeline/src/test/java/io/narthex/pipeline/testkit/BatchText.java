package io.narthex.pipeline.testkit;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch as lines that are equal exactly when the batches are, down to the bits of NaNs. */
public final class BatchText {
  private BatchText() {}

  public static List<String> of(SampleBatch batch) {
    var lines = new ArrayList<String>();
    lines.add("ack " + batch.ackId() + " of " + text(batch.origin()));
    for (int s = 0; s < batch.seriesCount(); s++) {
      lines.add(batch.labels(s) + " #" + Long.toHexString(batch.hash(s)));
      for (int row = batch.firstRow(s); row < batch.firstRow(s + 1); row++) {
        var histogram = batch.histogram(row);
        lines.add(
            "  "
                + (histogram == null ? bits(batch.value(row)) : text(histogram))
                + " @ "
                + batch.timestamp(row)
                + " since "
                + batch.startTimestamp(row));
      }
    }
    batch
        .exemplars()
        .forEach(
            e -> lines.add(e.series() + e.labels().toString() + bits(e.value()) + e.timestamp()));
    batch.metadata().forEach(entry -> lines.add(entry.toString()));
    return lines;
  }

  /** Records compare arrays by identity, so the array of a context is written out. */
  private static String text(Origin origin) {
    if (!(origin instanceof Origin.Scrape scrape) || scrape.context() == null) {
      return origin.toString();
    }
    var c = scrape.context();
    return String.join(
        " ",
        scrape.job(),
        scrape.target(),
        c.rules().toString(),
        c.limits().toString(),
        c.staleFrom() + " " + c.reportFrom(),
        Arrays.toString(c.firstSeen()));
  }

  private static String text(@Nullable FloatHistogram h) {
    if (h == null) {
      return "none";
    }
    return h.hint()
        + " "
        + h.schema()
        + " "
        + bits(h.zeroThreshold(), h.zeroCount(), h.count(), h.sum())
        + Arrays.toString(h.positiveSpans())
        + bits(h.positiveBuckets())
        + Arrays.toString(h.negativeSpans())
        + bits(h.negativeBuckets())
        + bits(h.customValues());
  }

  private static String bits(double... values) {
    var out = new StringBuilder("[");
    for (double value : values) {
      out.append(Long.toHexString(Double.doubleToRawLongBits(value))).append(' ');
    }
    return out.append(']').toString();
  }
}
