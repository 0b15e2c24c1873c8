package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Expr.MatrixSelector;
import io.narthex.query.promql.ast.Expr.NumberLiteral;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.TimeModifier.At;
import io.narthex.query.promql.ast.ValueType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads expressions by precedence climbing. Faults that leave the structure clear are noted and
 * reading goes on; others end it by {@link SyntaxStop}.
 */
final class ExprParser {
  private static final String RANGE = "subquery or range";
  private static final String DURATION = "number, duration, step(), or range()";

  private final TokenStream tokens;
  private final ParseProblems problems;
  private final ParseOptions options;
  private final Nesting nesting;
  private final LiteralParser literals;
  private final DurationParser durations;
  private final SelectorParser selectors;
  private final SelectorModifiers modifiers;
  private final MatchingParser matchings;
  private final TypeChecks checks;

  ExprParser(
      TokenStream tokens, ParseProblems problems, ParseOptions options, ReadingBudget budget) {
    this.tokens = tokens;
    this.problems = problems;
    this.options = options;
    this.nesting = new Nesting(problems);
    this.literals = new LiteralParser(tokens, problems);
    this.durations = new DurationParser(tokens, literals, problems, options, nesting);
    this.selectors = new SelectorParser(tokens, problems, budget);
    this.modifiers = new SelectorModifiers(problems, options);
    this.matchings = new MatchingParser(tokens, selectors, literals);
    this.checks = new TypeChecks(problems, tokens.input());
  }

  /** Reads a whole query. */
  Expr query() {
    if (tokens.is(TokenType.END)) {
      problems.syntax(new Span(0, 0), "no expression found in input");
      throw new SyntaxStop();
    }
    Typed whole = expression(Precedence.OR);
    if (!tokens.is(TokenType.END)) {
      throw tokens.unexpected();
    }
    if (problems.all().isEmpty()) {
      nesting.checkHeight(tokens, whole.height());
    }
    return whole.expr();
  }

  private Typed expression(int minimum) {
    nesting.enter(tokens);
    Typed left = literals.isSign() ? unary() : modified(primary());
    while (true) {
      TokenType token = tokens.type;
      BinaryOp op = token.binaryOp();
      if (op == null || token.precedence() < minimum) {
        nesting.leave();
        return left;
      }
      tokens.advance();
      MatchingParser.Modifiers written = matchings.modifiers();
      boolean rightFirst = token.precedence() == Precedence.POWER;
      Typed right = expression(rightFirst ? token.precedence() : token.precedence() + 1);
      left = binary(op, left, right, written);
    }
  }

  private Typed binary(BinaryOp op, Typed left, Typed right, MatchingParser.Modifiers written) {
    Span span = new Span(left.span().start(), right.span().end());
    if (!options.binopFillModifiers() && written.fills()) {
      problems.syntax(span, "binop fill modifiers are experimental and not enabled");
    }
    checks.binary(op, left, right, written.returnBool(), written.matching());
    boolean vectors = left.type() == ValueType.VECTOR && right.type() == ValueType.VECTOR;
    boolean scalars = left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR;
    var expr =
        new Expr.Binary(
            op,
            left.expr(),
            right.expr(),
            written.returnBool(),
            vectors ? written.matchingOf(op) : null,
            span);
    return new Typed(
        expr,
        scalars ? ValueType.SCALAR : ValueType.VECTOR,
        1 + Math.max(left.height(), right.height()),
        false);
  }

  private Typed unary() {
    int start = tokens.start;
    boolean negative = tokens.is(TokenType.SUB);
    tokens.advance();
    Typed operand = expression(Precedence.POWER);
    Span span = new Span(start, operand.span().end());
    if (operand.expr() instanceof NumberLiteral n) {
      return operand.with(new NumberLiteral(negative ? -n.value() : n.value(), n.duration(), span));
    }
    checks.unary(operand, span);
    return new Typed(
        new Expr.Unary(negative, operand.expr(), span),
        operand.type(),
        1 + operand.height(),
        false);
  }

  private Typed primary() {
    TokenType token = tokens.type;
    if (literals.isNumber()) {
      return Typed.leaf(literals.number(), ValueType.SCALAR);
    }
    if (token == TokenType.STRING) {
      var literal = new Expr.StringLiteral(GoText.unquote(tokens.text()), tokens.span());
      tokens.advance();
      return Typed.leaf(literal, ValueType.STRING);
    }
    if (token == TokenType.LEFT_PAREN) {
      return paren();
    }
    if (token == TokenType.LEFT_BRACE || token.isMetricName()) {
      return named();
    }
    throw tokens.unexpected();
  }

  private Typed paren() {
    int start = tokens.start;
    tokens.advance();
    Typed inner = expression(Precedence.OR);
    Span span = new Span(start, tokens.expect(TokenType.RIGHT_PAREN));
    return new Typed(new Expr.Paren(inner.expr(), span), inner.type(), 1 + inner.height(), false);
  }

