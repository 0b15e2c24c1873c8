package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.wire.LabelBuffer.Added;
import io.narthex.pipeline.wire.OtlpHistograms.Made;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/** Writes points of OpenTelemetry as rows of a batch, and counts what cannot be written. */
final class OtlpRows {
  private static final byte[] TYPE = "__type__".getBytes(UTF_8);
  private static final byte[] UNIT = "__unit__".getBytes(UTF_8);
  private static final byte[] BOUND = "le".getBytes(UTF_8);
  private static final byte[] QUANTILE = "quantile".getBytes(UTF_8);
  private static final byte[] INFINITE = "+Inf".getBytes(UTF_8);
  private static final byte[] NOTHING = {};

  private final OtlpOptions options;
  private final OtlpPoint point;
  private final LabelBuffer labels = new LabelBuffer();
  private SampleBatchBuilder batch = SampleBatch.of(new Origin.Push("otlp"));
  private DecodingTally tally = new DecodingTally();
  private long rejected;
  private boolean left; // of the point that is written a series was left out
  private double[] lastBounds = {};
  private byte[][] lastBoundTexts = {};

  /**
   * Writes into no batch yet.
   *
   * @param point what is written, refilled from one to the next
   */
  OtlpRows(OtlpOptions options, OtlpPoint point) {
    this.options = options;
    this.point = point;
  }

  /** Begins a batch. */
  void begin() {
    batch = SampleBatch.of(new Origin.Push("otlp"));
    tally = new DecodingTally();
    rejected = 0;
  }

  OtlpWrite result() {
    return new OtlpWrite(tally.result(batch.build()), rejected);
  }

  /** Notes points that are left out. */
  void reject(int points, String reason) {
    rejected += points;
    tally.because(reason);
  }

  /** Notes something that is left out without being a point. */
  void because(String reason) {
    tally.because(reason);
  }

  void metadata(MetricMetadata metadata) {
    tally.description();
    batch.metadata(metadata);
  }

