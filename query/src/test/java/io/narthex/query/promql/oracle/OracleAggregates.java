package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.oracle.Oracle.Element;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Aggregations. */
final class OracleAggregates {
  private final Oracle oracle;

  OracleAggregates(Oracle oracle) {
    this.oracle = oracle;
  }

  List<Element> evaluate(Expr.Aggregate node, long time) {
    Map<Labels, List<Element>> groups = new TreeMap<>();
    String valueLabel =
        node.op() == AggregateOp.COUNT_VALUES
            ? ((Expr.StringLiteral) Oracle.bare(Objects.requireNonNull(node.parameter()))).value()
            : "";
    for (Element element : oracle.vector(node.expr(), time)) {
      Labels group = group(node, element.labels());
      if (!valueLabel.isEmpty()) {
        group = group.toBuilder().set(valueLabel, text(element.value())).build();
      }
      groups.computeIfAbsent(group, key -> new ArrayList<>()).add(element);
    }
    double parameter =
        node.op().parameter() == AggregateOp.Parameter.SCALAR
            ? oracle.scalar(Objects.requireNonNull(node.parameter()), time)
            : 0;
    var result = new ArrayList<Element>();
    groups.forEach(
        (group, elements) -> {
          if (node.op() == AggregateOp.TOPK || node.op() == AggregateOp.BOTTOMK) {
            result.addAll(chosen(elements, (int) parameter, node.op() == AggregateOp.TOPK));
          } else {
            double[] values = elements.stream().mapToDouble(Element::value).toArray();
            result.add(new Element(group, aggregate(node.op(), parameter, values)));
          }
        });
    return result;
  }

  private static Labels group(Expr.Aggregate node, Labels labels) {
    return node.without()
        ? Oracle.unnamed(labels).without(node.grouping())
        : labels.filter(node.grouping()::contains);
  }

  private static double aggregate(AggregateOp op, double parameter, double[] values) {
    return switch (op) {
      case SUM -> OracleMaths.sum(values);
      case AVG -> OracleMaths.sum(values) / values.length;
      case MIN -> OracleMaths.least(values);
      case MAX -> OracleMaths.greatest(values);
      case COUNT, COUNT_VALUES -> values.length;
      case GROUP -> 1;
      case STDDEV -> Math.sqrt(OracleMaths.variance(values));
      case STDVAR -> OracleMaths.variance(values);
      case QUANTILE -> OracleMaths.quantile(parameter, values);
      default -> throw new IllegalStateException("unknown aggregation: " + op);
    };
  }

  /** The greatest or least elements; ties at the border leave the choice open. */
  private static List<Element> chosen(List<Element> elements, int count, boolean greatest) {
    if (count < 1) {
      return List.of();
    }
    Comparator<Element> order = Comparator.comparingDouble(Element::value);
    var sorted = new ArrayList<>(elements);
    sorted.sort(greatest ? order.reversed() : order);
    boolean anyNaN = elements.stream().anyMatch(element -> Double.isNaN(element.value()));
    if (anyNaN) {
      throw new Oracle.Ambiguous();
    }
    if (count >= sorted.size()) {
      return sorted;
    }
    if (OracleMaths.near(sorted.get(count - 1).value(), sorted.get(count).value())) {
      throw new Oracle.Ambiguous();
    }
    return sorted.subList(0, count);
  }

  private static String text(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
