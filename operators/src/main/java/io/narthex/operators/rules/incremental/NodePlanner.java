package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.exec.BinaryFloats;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.function.Maths;
import io.narthex.query.promql.function.RangeFunctions;
import io.narthex.query.promql.function.RangeKernel;
import io.narthex.query.promql.plan.Durations;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the parts of expressions that can be kept from tick to tick. Parts that print alike are one
 * node, whichever rules they are in.
 */
final class NodePlanner {
  private static final Durations DURATIONS = new Durations(0, 0); // those of an instant query
  private static final Set<String> KEEP_NAME = Set.of("last_over_time", "first_over_time");
  private static final String ABSENT_OVER_TIME = "absent_over_time";
  private static final String PREDICT_LINEAR = "predict_linear";

  private final WindowStore window;
  private final long lookback;
  private final Map<String, SeriesNode> nodes = new HashMap<>();

  /** A number that is known at each tick without looking at samples. */
  @FunctionalInterface
  interface Scalar {
    double at(long time);
  }

  NodePlanner(WindowStore window, EngineOptions options) {
    this.window = window;
    lookback = options.lookback().toMillis();
  }

  /** How many different nodes there are. */
  int size() {
    return nodes.size();
  }

  /** The node of an expression; null if it takes a query. */
  @Nullable SeriesNode node(Expr expr) {
    if (expr instanceof Expr.Paren paren) {
      return node(paren.expr());
    }
    if (expr.type() != ValueType.VECTOR) {
      return null;
    }
    String key = ExprPrinter.print(expr);
    var known = nodes.get(key);
    if (known != null) {
      return known;
    }
    var made = made(expr);
    if (made != null) {
      nodes.put(key, made);
    }
    return made;
  }

  private @Nullable SeriesNode made(Expr expr) {
    if (expr instanceof Expr.VectorSelector selector) {
      var source = source(selector);
      return source == null ? null : new InstantNode(source, lookback, offset(selector));
    }
    if (expr instanceof Expr.Call call) {
      return call(call);
    }
    if (expr instanceof Expr.Unary unary && unary.negative()) {
      return element(unary.expr(), NodePlanner::negate);
    }
    if (expr instanceof Expr.Aggregate aggregate && AggregateNode.knows(aggregate.op())) {
      var input = node(aggregate.expr());
      return input == null
          ? null
          : new AggregateNode(input, aggregate.op(), aggregate.grouping(), aggregate.without());
    }
    return expr instanceof Expr.Binary binary ? binary(binary) : null;
  }

  private @Nullable SelectedSeries source(Expr.VectorSelector selector) {
    boolean moves = selector.time().at() instanceof TimeModifier.At.None;
    return moves && selector.extension() == Extension.NONE
        ? window.selected(selector.matchers())
        : null;
  }

  private static long offset(Expr.VectorSelector selector) {
    DurationValue offset = selector.time().offset();
    return offset == null ? 0 : DURATIONS.millis(offset);
  }

  /** Whether a function is known here, whatever its arguments are. */
  static boolean knows(Expr.Call call) {
    String name = call.function().name();
    return (Maths.function(name) != null && call.arguments().size() == 1)
        || (RangeFunctions.find(name) != null && !name.equals(ABSENT_OVER_TIME))
        || name.equals("time");
  }

  private @Nullable SeriesNode call(Expr.Call call) {
    String name = call.function().name();
    var maths = Maths.function(name);
    if (maths != null && call.arguments().size() == 1) {
      return element(
          call.arguments().get(0), (values, present, size, time) -> maths.apply(values, size));
    }
    var factory = RangeFunctions.find(name);
    return factory == null || name.equals(ABSENT_OVER_TIME) ? null : range(call, factory);
  }

