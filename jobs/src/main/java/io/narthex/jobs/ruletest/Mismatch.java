package io.narthex.jobs.ruletest;

import io.narthex.pipeline.config.rules.Place;
import java.util.List;

/**
 * Something that went otherwise than a test expects.
 *
 * @param place in the test file
 * @param what was looked at, or what went wrong
 * @param expected one line each; empty, with {@code got}, where nothing could be compared
 * @param got one line each
 */
public record Mismatch(Place place, String what, List<String> expected, List<String> got) {
  public Mismatch {
    expected = List.copyOf(expected);
    got = List.copyOf(got);
  }

  /** Something that could not be done. */
  static Mismatch error(Place place, String what) {
    return new Mismatch(place, what, List.of(), List.of());
  }

  /** Whether there is something to compare. */
  public boolean isDifference() {
    return !expected.isEmpty() || !got.isEmpty();
  }
}
