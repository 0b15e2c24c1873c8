package io.narthex.query.promql.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.HistogramText;
import io.narthex.query.promql.parse.SeriesDescription;
import io.narthex.query.promql.parse.SeriesValue;
import io.narthex.query.promql.script.Script.Expectation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** Compares what a query gave with what a script expects. */
final class Comparison {
  private static final double TOLERANCE = 1e-6;
  private static final double SMALLEST_NORMAL = 0x1p-1022;

  private Comparison() {}

  static void instant(QueryValue actual, Expectation expected) {
    if (actual instanceof QueryValue.Scalar scalar) {
      assertThat(expected.scalar).as("a scalar is expected; got %s", scalar.value()).isNotNull();
      number(scalar.value(), expected.scalar, "scalar");
    } else if (actual instanceof QueryValue.Text text) {
      assertThat(text.value()).isEqualTo(expected.string);
    } else if (actual instanceof QueryValue.Vector vector) {
      vector(vector, expected);
    } else if (expected.range != null) {
      matrix((QueryValue.Matrix) actual, expected.series, expected.range[0], expected.range[2]);
    } else {
      matrix((QueryValue.Matrix) actual, expected.series, 0, 1);
    }
  }

  private static void vector(QueryValue.Vector vector, Expectation expected) {
    assertThat(expected.scalar).as("got a vector: %s", vector).isNull();
    List<Labels> labels = new ArrayList<>();
    vector.samples().forEach(sample -> labels.add(sample.labels()));
    List<Labels> wanted = expected.series.stream().map(SeriesDescription::labels).toList();
    if (expected.ordered) {
      assertThat(labels).containsExactlyElementsOf(wanted);
    } else {
      assertThat(labels).as("values %s", vector).containsExactlyInAnyOrderElementsOf(wanted);
    }
    for (SeriesDescription series : expected.series) {
      var sample = vector.samples().get(labels.indexOf(series.labels()));
      point(sample.value(), sample.histogram(), series.values().get(0), "" + series.labels());
    }
  }

  static void matrix(
      QueryValue.Matrix matrix, List<SeriesDescription> expected, long start, long step) {
    var seen = new HashSet<Labels>();
    for (QueryValue.Series series : matrix.series()) {
      SeriesDescription wanted = null;
      for (SeriesDescription candidate : expected) {
        if (candidate.labels().equals(series.labels())) {
          wanted = candidate;
        }
      }
      if (wanted == null) {
        fail("unexpected series %s %s", series.labels(), Arrays.toString(series.values()));
      }
      seen.add(series.labels());
      series(series, wanted, start, step);
    }
    for (SeriesDescription candidate : expected) {
      boolean empty = candidate.values().stream().allMatch(v -> v instanceof SeriesValue.Omitted);
      if (!empty && !seen.contains(candidate.labels())) {
        fail("missing series %s", candidate.labels());
      }
    }
  }

  private static void series(
      QueryValue.Series actual, SeriesDescription expected, long start, long step) {
    var times = new ArrayList<Long>();
    var values = new ArrayList<SeriesValue>();
    for (int i = 0; i < expected.values().size(); i++) {
      if (!(expected.values().get(i) instanceof SeriesValue.Omitted)) {
        times.add(start + i * step);
        values.add(expected.values().get(i));
      }
    }
    assertThat(Arrays.stream(actual.timestamps()).boxed().toList())
        .as("times of %s, values %s", actual.labels(), Arrays.toString(actual.values()))
        .isEqualTo(times);
    for (int i = 0; i < values.size(); i++) {
      FloatHistogram histogram = actual.histograms() == null ? null : actual.histograms()[i];
      point(
          actual.values()[i],
          histogram,
          values.get(i),
          actual.labels() + " at " + times.get(i) + " in " + Arrays.toString(actual.values()));
    }
  }

  static void point(double value, FloatHistogram histogram, SeriesValue expected, String place) {
    if (expected instanceof SeriesValue.FloatValue wanted) {
      if (histogram != null) {
        fail("%s: expected %s, got %s", place, wanted.value(), HistogramText.of(histogram));
      }
      number(value, wanted.value(), place);
    } else {
      assertThat(histogram).as(place + " is to be a histogram, is " + value).isNotNull();
      histogram(histogram, (SeriesValue.Histogram) expected, place);
    }
  }

  private static void number(double actual, double expected, String place) {
    if (!almostEqual(actual, expected)) {
      fail("%s: expected %s, got %s", place, expected, actual);
    }
  }

  private static void histogram(
      FloatHistogram actual, SeriesValue.Histogram expected, String place) {
    FloatHistogram a = HistogramMath.compact(actual);
    FloatHistogram b = HistogramMath.compact(expected.histogram());
    boolean same =
        a.schema() == b.schema()
            && a.zeroThreshold() == b.zeroThreshold()
            && almostEqual(a.count(), b.count())
            && almostEqual(a.sum(), b.sum())
            && almostEqual(a.zeroCount(), b.zeroCount())
            && Arrays.equals(a.positiveSpans(), b.positiveSpans())
            && Arrays.equals(a.negativeSpans(), b.negativeSpans())
            && almostEqual(a.positiveBuckets(), b.positiveBuckets())
            && almostEqual(a.negativeBuckets(), b.negativeBuckets())
            && Arrays.equals(a.customValues(), b.customValues())
            && (!expected.hintGiven() || a.hint() == b.hint());
    if (!same) {
      fail("%s:%nexpected %s%ngot      %s", place, text(b), text(a));
    }
  }

  private static String text(FloatHistogram h) {
    return HistogramText.of(h)
        + " schema "
        + h.schema()
        + " zero "
        + h.zeroThreshold()
        + " bounds "
        + Arrays.toString(h.customValues())
        + " "
        + h.hint();
  }

  private static boolean almostEqual(double[] a, double[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (!almostEqual(a[i], b[i])) {
        return false;
      }
    }
    return true;
  }

  static boolean almostEqual(double a, double b) {
    if (StaleMarker.is(a) || StaleMarker.is(b)) {
      return StaleMarker.is(a) && StaleMarker.is(b);
    }
    if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
      return true;
    }
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < SMALLEST_NORMAL) {
      return difference < TOLERANCE * SMALLEST_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }
}
