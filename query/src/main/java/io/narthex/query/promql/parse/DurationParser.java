package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationExpr.Literal;
import io.narthex.query.promql.ast.DurationExpr.Op;
import io.narthex.query.promql.ast.DurationExpr.Operation;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr.NumberLiteral;
import io.narthex.query.promql.ast.Span;
import org.jspecify.annotations.Nullable;

/** Reads durations in ranges, steps and offsets, computed ones included. */
final class DurationParser {
  private static final Literal BAD = new Literal(0, false, new Span(0, 0));

  private final TokenStream tokens;
  private final LiteralParser literals;
  private final ParseProblems problems;
  private final ParseOptions options;
  private final Nesting nesting;

  DurationParser(
      TokenStream tokens,
      LiteralParser literals,
      ParseProblems problems,
      ParseOptions options,
      Nesting nesting) {
    this.tokens = tokens;
    this.literals = literals;
    this.problems = problems;
    this.options = options;
    this.nesting = nesting;
  }

  /** Whether a duration can begin with the token. */
  boolean atStart() {
    return literals.isNumber()
        || literals.isSign()
        || tokens.is(TokenType.LEFT_PAREN)
        || isFunction();
  }

  /** Reads a range or a step, which must be above zero. */
  DurationValue positive() {
    DurationExpr expr = expression(Precedence.ADDITIVE);
    if (expr instanceof Literal literal && literal.seconds() <= 0) {
      problems.syntax(literal.span(), "duration must be greater than 0");
    }
    return value(expr);
  }

  /**
   * Reads an offset. A number, a function and a parenthesis after a sign end it, so that {@code foo
   * offset -2 ^ 2} is a power of {@code foo offset -2}; after a parenthesis without a sign it goes
   * on: {@code foo offset (2) ^ 2} is {@code foo offset ((2) ^ 2)}.
   */
  DurationValue offset() {
    if (literals.isSign()) {
      return value(signedOffset());
    }
    boolean extensible = tokens.is(TokenType.LEFT_PAREN);
    DurationExpr first = primary();
    return value(extensible ? binaries(first, Precedence.ADDITIVE) : first);
  }

  private DurationExpr signedOffset() {
    Span sign = tokens.span();
    boolean negative = tokens.is(TokenType.SUB);
    tokens.advance();
    if (literals.isSign()) {
      nesting.enter(tokens);
      DurationExpr inner = signedOffset();
      nesting.leave();
      return signed(sign, negative, inner);
    }
    return tokens.is(TokenType.LEFT_PAREN)
        ? signedParen(sign, negative)
        : signed(sign, negative, primary());
  }

  private DurationExpr signedParen(Span sign, boolean negative) {
    DurationExpr inner = parenthesised();
    if (inner instanceof Operation o && o.wrapped() && o.left() == null && o.op() == Op.ADD) {
      DurationExpr bare = o.right();
      return signed(sign, negative, new Operation(Op.ADD, null, bare, true, bare.span()));
    }
    return signed(sign, negative, inner);
  }

  private DurationExpr expression(int minimum) {
    nesting.enter(tokens);
    DurationExpr left;
    if (literals.isSign()) {
      Span sign = tokens.span();
      boolean negative = tokens.is(TokenType.SUB);
      tokens.advance();
      left = signed(sign, negative, expression(Precedence.POWER));
    } else {
      left = primary();
    }
    DurationExpr whole = binaries(left, minimum);
    nesting.leave();
    return whole;
  }

  private DurationExpr binaries(DurationExpr first, int minimum) {
    DurationExpr left = first;
    int height = 0;
    while (true) {
      Op op = operation();
      int precedence = tokens.type.precedence();
      if (op == null || precedence < minimum) {
        return left;
      }
      Span at = tokens.span();
      tokens.advance();
      int next = precedence == Precedence.POWER ? precedence : precedence + 1;
      left = operation(op, at, left, expression(next));
      height++;
      nesting.checkHeight(tokens, height);
    }
  }

