package io.narthex.query.promql.ast;

import org.jspecify.annotations.Nullable;

/**
 * Where in time a selector or sub-query looks.
 *
 * @param offset backwards; null if none was written
 * @param at fixed evaluation time
 */
public record TimeModifier(@Nullable DurationValue offset, At at) {
  public static final TimeModifier NONE = new TimeModifier(null, new At.None());

  /** The {@code @} modifier. */
  public sealed interface At {
    /** Not written: each step's own time. */
    record None() implements At {}

    /** {@code @ start()}. */
    record Start() implements At {}

    /** {@code @ end()}. */
    record End() implements At {}

    /** {@code @ 1234.5}, in milliseconds. */
    record Timestamp(long millis) implements At {}
  }
}
