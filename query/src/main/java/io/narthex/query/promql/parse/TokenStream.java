package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Span;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a query with one token of look-ahead, and the words for a token that does not fit:
 * what the parser is in the middle of is a stack of contexts, the innermost names itself in the
 * error text.
 */
final class TokenStream {
  private static final int TOKENS_BETWEEN_LOOKS = 64;

  private final Lexer lexer;
  private final ParseProblems problems;
  private final Runnable checkpoint;
  private int tokens;
  private @Nullable Context context;
  private int lastClosing;
  private int previousEnd;

  /** The token that is looked at. */
  TokenType type = TokenType.END;

  int start;
  int end;

  TokenStream(byte[] query, ParseProblems problems) {
    this(query, problems, () -> {});
  }

  /**
   * @param checkpoint is run now and then, and may stop the reading by an exception
   */
  TokenStream(byte[] query, ParseProblems problems, Runnable checkpoint) {
    this.lexer = new Lexer(query);
    this.problems = problems;
    this.checkpoint = checkpoint;
    read();
  }

  byte[] input() {
    return lexer.input;
  }

  boolean is(TokenType wanted) {
    return type == wanted;
  }

  Span span() {
    return new Span(start, end);
  }

  /** The token as it was written. */
  String text() {
    return lexer.text(start, end);
  }

  /** Where the token taken last ends. */
  int previousEnd() {
    return previousEnd;
  }

  /** Takes the token and looks at the next one. */
  void advance() {
    previousEnd = end;
    read();
  }

  /** Takes the token if it is of this type. */
  boolean take(TokenType wanted) {
    if (type != wanted) {
      return false;
    }
    advance();
    return true;
  }

  /**
   * Takes a token of this type and returns its end.
   *
   * @throws SyntaxStop if there is another one
   */
  int expect(TokenType wanted) {
    if (type != wanted) {
      throw unexpected();
    }
    int at = end;
    advance();
    return at;
  }

  /** Enters a context; {@code aggregation} is where an aggregation begins, else −1. */
  void enter(String where, String expected, int aggregation) {
    context = new Context(where, expected, aggregation, context);
  }

  void leave() {
    if (context != null) {
      context = context.outer();
    }
  }

  /** Notes that the token does not fit, in the words of the innermost context. */
  SyntaxStop unexpected() {
    Context innermost = context;
    if (innermost == null) {
      return unexpected("", "");
    }
    SyntaxStop stop = unexpected(innermost.where(), innermost.expected());
    if (innermost.aggregation() >= 0) {
      problems.syntax(
          new Span(innermost.aggregation(), lastClosing),
          "no arguments for aggregate expression provided");
    }
    return stop;
  }

  /** Notes that the token does not fit; what the lexer complained of is not noted again. */
  SyntaxStop unexpected(String where, String expected) {
    if (type != TokenType.ERROR) {
      problems.syntax(
          span(),
          "unexpected "
              + type.describe(text())
              + (where.isEmpty() ? "" : " in " + where)
              + (expected.isEmpty() ? "" : ", expected " + expected));
    }
    return new SyntaxStop();
  }

  private void read() {
    if (++tokens % TOKENS_BETWEEN_LOOKS == 0) {
      checkpoint.run();
    }
    type = lexer.next();
    start = lexer.start;
    end = lexer.pos;
    switch (type) {
      case ERROR -> problems.syntax(new Span(start, lexer.length()), lexer.error());
      case RIGHT_BRACE, RIGHT_PAREN, RIGHT_BRACKET, DURATION, NUMBER -> lastClosing = end;
      default -> {}
    }
  }

  private record Context(String where, String expected, int aggregation, @Nullable Context outer) {}
}
