package io.narthex.query.promql.ast;

/** Operators between two expressions. */
public enum BinaryOp {
  POW("^", Kind.ARITHMETIC),
  MUL("*", Kind.ARITHMETIC),
  DIV("/", Kind.ARITHMETIC),
  MOD("%", Kind.ARITHMETIC),
  ATAN2("atan2", Kind.ARITHMETIC),
  ADD("+", Kind.ARITHMETIC),
  SUB("-", Kind.ARITHMETIC),
  EQUAL("==", Kind.COMPARISON),
  NOT_EQUAL("!=", Kind.COMPARISON),
  LESS_OR_EQUAL("<=", Kind.COMPARISON),
  LESS("<", Kind.COMPARISON),
  GREATER_OR_EQUAL(">=", Kind.COMPARISON),
  GREATER(">", Kind.COMPARISON),
  TRIM_UPPER("</", Kind.TRIM),
  TRIM_LOWER(">/", Kind.TRIM),
  AND("and", Kind.SET),
  UNLESS("unless", Kind.SET),
  OR("or", Kind.SET);

  private final String text;
  private final Kind kind;

  BinaryOp(String text, Kind kind) {
    this.text = text;
    this.kind = kind;
  }

  public String text() {
    return text;
  }

  public Kind kind() {
    return kind;
  }

  public boolean isComparison() {
    return kind == Kind.COMPARISON;
  }

  public boolean isSet() {
    return kind == Kind.SET;
  }

  /** Groups of operators with the same rules. */
  public enum Kind {
    ARITHMETIC,
    COMPARISON,
    /** Cuts native histograms. */
    TRIM,
    SET
  }
}
