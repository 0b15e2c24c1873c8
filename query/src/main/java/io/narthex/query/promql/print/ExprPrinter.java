package io.narthex.query.promql.print;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.wire.DoubleText;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.TimeModifier.At;
import io.narthex.query.promql.parse.DurationText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes a tree as Prometheus does, on one line: matchers are sorted, durations take their shortest
 * form, comments are gone. Reading the text again gives the same tree.
 */
public final class ExprPrinter implements Expr.Visitor<StringBuilder> {
  private final StringBuilder out = new StringBuilder();
  private final int limit;

  /** Whether an operator follows that an offset in parentheses would draw to itself. */
  private boolean offsetMustEnd;

  private ExprPrinter(int limit, boolean offsetMustEnd) {
    this.limit = limit;
    this.offsetMustEnd = offsetMustEnd;
  }

  /** The expression as text. */
  public static String print(Expr expr) {
    return print(expr, false);
  }

  /**
   * The expression as text.
   *
   * @param offsetMustEnd whether it is followed by an operator that is known to durations as well
   */
  static String print(Expr expr, boolean offsetMustEnd) {
    return expr.accept(new ExprPrinter(Integer.MAX_VALUE, offsetMustEnd)).toString();
  }

  /** Whether the text has at most so many bytes; looks no further than that. */
  static boolean fits(Expr expr, int bytes) {
    StringBuilder text = expr.accept(new ExprPrinter(bytes, false));
    return text.length() <= bytes
        && text.toString().getBytes(StandardCharsets.UTF_8).length <= bytes;
  }

  /** The operation and its grouping, as they stand before the parenthesis. */
  public static String head(Expr.Aggregate node) {
    var out = new StringBuilder(node.op().text());
    if (node.without() || !node.grouping().isEmpty()) {
      out.append(node.without() ? " without (" : " by (");
      LabelLists.append(out, node.grouping()).append(") ");
    }
    return out.toString();
  }

  /** The operator with its modifiers. */
  public static String operator(Expr.Binary node) {
    var out = new StringBuilder(node.op().text());
    if (node.returnBool()) {
      out.append(" bool");
    }
    if (node.matching() != null) {
      LabelLists.append(out, node.matching());
    }
    return out.toString();
  }

  /** What stands behind a sub-query's expression. */
  static String suffix(Expr.Subquery node, boolean offsetMustEnd) {
    var printer = new ExprPrinter(Integer.MAX_VALUE, offsetMustEnd);
    printer.subquerySuffix(node);
    return printer.out.toString();
  }

  @Override
  public StringBuilder number(Expr.NumberLiteral node) {
    return appendNumber(out, node.value(), node.duration());
  }

  @Override
  public StringBuilder string(Expr.StringLiteral node) {
    Names.quote(out, node.value());
    return out;
  }

  @Override
  public StringBuilder vectorSelector(VectorSelector node) {
    name(node);
    extension(node);
    return time(node.time());
  }

  @Override
  public StringBuilder matrixSelector(Expr.MatrixSelector node) {
    VectorSelector vector = node.vector();
    name(vector);
    duration(out.append('['), node.range()).append(']');
    extension(vector);
    return time(vector.time());
  }

  @Override
  public StringBuilder subquery(Expr.Subquery node) {
    if (!full()) {
      enclosed(node.expr());
      subquerySuffix(node);
    }
    return out;
  }

  @Override
  public StringBuilder unary(Expr.Unary node) {
    return full() ? out : next(node.negative() ? "-" : "+", node.expr());
  }

  @Override
  public StringBuilder binary(Expr.Binary node) {
    if (!full()) {
      boolean outer = offsetMustEnd;
      offsetMustEnd = DurationPrinter.knows(node.op());
      node.left().accept(this);
      offsetMustEnd = outer;
      next(" " + operator(node) + " ", node.right());
    }
    return out;
  }

  @Override
  public StringBuilder aggregate(Expr.Aggregate node) {
    if (full()) {
      return out;
    }
    out.append(head(node)).append('(');
    Expr parameter = node.parameter();
    if (parameter != null) {
      enclosed(parameter).append(", ");
    }
    return enclosed(node.expr()).append(')');
  }

  @Override
  public StringBuilder call(Expr.Call node) {
    if (full()) {
      return out;
    }
    out.append(node.function().name()).append('(');
    String separator = "";
    for (Expr argument : node.arguments()) {
      out.append(separator);
      enclosed(argument);
      separator = ", ";
    }
    return out.append(')');
  }

  @Override
  public StringBuilder paren(Expr.Paren node) {
    if (full()) {
      return out;
    }
    out.append('(');
    return enclosed(node.expr()).append(')');
  }

  @Override
  public StringBuilder stepInvariant(Expr.StepInvariant node) {
    return node.expr().accept(this);
  }

  /** Writes a number without an exponent, or as a duration. */
  static StringBuilder appendNumber(StringBuilder out, double value, boolean duration) {
    return out.append(
        duration ? DurationText.format(Math.round(value * 1000)) : DoubleText.plain(value));
  }

  private boolean full() {
    return out.length() > limit;
  }

  private StringBuilder next(String text, Expr expr) {
    out.append(text);
    return expr.accept(this);
  }

  private StringBuilder enclosed(Expr expr) {
    boolean outer = offsetMustEnd;
    offsetMustEnd = false;
    expr.accept(this);
    offsetMustEnd = outer;
    return out;
  }

  private void name(VectorSelector node) {
    List<String> conditions = new ArrayList<>(node.matchers().size());
    boolean named = !node.name().isEmpty();
    for (Matcher matcher : node.matchers()) {
      boolean isName =
          named
              && matcher.type() == Matcher.Type.EQUAL
              && matcher.name().equals(Labels.METRIC_NAME)
              && matcher.value().equals(node.name());
      if (!isName) {
        conditions.add(matcher.toString());
      }
    }
    conditions.sort(Names.BYTE_ORDER);
    out.append(node.name());
    if (!named || !conditions.isEmpty()) {
      out.append('{').append(String.join(",", conditions)).append('}');
    }
  }

  private void extension(VectorSelector node) {
    if (node.extension() != Extension.NONE) {
      out.append(' ').append(node.extension().name().toLowerCase(Locale.ROOT));
    }
  }

  private StringBuilder time(TimeModifier time) {
    At at = time.at();
    if (at instanceof At.Timestamp timestamp) {
      out.append(" @ ").append(BigDecimal.valueOf(timestamp.millis(), 3).toPlainString());
    } else if (!(at instanceof At.None)) {
      out.append(at instanceof At.Start ? " @ start()" : " @ end()");
    }
    DurationValue offset = time.offset();
    if (offset == null) {
      return out;
    }
    out.append(" offset ");
    if (offsetMustEnd && DurationPrinter.beginsWithParen(offset)) {
      out.append('+');
    }
    return duration(out, offset);
  }

  private void subquerySuffix(Expr.Subquery node) {
    duration(out.append('['), node.range()).append(':');
    DurationValue step = node.step();
    if (step != null) {
      duration(out, step);
    }
    out.append(']');
    time(node.time());
  }

  private static StringBuilder duration(StringBuilder out, DurationValue value) {
    return value instanceof DurationValue.Literal literal
        ? out.append(DurationText.format(literal.millis()))
        : DurationPrinter.append(out, ((DurationValue.Expression) value).expr());
  }
}