  /**
   * Writes the point.
   *
   * @param base its labels without the name
   */
  void write(OtlpMetric metric, Added base) {
    left = false;
    boolean delta = metric.isDelta();
    if (delta && options.streams() != null) {
      String refusal = addUp(options.streams(), metric, base);
      if (refusal != null) {
        reject(1, refusal);
        return;
      }
      delta = false;
    }
    switch (metric.kind()) {
      case OtlpMetric.HISTOGRAM -> {
        if (options.config().convertHistogramsToNhcb()) {
          nativeHistogram(metric, base, OtlpHistograms.custom(point, delta));
        } else {
          classicHistogram(metric, base);
        }
      }
      case OtlpMetric.EXPONENTIAL ->
          nativeHistogram(metric, base, OtlpHistograms.exponential(point, delta));
      case OtlpMetric.SUMMARY -> summary(metric, base);
      default -> {
        if (sample(metric, metric.family(), base, NOTHING, NOTHING, point.value)
            && metric.kind() == OtlpMetric.SUM) {
          exemplars(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
      }
    }
  }

  /** Makes the delta a sum; says why it cannot be one. */
  private @Nullable String addUp(DeltaStreams streams, OtlpMetric metric, Added base) {
    String fault = seal(metric, metric.family(), base, NOTHING, NOTHING);
    if (fault != null || point.stale) {
      return null; // what is wrong with the labels is told where the series is written
    }
    String refusal = streams.add(labels.toLabels(), metric.kind(), point);
    return refusal == null ? null : refusal + ", metric \"" + metric.name() + "\"";
  }

  private void classicHistogram(OtlpMetric metric, Added base) {
    if (point.hasSum) {
      sample(metric, metric.sum(), base, NOTHING, NOTHING, point.sum);
    }
    sample(metric, metric.count(), base, NOTHING, NOTHING, point.count);
    double[] bounds = point.bounds.copy();
    byte[][] texts = texts(bounds);
    double below = Double.NEGATIVE_INFINITY;
    double cumulative = 0;
    for (int i = 0; i < bounds.length && i < point.counts.size; i++) {
      cumulative += point.counts.get(i);
      if (sample(metric, metric.bucket(), base, BOUND, texts[i], cumulative)) {
        exemplars(below, bounds[i]);
      }
      below = Math.max(below, bounds[i]);
    }
    if (sample(metric, metric.bucket(), base, BOUND, INFINITE, point.count)) {
      exemplars(below, Double.POSITIVE_INFINITY);
    }
  }

  /** Bounds as labels have them; points of one metric mostly have the same. */
  private byte[][] texts(double[] bounds) {
    if (!Arrays.equals(bounds, lastBounds)) {
      lastBounds = bounds;
      lastBoundTexts = new byte[bounds.length][];
      for (int i = 0; i < bounds.length; i++) {
        lastBoundTexts[i] = DoubleText.plain(bounds[i]).getBytes(UTF_8);
      }
    }
    return lastBoundTexts;
  }

  private void nativeHistogram(OtlpMetric metric, Added base, Made made) {
    if (made.fault() != null) {
      reject(1, made.fault() + ", metric \"" + metric.name() + "\"");
    } else if (series(metric, metric.family(), base, NOTHING, NOTHING)) {
      tally.bound(batch.rowCount());
      batch.histogram(point.timestamp(), made.histogram());
      started(metric);
      tally.histogram(made.histogram());
      exemplars(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
  }

  private void summary(OtlpMetric metric, Added base) {
    sample(metric, metric.sum(), base, NOTHING, NOTHING, point.sum);
    sample(metric, metric.count(), base, NOTHING, NOTHING, point.count);
    double[] pairs = point.bounds.copy();
    for (int i = 0; i < pairs.length; i += 2) {
      byte[] quantile = DoubleText.plain(pairs[i]).getBytes(UTF_8);
      sample(metric, metric.family(), base, QUANTILE, quantile, pairs[i + 1]);
    }
  }

  /** Adds a series with one sample, that of the point's end if it says so. */
  private boolean sample(
      OtlpMetric metric, byte[] name, Added base, byte[] extra, byte[] extraValue, double value) {
    if (!series(metric, name, base, extra, extraValue)) {
      return false;
    }
    tally.bound(batch.rowCount());
    batch.value(point.timestamp(), point.stale ? StaleMarker.VALUE : value);
    started(metric);
    tally.samples++;
    return true;
  }

  /** Notes when a counter began, where the point says so. */
  private void started(OtlpMetric metric) {
    long start = point.startTimestamp();
    boolean counts =
        metric.type() == MetricMetadata.MetricType.COUNTER
            || metric.type() == MetricMetadata.MetricType.HISTOGRAM
            || metric.type() == MetricMetadata.MetricType.SUMMARY;
    if (counts && start > 0 && start <= point.timestamp()) {
      batch.startTimestamp(start);
    }
  }

  private boolean series(
      OtlpMetric metric, byte[] name, Added base, byte[] extra, byte[] extraValue) {
    String fault = seal(metric, name, base, extra, extraValue);
    if (fault != null) {
      if (!left) { // a point counts once, however many series it makes
        left = true;
        reject(1, "invalid metric name or labels " + labels + ": " + fault);
      }
      return false;
    }
    tally.labels(labels.length());
    batch.series(labels.bytes(), 0, labels.length(), labels.hash());
    return true;
  }

  private @Nullable String seal(
      OtlpMetric metric, byte[] name, Added base, byte[] extra, byte[] extraValue) {
    labels.clear();
    labels.addMetricName(name, 0, name.length);
    labels.addAllBut(extra, base);
    if (extra.length > 0) {
      labels.add(extra, 0, extra.length, extraValue, 0, extraValue.length);
    }
    if (options.typeAndUnitLabels()) {
      addUnlessThere(TYPE, metric.type().text(), base);
      addUnlessThere(UNIT, metric.unit(), base);
    }
    return labels.seal(true);
  }

  private void addUnlessThere(byte[] name, String text, Added base) {
    if (!base.has(name)) {
      byte[] value = text.getBytes(UTF_8);
      labels.add(name, 0, name.length, value, 0, value.length);
    }
  }

  /** Adds the point's exemplars with values above one bound and up to another. */
  private void exemplars(double above, double upTo) {
    for (var exemplar : point.exemplars) {
      boolean first = above == Double.NEGATIVE_INFINITY;
      if ((first || exemplar.value() > above) && exemplar.value() <= upTo) {
        batch.exemplar(exemplar.labels(), exemplar.value(), exemplar.timestamp());
        tally.exemplar();
      }
    }
  }

  /** The series {@code target_info} of a resource; null if it has faulty labels. */
  @Nullable Labels info(Map<String, String> base) {
    labels.clear();
    labels.add(Labels.METRIC_NAME, "target_info");
    base.forEach(
        (name, value) -> {
          if (!name.equals(Labels.METRIC_NAME)) {
            labels.add(name, value);
          }
        });
    String fault = labels.seal(true);
    if (fault != null) {
      because("target_info left out: " + labels + ": " + fault);
      return null;
    }
    return labels.toLabels();
  }

  /** Adds samples of value 1 to a series. */
  void infos(Labels series, NavigableSet<Long> times) {
    batch.series(series);
    for (long at : times) {
      tally.bound(batch.rowCount());
      batch.value(at, 1);
      tally.samples++;
    }
  }
}
