package io.narthex.query.promql.ast;

/** What an expression evaluates to. */
public enum ValueType {
  SCALAR("scalar", "scalar"),
  VECTOR("vector", "instant vector"),
  MATRIX("matrix", "range vector"),
  STRING("string", "string");

  private final String symbol;
  private final String text;

  ValueType(String symbol, String text) {
    this.symbol = symbol;
    this.text = text;
  }

  /** The name in the HTTP API. */
  public String symbol() {
    return symbol;
  }

  /** The name in error messages. */
  public String text() {
    return text;
  }
}
