package io.narthex.query.promql.parse;

/**
 * Which parts of the language that Prometheus keeps behind feature flags are understood.
 *
 * @param experimentalFunctions functions and aggregations marked experimental
 * @param binopFillModifiers {@code fill}, {@code fill_left}, {@code fill_right}
 * @param extendedRangeSelectors {@code anchored}, {@code smoothed}
 * @param durationExpressions arithmetic on durations
 */
public record ParseOptions(
    boolean experimentalFunctions,
    boolean binopFillModifiers,
    boolean extendedRangeSelectors,
    boolean durationExpressions) {

  /** What holds without any feature flag. */
  public static final ParseOptions DEFAULT = new ParseOptions(false, false, false, true);

  /** The whole language. */
  public static final ParseOptions ALL = new ParseOptions(true, true, true, true);
}