  /** Reads what begins with a word or a brace: a selector, a call or an aggregation. */
  private Typed named() {
    TokenType token = tokens.type;
    if (token == TokenType.LEFT_BRACE) {
      return Typed.leaf(selectors.selector(), ValueType.VECTOR);
    }
    String name = tokens.text();
    Span place = tokens.span();
    tokens.advance();
    AggregateOp aggregate = token.aggregateOp();
    if (aggregate != null && continuesAggregation()) {
      return aggregation(aggregate, place);
    }
    if (token.isFunctionName() && tokens.is(TokenType.LEFT_PAREN)) {
      return call(name, place);
    }
    return Typed.leaf(selectors.named(name, place.start(), place.end()), ValueType.VECTOR);
  }

  private boolean continuesAggregation() {
    return tokens.is(TokenType.LEFT_PAREN)
        || tokens.is(TokenType.BY)
        || tokens.is(TokenType.WITHOUT);
  }

  private Typed call(String name, Span place) {
    FunctionSignature function = FunctionSignatures.find(name);
    var arguments = new ArrayList<Typed>();
    List<Integer> marks = new ArrayList<>();
    int end = arguments(arguments, marks, "info".equals(name));
    Span span = new Span(place.start(), end);
    if (function == null) {
      problems.syntax(place, "unknown function with name " + GoText.quote(name));
      function = new FunctionSignature(name, List.of(), -1, ValueType.VECTOR, false);
    } else {
      if (function.experimental() && !options.experimentalFunctions()) {
        problems.syntax(place, "function " + GoText.quote(name) + " is not enabled");
      }
      checks.call(function, arguments, marks.stream().mapToInt(Integer::intValue).toArray(), span);
    }
    int height = arguments.stream().mapToInt(Typed::height).max().orElse(0);
    var expr = new Expr.Call(function, arguments.stream().map(Typed::expr).toList(), span);
    return new Typed(expr, function.returnType(), 1 + height, false);
  }

  /** Reads arguments and returns where the closing parenthesis ends. */
  private int arguments(List<Typed> arguments, List<Integer> marks, boolean info) {
    tokens.advance();
    marks.add(problems.typeMark());
    while (!tokens.is(TokenType.RIGHT_PAREN)) {
      Typed argument = expression(Precedence.OR);
      if (info && arguments.size() == 1) {
        if (argument.expr() instanceof VectorSelector) {
          problems.forgetTypesSince(marks.get(1));
        }
        checks.infoMatchers(argument);
      }
      arguments.add(argument);
      marks.add(problems.typeMark());
      Span comma = tokens.span();
      if (!tokens.take(TokenType.COMMA)) {
        break;
      }
      if (tokens.is(TokenType.RIGHT_PAREN) || tokens.is(TokenType.ERROR)) {
        problems.syntax(comma, "trailing commas not allowed in function call args");
      }
    }
    return tokens.expect(TokenType.RIGHT_PAREN);
  }

  private Typed aggregation(AggregateOp op, Span place) {
    tokens.enter("aggregation", "", place.start());
    Grouping grouping = grouping();
    if (!tokens.is(TokenType.LEFT_PAREN)) {
      throw tokens.unexpected();
    }
    var arguments = new ArrayList<Typed>();
    int end = arguments(arguments, new ArrayList<>(), false);
    tokens.leave();
    if (grouping == null) {
      grouping = grouping();
      end = grouping == null ? end : grouping.end();
    }
    Span span = new Span(place.start(), end);
    return aggregate(op, arguments, grouping == null ? Grouping.NONE : grouping, span);
  }

  private Typed aggregate(AggregateOp op, List<Typed> arguments, Grouping grouping, Span span) {
    int wanted = op.parameter() == AggregateOp.Parameter.NONE ? 1 : 2;
    if (arguments.isEmpty()) {
      problems.syntax(span, "no arguments for aggregate expression provided");
    } else if (op.experimental() && !options.experimentalFunctions()) {
      problems.syntax(
          span,
          op.text()
              + "() is experimental and must be enabled with"
              + " --enable-feature=promql-experimental-functions");
    } else if (arguments.size() != wanted) {
      problems.syntax(
          span,
          "wrong number of arguments for aggregate expression provided, expected "
              + wanted
              + ", got "
              + arguments.size());
    } else {
      Typed inner = arguments.get(wanted - 1);
      checks.aggregate(op, inner, arguments);
      Typed parameter = wanted == 1 ? null : arguments.get(0);
      var expr =
          new Expr.Aggregate(
              op,
              inner.expr(),
              parameter == null ? null : parameter.expr(),
              grouping.labels(),
              grouping.without(),
              span);
      int height = Math.max(inner.height(), parameter == null ? 0 : parameter.height());
      return new Typed(expr, ValueType.VECTOR, 1 + height, false);
    }
    var hole = new Expr.NumberLiteral(0, false, span);
    return Typed.leaf(
        new Expr.Aggregate(op, hole, null, grouping.labels(), grouping.without(), span),
        ValueType.VECTOR);
  }

