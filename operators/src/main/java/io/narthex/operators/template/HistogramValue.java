package io.narthex.operators.template;

import io.narthex.operators.template.language.Function;
import io.narthex.operators.template.language.HostValue;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.histogram.HistogramText;
import org.jspecify.annotations.Nullable;

/** A histogram as templates see it. */
record HistogramValue(FloatHistogram histogram) implements HostValue {

  @Override
  public String typeName() {
    return "*histogram.FloatHistogram";
  }

  @Override
  public @Nullable Object field(String name) {
    return switch (name) {
      case "Count" -> histogram.count();
      case "Sum" -> histogram.sum();
      case "Schema" -> (long) histogram.schema();
      case "ZeroCount" -> histogram.zeroCount();
      case "ZeroThreshold" -> histogram.zeroThreshold();
      default -> null;
    };
  }

  @Override
  public @Nullable Function method(String name) {
    return name.equals("String") ? Function.of(arguments -> text()) : null;
  }

  @Override
  public String text() {
    return HistogramText.of(histogram);
  }
}
