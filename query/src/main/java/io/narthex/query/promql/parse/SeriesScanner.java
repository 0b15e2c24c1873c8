package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Span;

/** Reads the pieces of which series descriptions are made. */
final class SeriesScanner {
  private static final String DIGITS = "0123456789";

  private final ByteScanner in;
  private final ParseProblems problems;

  SeriesScanner(ByteScanner in, ParseProblems problems) {
    this.in = in;
    this.problems = problems;
  }

  /** The next byte, or −1 at the end. */
  int peek() {
    return in.peek();
  }

  boolean take(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (in.pos + i >= in.length() || in.input[in.pos + i] != text.charAt(i)) {
        return false;
      }
    }
    in.pos += text.length();
    return true;
  }

  /** Takes white space and says whether there was any. */
  boolean spaces() {
    int from = in.pos;
    in.skipSpaces();
    return in.pos > from;
  }

  /** Takes a word of letters and underscores, in lower case. */
  String word() {
    in.start = in.pos;
    while (ByteScanner.isAlpha(in.peek())) {
      in.pos++;
    }
    return in.text();
  }

  /**
   * Takes a number, with or without a sign.
   *
   * @throws SyntaxStop if there is none
   */
  double number() {
    boolean negative = in.peek() == '-';
    in.accept("+-");
    in.start = in.pos;
    if (ByteScanner.isAlpha(in.peek())) {
      while (ByteScanner.isAlphaNumeric(in.peek())) {
        in.pos++;
      }
      String word = in.text();
      if (!word.equalsIgnoreCase("inf") && !word.equalsIgnoreCase("nan")) {
        throw fail(
            "unexpected identifier "
                + GoText.quote(word)
                + " in series values, expected number or \"stale\"");
      }
    } else if (in.peek() < 0 || !NumberScanner.number(in, true)) {
      throw fail(
          in.pos == in.start ? unexpected() : "bad number syntax: " + GoText.quote(in.text()));
    }
    double value;
    try {
      value = Numbers.parse(in.text());
    } catch (NumberFormatException e) {
      throw fail(String.valueOf(e.getMessage()));
    }
    return negative ? -value : value;
  }

  /**
   * Takes how often something repeats.
   *
   * @throws SyntaxStop if that is no whole number or more than the bound
   */
  int repetition(int most) {
    in.start = in.pos;
    in.acceptRun(DIGITS);
    String text = in.text();
    boolean whole = !text.isEmpty() && !ByteScanner.isAlphaNumeric(in.peek()) && peek() != '.';
    if (!whole || text.length() > 9 || Integer.parseInt(text) > most) {
      throw fail(
          "invalid repetition in series values: "
              + GoText.quote(text)
              + ", expected a whole number up to "
              + most);
    }
    return Integer.parseInt(text);
  }

  /**
   * Takes a whole number with or without a minus.
   *
   * @throws SyntaxStop if there is none
   */
  int integer() {
    boolean negative = in.accept("-");
    in.start = in.pos;
    in.acceptRun(DIGITS);
    String text = in.text();
    if (text.isEmpty() || text.length() > 9) {
      throw fail("bad number syntax: " + GoText.quote(text) + ", expected a whole number");
    }
    return negative ? -Integer.parseInt(text) : Integer.parseInt(text);
  }

  /** Words for a character that does not fit. */
  String unexpected() {
    return in.peek() < 0
        ? "unexpected end of input in series values"
        : "unexpected character in series sequence: " + GoText.quoteCharacter(in.peekCharacter());
  }

  SyntaxStop fail(String message) {
    problems.syntax(new Span(in.start, Math.max(in.pos, in.start)), message);
    return new SyntaxStop();
  }
}