  private @Nullable SeriesNode range(Expr.Call call, RangeKernel.Factory factory) {
    Expr.MatrixSelector selector = null;
    var scalars = new ArrayList<double[]>();
    for (Expr argument : call.arguments()) {
      if (unwrapped(argument) instanceof Expr.MatrixSelector matrix) {
        selector = matrix;
      } else if (unwrapped(argument) instanceof Expr.NumberLiteral number) {
        scalars.add(new double[] {number.value()});
      } else {
        return null;
      }
    }
    var source = selector == null ? null : source(selector.vector());
    if (selector == null || source == null) {
      return null;
    }
    long range = DURATIONS.positive(selector.range());
    long offset = offset(selector.vector());
    var context =
        new RangeKernel.Call(
            new Annotations(""),
            call.arguments().stream().map(Expr::span).toList(),
            range,
            Extension.NONE,
            scalars);
    String name = call.function().name();
    return switch (name) {
      case "rate" -> rate(source, RateNode.Kind.RATE, context, offset);
      case "increase" -> rate(source, RateNode.Kind.INCREASE, context, offset);
      case "delta" -> rate(source, RateNode.Kind.DELTA, context, offset);
      default ->
          new RangeNode(
              source,
              new RangeNode.Function(
                  factory.create(context), KEEP_NAME.contains(name), name.equals(PREDICT_LINEAR)),
              range,
              offset);
    };
  }

  private static RateNode rate(
      SelectedSeries source, RateNode.Kind kind, RangeKernel.Call context, long offset) {
    return new RateNode(source, kind, context.rangeMillis(), context.rangeSeconds(), offset);
  }

  private @Nullable SeriesNode element(Expr expr, ElementNode.Operation operation) {
    var input = node(expr);
    return input == null ? null : new ElementNode(input, operation, false, false);
  }

  private @Nullable SeriesNode binary(Expr.Binary node) {
    if (node.op().isSet() || node.op().kind() == BinaryOp.Kind.TRIM) {
      return null;
    }
    boolean scalarLeft = node.left().type() == ValueType.SCALAR;
    if (!scalarLeft && node.right().type() != ValueType.SCALAR) {
      return null;
    }
    var scalar = scalar(scalarLeft ? node.left() : node.right());
    var input = scalar == null ? null : node(scalarLeft ? node.right() : node.left());
    if (scalar == null || input == null) {
      return null;
    }
    BinaryOp op = node.op();
    boolean timed =
        !(unwrapped(scalarLeft ? node.left() : node.right()) instanceof Expr.NumberLiteral);
    ElementNode.Operation operation =
        op.isComparison()
            ? (values, present, size, time) ->
                compare(op, scalar.at(time), scalarLeft, node.returnBool(), values, present, size)
            : (values, present, size, time) ->
                arithmetic(op, scalar.at(time), scalarLeft, values, present, size);
    return new ElementNode(input, operation, op.isComparison() && !node.returnBool(), timed);
  }

  private static void compare(
      BinaryOp op,
      double scalar,
      boolean scalarLeft,
      boolean returnBool,
      double[] values,
      boolean[] present,
      int size) {
    for (int i = 0; i < size; i++) {
      if (present[i]) {
        double value = values[i];
        boolean holds =
            scalarLeft
                ? BinaryFloats.compare(op, scalar, value)
                : BinaryFloats.compare(op, value, scalar);
        if (returnBool) {
          values[i] = holds ? 1 : 0;
        } else {
          present[i] = holds;
        }
      }
    }
  }

  private static void arithmetic(
      BinaryOp op,
      double scalar,
      boolean scalarLeft,
      double[] values,
      boolean[] present,
      int size) {
    for (int i = 0; i < size; i++) {
      if (present[i]) {
        values[i] =
            scalarLeft
                ? BinaryFloats.arithmetic(op, scalar, values[i])
                : BinaryFloats.arithmetic(op, values[i], scalar);
      }
    }
  }

  private static void negate(double[] values, boolean[] present, int size, long time) {
    for (int i = 0; i < size; i++) {
      values[i] = -values[i];
    }
  }

  /** A scalar that needs no samples; null if it does. */
  private static @Nullable Scalar scalar(Expr expr) {
    Expr inner = unwrapped(expr);
    if (inner instanceof Expr.NumberLiteral number) {
      return time -> number.value();
    }
    if (inner instanceof Expr.Unary unary) {
      var of = scalar(unary.expr());
      return of == null || !unary.negative() ? of : time -> -of.at(time);
    }
    if (inner instanceof Expr.Binary binary) {
      var left = scalar(binary.left());
      var right = scalar(binary.right());
      return left == null || right == null
          ? null
          : time -> BinaryFloats.scalar(binary.op(), left.at(time), right.at(time));
    }
    return inner instanceof Expr.Call call && call.function().name().equals("time")
        ? time -> (double) time / 1000
        : null;
  }

  static Expr unwrapped(Expr expr) {
    Expr inner = expr;
    while (inner instanceof Expr.Paren paren) {
      inner = paren.expr();
    }
    return inner;
  }
}