  private DurationExpr operation(Op op, Span at, DurationExpr left, DurationExpr right) {
    requireEnabled(left.span());
    boolean zero = right instanceof Literal literal && literal.seconds() == 0;
    if (zero && (op == Op.DIV || op == Op.MOD)) {
      problems.syntax(at, op == Op.DIV ? "division by zero" : "modulo by zero");
      return BAD;
    }
    return new Operation(op, left, right, false, new Span(left.span().start(), right.span().end()));
  }

  private DurationExpr signed(Span sign, boolean negative, DurationExpr operand) {
    int start = sign.start();
    if (operand instanceof Literal literal) {
      double seconds = negative ? -literal.seconds() : literal.seconds();
      return inRange(
          new Literal(seconds, literal.duration(), new Span(start, literal.span().end())), sign);
    }
    return negative
        ? new Operation(Op.SUB, null, operand, false, new Span(start, operand.span().end()))
        : operand;
  }

  private DurationExpr primary() {
    if (literals.isNumber()) {
      NumberLiteral number = literals.number();
      return inRange(new Literal(number.value(), number.duration(), number.span()), number.span());
    }
    if (tokens.is(TokenType.LEFT_PAREN)) {
      return parenthesised();
    }
    if (isFunction()) {
      return function();
    }
    throw tokens.unexpected();
  }

  private DurationExpr parenthesised() {
    int start = tokens.start;
    tokens.advance();
    DurationExpr inner = expression(Precedence.ADDITIVE);
    int end = tokens.expect(TokenType.RIGHT_PAREN);
    requireEnabled(inner.span());
    if (inner instanceof Operation o) {
      return new Operation(o.op(), o.left(), o.right(), true, o.span());
    }
    return new Operation(Op.ADD, null, inner, true, new Span(start, end));
  }

  private DurationExpr function() {
    TokenType name = tokens.type;
    int start = tokens.start;
    tokens.advance();
    tokens.expect(TokenType.LEFT_PAREN);
    if (name == TokenType.STEP || name == TokenType.RANGE) {
      Span span = new Span(start, tokens.expect(TokenType.RIGHT_PAREN));
      requireEnabled(span);
      return name == TokenType.STEP ? new DurationExpr.Step(span) : new DurationExpr.Range(span);
    }
    DurationExpr left = expression(Precedence.ADDITIVE);
    tokens.expect(TokenType.COMMA);
    DurationExpr right = expression(Precedence.ADDITIVE);
    Span span = new Span(start, tokens.expect(TokenType.RIGHT_PAREN));
    requireEnabled(span);
    return new Operation(name == TokenType.MIN_OF ? Op.MIN : Op.MAX, left, right, false, span);
  }

  private boolean isFunction() {
    return switch (tokens.type) {
      case STEP, RANGE, MIN_OF, MAX_OF -> true;
      default -> false;
    };
  }

  private @Nullable Op operation() {
    return switch (tokens.type) {
      case ADD -> Op.ADD;
      case SUB -> Op.SUB;
      case MUL -> Op.MUL;
      case DIV -> Op.DIV;
      case MOD -> Op.MOD;
      case POW -> Op.POW;
      default -> null;
    };
  }

  private Literal inRange(Literal literal, Span place) {
    if (!Numbers.tooLong(literal.seconds())) {
      return literal;
    }
    problems.syntax(place, "duration out of range");
    return BAD;
  }

  private void requireEnabled(Span span) {
    if (!options.durationExpressions()) {
      problems.syntax(span, "experimental duration expression is not enabled");
    }
  }

  private static DurationValue value(DurationExpr expr) {
    return expr instanceof Literal literal
        ? new DurationValue.Literal(Numbers.millis(literal.seconds()), literal.span())
        : new DurationValue.Expression(expr, expr.span());
  }
}
