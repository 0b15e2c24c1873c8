package io.narthex.operators.template;

import io.narthex.operators.template.language.Boxed;
import io.narthex.operators.template.language.GoFormat;
import io.narthex.operators.template.language.HostValue;
import io.narthex.operators.template.language.MapValue;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.QueryValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A structure that templates see.
 *
 * @param order of the fields, as it prints
 */
record Structure(String typeName, Map<String, Object> fields, List<String> order)
    implements HostValue {
  static final String SAMPLE = "*template.sample";

  /** An element of a query's result. */
  static Structure sample(QueryValue.Sample sample) {
    return new Structure(
        SAMPLE,
        Map.of(
            "Labels",
            new MapValue(true, sample.labels().toMap()),
            "Value",
            value(sample.value(), sample.histogram())),
        List.of("Labels", "Value"));
  }

  /** A value in a field for numbers and histograms. */
  static Boxed value(double number, @Nullable FloatHistogram histogram) {
    return new Boxed(histogram == null ? number : new HistogramValue(histogram));
  }

  @Override
  public @Nullable Object field(String name) {
    return fields.get(name);
  }

  @Override
  public Map<String, Object> members() {
    var members = new LinkedHashMap<String, Object>();
    order.forEach(name -> members.put(name, fields.getOrDefault(name, "")));
    return members;
  }

  @Override
  public String text() {
    return order.stream()
        .map(name -> GoFormat.value(fields.getOrDefault(name, "")))
        .collect(Collectors.joining(" ", "{", "}"));
  }
}
