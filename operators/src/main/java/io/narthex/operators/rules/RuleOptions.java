package io.narthex.operators.rules;

/**
 * How rules are evaluated.
 *
 * @param incremental whether parts of expressions are kept from tick to tick; otherwise each
 *     evaluation is a plain query, with the same results
 */
public record RuleOptions(boolean incremental) {
  /** What holds where nothing is configured. */
  public static final RuleOptions DEFAULTS = new RuleOptions(true);

  /** The same with or without incremental evaluation. */
  public RuleOptions withIncremental(boolean kept) {
    return new RuleOptions(kept);
  }
}
