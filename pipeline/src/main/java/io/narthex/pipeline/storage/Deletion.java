package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.Matcher;
import java.util.List;

/**
 * A deletion of samples that a store remembers.
 *
 * @param id its number, greater than those of deletions before
 * @param created when it was asked for, milliseconds since the epoch
 * @param matchers conditions that the series satisfied; empty if the record of them was lost
 * @param from first deleted millisecond
 * @param to last deleted millisecond
 * @param series how many series had samples in the range; at least so many if they lie in several
 *     blocks and are many
 * @param blocks blocks that the samples lay in
 * @param blocksLeft those of them that still hold the samples
 * @param state what became of it
 */
public record Deletion(
    long id,
    long created,
    List<Matcher> matchers,
    long from,
    long to,
    long series,
    int blocks,
    int blocksLeft,
    State state) {

  public Deletion {
    matchers = List.copyOf(matchers);
  }

  /** What became of a deletion. */
  public enum State {
    /** All samples are hidden and can be brought back. */
    ACTIVE("active"),
    /** Some samples are gone from the disk; what is left is hidden and can be brought back. */
    PARTLY_FINAL("partly final"),
    /** The samples are gone from the disk. */
    FINAL("final"),
    /** It was undone. */
    UNDONE("undone");

    private final String text;

    State(String text) {
      this.text = text;
    }

    /** The name in the HTTP API. */
    public String text() {
      return text;
    }
  }
}
