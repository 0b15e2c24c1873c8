package io.narthex.operators.rules.incremental;

import java.util.List;

/**
 * Which way a rule is evaluated, and why.
 *
 * @param shared the parts of the expression whose values move with the samples, as PromQL; other
 *     rules with the same parts share them
 * @param reason in a sentence
 * @param plainTicks how often a plain query was asked all the same, since the rule was loaded: with
 *     histograms, or where series lose what tells them apart
 */
public record RuleForm(Way way, List<String> shared, String reason, long plainTicks) {
  /** The ways. */
  public enum Way {
    /** The whole expression is kept from tick to tick. */
    INCREMENTAL,
    /** Parts are kept; a query runs over their values. */
    PARTLY,
    /** A query runs over the window at each tick. */
    PLAIN,
    /** A query asks the store at each tick. */
    STORE
  }

  public RuleForm {
    shared = List.copyOf(shared);
  }

  RuleForm withPlainTicks(long ticks) {
    return new RuleForm(way, shared, reason, ticks);
  }
}