  private @Nullable Grouping grouping() {
    boolean without = tokens.is(TokenType.WITHOUT);
    if (!without && !tokens.is(TokenType.BY)) {
      return null;
    }
    tokens.advance();
    List<String> labels = selectors.labelNames();
    return new Grouping(labels, without, tokens.previousEnd());
  }

  /** Reads ranges and modifiers behind an expression; they bind tighter than any operator. */
  private Typed modified(Typed first) {
    Typed target = first;
    while (true) {
      switch (tokens.type) {
        case LEFT_BRACKET -> target = bracket(target);
        case OFFSET -> target = offset(target);
        case AT -> target = at(target);
        case ANCHORED -> {
          tokens.advance();
          target = modifiers.extension(target, Extension.ANCHORED);
        }
        case SMOOTHED -> {
          tokens.advance();
          target = modifiers.extension(target, Extension.SMOOTHED);
        }
        default -> {
          checkSelector(target);
          return target;
        }
      }
    }
  }

  private void checkSelector(Typed target) {
    if (target.expr() instanceof VectorSelector selector) {
      checks.selector(selector);
    } else if (target.expr() instanceof MatrixSelector matrix && !target.faulty()) {
      checks.selector(matrix.vector());
    }
  }

  private Typed offset(Typed target) {
    tokens.advance();
    tokens.enter("offset", DURATION, -1);
    DurationValue offset = durations.offset();
    tokens.leave();
    return modifiers.offset(target, offset, tokens.previousEnd());
  }

  private Typed at(Typed target) {
    tokens.advance();
    tokens.enter("@", "timestamp", -1);
    At at;
    if (tokens.is(TokenType.START) || tokens.is(TokenType.END_FUNCTION)) {
      at = tokens.is(TokenType.START) ? new At.Start() : new At.End();
      tokens.advance();
      tokens.expect(TokenType.LEFT_PAREN);
      tokens.expect(TokenType.RIGHT_PAREN);
    } else {
      at = modifiers.timestamp(target, literals.signedNumber());
    }
    tokens.leave();
    return modifiers.at(target, at, tokens.previousEnd());
  }

  private Typed bracket(Typed target) {
    int start = tokens.start;
    tokens.advance();
    tokens.enter("subquery or range selector", DURATION, -1);
    DurationValue range = durations.positive();
    tokens.leave();
    if (tokens.take(TokenType.COLON)) {
      return subquery(target, range);
    }
    if (!tokens.is(TokenType.RIGHT_BRACKET)) {
      throw tokens.unexpected(RANGE, "\":\" or \"]\"");
    }
    Span brackets = new Span(start, tokens.expect(TokenType.RIGHT_BRACKET));
    return matrix(target, range, brackets);
  }

  private Typed subquery(Typed target, DurationValue range) {
    DurationValue step = null;
    if (!tokens.is(TokenType.RIGHT_BRACKET)) {
      tokens.enter("subquery selector", DURATION.replace(" or ", " ") + ", or \"]\"", -1);
      step = durations.positive();
      tokens.leave();
      if (!tokens.is(TokenType.RIGHT_BRACKET)) {
        throw tokens.unexpected("subquery selector", "\"]\"");
      }
    }
    Span span = new Span(target.span().start(), tokens.expect(TokenType.RIGHT_BRACKET));
    checkSelector(target);
    checks.subquery(target, span);
    return new Typed(
        new Expr.Subquery(target.expr(), range, step, TimeModifier.NONE, span),
        ValueType.MATRIX,
        1 + target.height(),
        false);
  }

  private Typed matrix(Typed target, DurationValue range, Span brackets) {
    Span span = new Span(target.span().start(), brackets.end());
    if (target.expr() instanceof VectorSelector vector) {
      TimeModifier time = vector.time();
      if (time.offset() != null) {
        problems.syntax(brackets, "no offset modifiers allowed before range");
      } else if (!(time.at() instanceof At.None)) {
        problems.syntax(brackets, "no @ modifiers allowed before range");
      }
      return new Typed(new MatrixSelector(vector, range, span), ValueType.MATRIX, 1, false);
    }
    problems.syntax(brackets, "ranges only allowed for vector selectors");
    var hole = new VectorSelector("", List.of(), TimeModifier.NONE, Extension.NONE, target.span());
    return new Typed(new MatrixSelector(hole, range, span), ValueType.MATRIX, 1, true);
  }

  private record Grouping(List<String> labels, boolean without, int end) {
    static final Grouping NONE = new Grouping(List.of(), false, 0);
  }
}
