package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import java.util.List;

/** Checks each node against the types of its children, when it is made. */
final class TypeChecks {
  private final ParseProblems problems;
  private final byte[] input;

  TypeChecks(ParseProblems problems, byte[] input) {
    this.problems = problems;
    this.input = input;
  }

  void selector(VectorSelector selector) {
    List<Matcher> matchers = selector.matchers();
    if (selector.name().isEmpty()) {
      if (matchers.stream().allMatch(Matcher::matchesEmpty)) {
        problems.type(
            selector.span(), "vector selector must contain at least one non-empty matcher");
      }
      return;
    }
    for (Matcher matcher : matchers.subList(0, matchers.size() - 1)) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        problems.type(
            selector.span(),
            "metric name must not be set twice: "
                + GoText.quote(selector.name())
                + " or "
                + GoText.quote(matcher.value()));
      }
    }
  }

  void subquery(Typed inner, Span span) {
    if (inner.type() != ValueType.VECTOR) {
      problems.type(
          span,
          "subquery is only allowed on instant vector, got " + inner.type().symbol() + " instead");
    }
  }

  void unary(Typed operand, Span span) {
    if (!isNumeric(operand.type())) {
      problems.type(
          span,
          "unary expression only allowed on expressions of type scalar or instant vector, got "
              + GoText.quote(operand.type().text()));
    }
  }

  void aggregate(AggregateOp op, Typed inner, List<Typed> arguments) {
    expect(inner, ValueType.VECTOR, "aggregation expression");
    switch (op.parameter()) {
      case SCALAR -> expect(arguments.get(0), ValueType.SCALAR, "aggregation parameter");
      case STRING -> expect(arguments.get(0), ValueType.STRING, "aggregation parameter");
      case NONE -> {}
    }
  }

  /**
   * Checks a call.
   *
   * @param marks how many faults there were before the first argument and after each of them
   */
  void call(FunctionSignature function, List<Typed> arguments, int[] marks, Span span) {
    List<ValueType> types = function.argumentTypes();
    for (int i = arguments.size() - 1; i >= 0; i--) {
      if (i >= types.size() && function.variadic() == 0) {
        continue;
      }
      Typed argument = arguments.get(i);
      ValueType wanted = types.get(Math.min(i, types.size() - 1));
      if (argument.type() != wanted) {
        problems.typeAt(
            marks[i + 1],
            argument.span(),
            "expected type "
                + wanted.text()
                + " in call to function "
                + GoText.quote(function.name())
                + ", got "
                + argument.type().text());
      }
    }
    String count = countProblem(function, arguments.size());
    if (!count.isEmpty()) {
      problems.typeAt(marks[0], span, count);
    }
  }

  /** The second argument of {@code info} is no vector but a list of matchers. */
  void infoMatchers(Typed argument) {
    if (!(argument.expr() instanceof VectorSelector selector)) {
      problems.type(argument.span(), "expected label selectors only");
    } else if (!selector.name().isEmpty()) {
      problems.type(argument.span(), "expected label selectors only, got vector selector instead");
    }
  }

  void binary(BinaryOp op, Typed left, Typed right, boolean returnBool, VectorMatching matching) {
    Span whole = new Span(left.span().start(), right.span().end());
    boolean scalars = left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR;
    if (returnBool && !op.isComparison()) {
      problems.type(between(left, right), "bool modifier can only be used on comparison operators");
    }
    if (op.isComparison() && !returnBool && scalars) {
      problems.type(between(left, right), "comparisons between scalars must use BOOL modifier");
    }
    if (matching.on()) {
      groupLabels(matching, left, right);
    }
    operand(left);
    operand(right);
    if (left.type() != ValueType.VECTOR || right.type() != ValueType.VECTOR) {
      noVectors(matching, whole);
    } else if (op.isSet()) {
      setOperation(op, matching, whole);
    }
    boolean scalar = left.type() == ValueType.SCALAR || right.type() == ValueType.SCALAR;
    if (scalar && op.isSet()) {
      problems.type(
          whole,
          "set operator " + GoText.quote(op.text()) + " not allowed in binary scalar expression");
    }
  }

  private void operand(Typed operand) {
    if (!isNumeric(operand.type())) {
      problems.type(
          operand.span(), "binary expression must contain only scalar and instant vector types");
    }
  }

  private void groupLabels(VectorMatching matching, Typed left, Typed right) {
    for (String label : matching.labels()) {
      if (matching.include().contains(label)) {
        problems.type(
            between(left, right),
            "label " + GoText.quote(label) + " must not occur in ON and GROUP clause at once");
      }
    }
  }

  private void noVectors(VectorMatching matching, Span whole) {
    if (!matching.labels().isEmpty()) {
      problems.type(whole, "vector matching only allowed between instant vectors");
    }
    if (matching.fillLeft() != null || matching.fillRight() != null) {
      problems.type(whole, "filling in missing series only allowed between instant vectors");
    }
  }

  private void setOperation(BinaryOp op, VectorMatching matching, Span whole) {
    if (matching.cardinality() != Cardinality.ONE_TO_ONE) {
      problems.type(whole, "no grouping allowed for " + GoText.quote(op.text()) + " operation");
      problems.type(whole, "set operations must always be many-to-many");
    }
    if (matching.fillLeft() != null || matching.fillRight() != null) {
      problems.type(whole, "filling in missing series not allowed for set operators");
    }
  }

  private void expect(Typed expr, ValueType wanted, String where) {
    if (expr.type() != wanted) {
      problems.type(
          expr.span(),
          "expected type " + wanted.text() + " in " + where + ", got " + expr.type().text());
    }
  }

  private static String countProblem(FunctionSignature function, int count) {
    int listed = function.argumentTypes().size();
    String call = " argument(s) in call to " + GoText.quote(function.name()) + ", got " + count;
    if (function.variadic() == 0) {
      return count == listed ? "" : "expected " + listed + call;
    }
    int most = listed - 1 + function.variadic();
    if (count < listed - 1) {
      return "expected at least " + (listed - 1) + call;
    }
    return function.variadic() > 0 && count > most ? "expected at most " + most + call : "";
  }

  /** The operator with its modifiers, from its first character to its last one. */
  private Span between(Typed left, Typed right) {
    int from = left.span().end();
    int to = right.span().start() - 1;
    while (from < to && ByteScanner.isSpace(input[from])) {
      from++;
    }
    while (to > from && ByteScanner.isSpace(input[to])) {
      to--;
    }
    return new Span(from, to);
  }

  private static boolean isNumeric(ValueType type) {
    return type == ValueType.SCALAR || type == ValueType.VECTOR;
  }
}
