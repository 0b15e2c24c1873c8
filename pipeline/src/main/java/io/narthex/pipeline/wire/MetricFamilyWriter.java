package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Map;

/**
 * Writes metric families of Prometheus' Protobuf exposition format, with samples whose kind is not
 * known, and histograms. Source: {@code io/prometheus/client/metrics.proto}. Confined to one
 * thread.
 */
public final class MetricFamilyWriter {
  private final MessageOut out;

  /** How the messages are written. */
  public enum Encoding {
    /** Binary, each with its length before it. */
    DELIMITED,
    /** Text, a field in a line. */
    TEXT,
    /** Text, a message in a line. */
    COMPACT_TEXT
  }

  /** Kinds of families. */
  public enum Kind {
    UNTYPED(3),
    HISTOGRAM(4),
    GAUGE_HISTOGRAM(5);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  public MetricFamilyWriter(Encoding encoding) {
    out =
        encoding == Encoding.DELIMITED
            ? new BinaryMessageOut()
            : new TextMessageOut(encoding == Encoding.COMPACT_TEXT);
  }

  /** Begins a family. */
  public void begin(String name, Kind kind) {
    out.text(1, "name", name);
    out.symbol(3, "type", kind.number, kind.name());
  }

  /**
   * Adds a sample to an untyped family.
   *
   * @param labels without the name, in the order in which they are written
   * @param timestamp in milliseconds
   */
  public void sample(Map<String, String> labels, long timestamp, double value) {
    metric(labels);
    out.open(5, "untyped");
    out.float64(1, "value", value);
    out.close();
    end(timestamp);
  }

  /**
   * Adds a histogram to a family of histograms. One with custom bounds is written as a classic one,
   * since the format has no other way to tell the bounds.
   *
   * @param labels as of {@link #sample}
   * @param timestamp in milliseconds
   */
  public void histogram(Map<String, String> labels, long timestamp, FloatHistogram h) {
    metric(labels);
    out.open(7, "histogram");
    out.float64(4, "sample_count_float", h.count());
    out.float64(2, "sample_sum", h.sum());
    if (h.hasCustomBuckets()) {
      classic(h);
    } else {
      out.signed(5, "schema", h.schema());
      out.float64(6, "zero_threshold", h.zeroThreshold());
      out.float64(8, "zero_count_float", h.zeroCount());
      spans(9, "negative_span", h.negativeSpans());
      counts(11, "negative_count", h.negativeBuckets());
      spans(12, "positive_span", h.positiveSpans());
      counts(14, "positive_count", h.positiveBuckets());
    }
    out.close();
    end(timestamp);
  }

  /** The family that was begun, as bytes that can follow those of another. */
  public byte[] take() {
    return out.take();
  }

  private void metric(Map<String, String> labels) {
    out.open(4, "metric");
    labels.forEach(
        (name, value) -> {
          out.open(1, "label");
          out.text(1, "name", name);
          out.text(2, "value", value);
          out.close();
        });
  }

  private void end(long timestamp) {
    out.integer(6, "timestamp_ms", timestamp);
    out.close();
  }

  /** Buckets by their upper bounds, each with the count up to there. */
  private void classic(FloatHistogram h) {
    double[] bounds = h.customValues();
    double[] counts = new double[bounds.length + 1];
    int index = 0;
    int bucket = 0;
    int[] spans = h.positiveSpans();
    for (int span = 0; span < spans.length; span += 2) {
      index += spans[span];
      for (int i = 0; i < spans[span + 1]; i++) {
        counts[index++] = h.positiveBuckets()[bucket++];
      }
    }
    double cumulative = 0;
    for (int i = 0; i < counts.length; i++) {
      cumulative += counts[i];
      out.open(3, "bucket");
      out.float64(4, "cumulative_count_float", cumulative);
      out.float64(2, "upper_bound", i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY);
      out.close();
    }
  }

  private void spans(int field, String name, int[] spans) {
    for (int i = 0; i < spans.length; i += 2) {
      out.open(field, name);
      out.signed(1, "offset", spans[i]);
      out.integer(2, "length", spans[i + 1]);
      out.close();
    }
  }

  private void counts(int field, String name, double[] counts) {
    for (double count : counts) {
      out.float64(field, name, count);
    }
  }
}
