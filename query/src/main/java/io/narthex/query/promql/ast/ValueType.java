package io.narthex.query.promql.ast;

/** What an expression evaluates to. */
public enum ValueType {
  SCALAR("scalar"),
  VECTOR("instant vector"),
  MATRIX("range vector"),
  STRING("string");

  private final String text;

  ValueType(String text) {
    this.text = text;
  }

  /** The name in error messages. */
  public String text() {
    return text;
  }
}
