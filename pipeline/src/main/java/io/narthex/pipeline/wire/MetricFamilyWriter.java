package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes metric families of Prometheus' Protobuf exposition format: stored samples, whose kind is
 * not known, and stored histograms, both with their times; and metrics of a process, without. A
 * value goes into a family of its kind. Source: {@code io/prometheus/client/metrics.proto}.
 * Confined to one thread.
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
    COUNTER(0),
    GAUGE(1),
    SUMMARY(2),
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
    begin(name, null, kind);
  }

  /**
   * Begins a family.
   *
   * @param help null if nothing is known of it
   */
  public void begin(String name, @Nullable String help, Kind kind) {
    out.text(1, "name", name);
    if (help != null) {
      out.text(2, "help", help);
    }
    out.symbol(3, "type", kind.number, kind.name());
  }

  /**
   * Adds a counter's value.
   *
   * @param labels as of {@link #sample}
   * @param created when it was zero, in milliseconds; 0 if that is not known
   */
  public void counter(Map<String, String> labels, double value, long created) {
    metric(labels);
    out.open(3, "counter");
    out.float64(1, "value", value);
    created(3, created);
    out.close();
    out.close();
  }

  /** Adds a gauge's value. */
  public void gauge(Map<String, String> labels, double value) {
    metric(labels);
    number(2, "gauge", value);
    out.close();
  }

  /** Adds a value of a kind that is not known. */
  public void untyped(Map<String, String> labels, double value) {
    metric(labels);
    number(5, "untyped", value);
    out.close();
  }

  /**
   * Adds a summary.
   *
   * @param quantiles pairs of a quantile and its value
   * @param created as of {@link #counter}
   */
  public void summary(
      Map<String, String> labels, long count, double sum, double[] quantiles, long created) {
    metric(labels);
    out.open(4, "summary");
    out.integer(1, "sample_count", count);
    out.float64(2, "sample_sum", sum);
    for (int i = 0; i < quantiles.length; i += 2) {
      out.open(3, "quantile");
      out.float64(1, "quantile", quantiles[i]);
      out.float64(2, "value", quantiles[i + 1]);
      out.close();
    }
    created(4, created);
    out.close();
    out.close();
  }

  /**
   * Adds a classic histogram.
   *
   * @param bounds upper ones of its buckets, ascending, the last infinite
   * @param counts of each bucket alone
   * @param created as of {@link #counter}
   */
  public void classicHistogram(
      Map<String, String> labels, double sum, double[] bounds, long[] counts, long created) {
    metric(labels);
    out.open(7, "histogram");
    long count = 0;
    for (long each : counts) {
      count += each;
    }
    out.integer(1, "sample_count", count);
    out.float64(2, "sample_sum", sum);
    long cumulative = 0;
    for (int i = 0; i < bounds.length; i++) {
      cumulative += counts[i];
      out.open(3, "bucket");
      out.integer(1, "cumulative_count", cumulative);
      out.float64(2, "upper_bound", bounds[i]);
      out.close();
    }
    created(15, created);
    out.close();
    out.close();
  }

  /**
   * Adds a sample to an untyped family.
   *
   * @param labels without the name, in the order in which they are written
   * @param timestamp in milliseconds
   */
  public void sample(Map<String, String> labels, long timestamp, double value) {
    metric(labels);
    number(5, "untyped", value);
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

  private void number(int field, String kind, double value) {
    out.open(field, kind);
    out.float64(1, "value", value);
    out.close();
  }

  private void created(int field, long millis) {
    if (millis != 0) {
      out.open(field, "created_timestamp");
      out.integer(1, "seconds", Math.floorDiv(millis, 1000));
      out.integer(2, "nanos", Math.floorMod(millis, 1000) * 1_000_000L);
      out.close();
    }
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
