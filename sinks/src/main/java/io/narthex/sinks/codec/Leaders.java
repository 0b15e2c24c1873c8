package io.narthex.sinks.codec;

/** Finds the columns that others follow. */
@FunctionalInterface
public interface Leaders {
  /** There are none. */
  Leaders NONE =
      (distance, count) -> {
        throw new MalformedPageException("a column that follows where none may");
      };

  /**
   * By how much a leader rises from each value, cut to an integer, to the next.
   *
   * @param distance of the leader's page before the one that follows it, in rows of the table of
   *     pages; from a file
   * @param count values it must have
   * @return an array of at least {@code count} steps, valid until the next call; the first is zero
   * @throws MalformedPageException if there is no such page, or if it follows another itself
   */
  long[] steps(long distance, int count);
}
