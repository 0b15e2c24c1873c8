package io.narthex.operators.rules.state;

import java.util.Map;

/**
 * How many samples windows held in {@code [from, to]}, so that it is known later whether more have
 * come.
 *
 * @param rows by selector; -1 if something was still to be corrected
 */
public record SeenSamples(long from, long to, Map<String, Long> rows) {
  /** Nothing can be corrected. */
  public static final SeenSamples NONE = new SeenSamples(Long.MAX_VALUE, Long.MIN_VALUE, Map.of());
}
