package io.narthex.jobs.ruletest;

import io.narthex.pipeline.config.ruletest.RuleTest;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.DoubleText;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.histogram.HistogramNotationText;
import io.narthex.query.promql.histogram.SeriesArithmetic;
import io.narthex.query.promql.parse.SeriesDescriptionParser;
import io.narthex.query.promql.parse.SeriesValue;
import java.util.Comparator;
import java.util.List;

/**
 * An element of a result, in a form that can be compared.
 *
 * @param value 0 for a histogram
 * @param histogram in the notation of tests; empty for a float
 */
record Element(Labels labels, double value, String histogram) {
  static final Comparator<Element> ORDER =
      Comparator.comparing(Element::labels)
          .thenComparing(Element::histogram)
          .thenComparingDouble(Element::value);

  static Element of(QueryValue.Sample sample) {
    var histogram = sample.histogram();
    return histogram == null
        ? new Element(sample.labels(), sample.value(), "")
        : new Element(sample.labels(), 0, HistogramNotationText.of(histogram));
  }

  /**
   * What a test expects.
   *
   * @throws FaultException {@code BAD_DATA} if labels or histogram cannot be read
   */
  static Element of(RuleTest.Sample expected) {
    Labels labels = Labels.EMPTY;
    if (!expected.labels().isBlank()) {
      var prefix = SeriesDescriptionParser.parsePrefix(expected.labels());
      if (!prefix.rest().isBlank()) {
        throw bad("labels \"" + expected.labels() + "\": unexpected \"" + prefix.rest() + "\"");
      }
      labels = prefix.labels();
    }
    if (expected.histogram().isEmpty()) {
      return new Element(labels, expected.value(), "");
    }
    var values =
        new SeriesDescriptionParser(new SeriesArithmetic())
            .parse("{} " + expected.histogram())
            .values();
    if (values.size() != 1 || !(values.get(0) instanceof SeriesValue.Histogram histogram)) {
      throw bad("expected one histogram such as {{count:1 sum:2}}, got " + expected.histogram());
    }
    return new Element(labels, 0, HistogramNotationText.of(histogram.histogram()));
  }

  /**
   * Whether two results are the same.
   *
   * @param fuzzy whether floats may be neighbours
   */
  static boolean same(List<Element> a, List<Element> b, boolean fuzzy) {
    boolean same = a.size() == b.size();
    for (int i = 0; same && i < a.size(); i++) {
      same = a.get(i).isLike(b.get(i), fuzzy);
    }
    return same;
  }

  private boolean isLike(Element other, boolean fuzzy) {
    return labels.equals(other.labels)
        && histogram.equals(other.histogram)
        && (value == other.value
            || (Double.isNaN(value) && Double.isNaN(other.value))
            || (fuzzy
                && (Math.nextUp(value) == other.value || Math.nextDown(value) == other.value)));
  }

  private static FaultException bad(String message) {
    return new FaultException(Fault.BAD_DATA, message);
  }

  @Override
  public String toString() {
    return labels + " " + (histogram.isEmpty() ? DoubleText.of(value) : histogram);
  }
}
