package io.narthex.query.promql.parse;

/** How strongly operators bind; all are left-associative but {@link #POWER}. */
final class Precedence {
  static final int OR = 1;
  static final int AND = 2;
  static final int COMPARISON = 3;
  static final int ADDITIVE = 4;
  static final int MULTIPLICATIVE = 5;

  /** The operand of a sign: {@code -1 ^ 2} is {@code -(1 ^ 2)}, {@code -1 * 2} is not. */
  static final int POWER = 6;

  private Precedence() {}
}
