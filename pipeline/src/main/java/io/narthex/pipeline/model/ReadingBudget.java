package io.narthex.pipeline.model;

import com.google.re2j.PatternSyntaxException;
import java.util.function.LongConsumer;

/**
 * What the texts of one request may take once they are read: trees and compiled regular
 * expressions, which may be much larger than the texts. Confined to one thread.
 */
public final class ReadingBudget {
  /** Most bytes of all regular expressions together, estimated. */
  static final long MAX_REGEX_BYTES = 96L << 20;

  /** Bytes of a tree for each byte of its text, at most about. */
  private static final long TREE_BYTES = 48;

  private final LongConsumer reserve;
  private long regexBytes;

  /**
   * @param reserve is told of bytes before they are allocated, and may refuse them by an exception
   */
  public ReadingBudget(LongConsumer reserve) {
    this.reserve = reserve;
  }

  /**
   * For texts of whoever may write the configuration: only their regular expressions are bounded.
   */
  public static ReadingBudget unwatched() {
    return new ReadingBudget(bytes -> {});
  }

  /** A text is about to be read. */
  public void tree(long textBytes) {
    reserve.accept(TREE_BYTES * textBytes);
  }

  /**
   * A regular expression is about to be compiled.
   *
   * @throws PatternSyntaxException if it is too large, by itself or with those before it
   */
  public void regex(String expression) {
    long bytes = BoundedRegex.bytes(expression);
    if (bytes > MAX_REGEX_BYTES - regexBytes) {
      throw new PatternSyntaxException(
          "expression is too large: with those before it, it takes more than "
              + (MAX_REGEX_BYTES >> 20)
              + " MiB");
    }
    regexBytes += bytes;
    reserve.accept(bytes);
  }
}
