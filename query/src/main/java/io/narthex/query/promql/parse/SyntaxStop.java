package io.narthex.query.promql.parse;

/** Ends parsing after a fault that has been noted. */
final class SyntaxStop extends RuntimeException {
  private static final long serialVersionUID = 1;

  SyntaxStop() {
    super("syntax error", null, false, false);
  }
}
