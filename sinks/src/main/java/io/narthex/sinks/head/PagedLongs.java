package io.narthex.sinks.head;

import java.util.Arrays;

/**
 * A growing table of longs in pages, so that growing copies nothing but page references. Written by
 * one thread at a time; rows written before a lock was released may be read by whoever takes the
 * lock, and then without it.
 */
final class PagedLongs {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_ROWS = 1 << PAGE_BITS;

  private final int stride;
  private volatile long[][] pages = new long[4][];

  /**
   * Makes an empty table.
   *
   * @param stride longs in a row
   */
  PagedLongs(int stride) {
    this.stride = stride;
  }

  /** The page that holds a row, made if missing. The row begins at {@link #offset}. */
  long[] pageForWriting(int row) {
    int index = row >>> PAGE_BITS;
    var all = pages;
    if (index >= all.length) {
      all = Arrays.copyOf(all, Math.max(2 * all.length, index + 1));
      pages = all;
    }
    long[] page = all[index];
    if (page == null) {
      page = new long[PAGE_ROWS * stride];
      all[index] = page;
      pages = all;
    }
    return page;
  }

  /** The page that holds a row. */
  long[] page(int row) {
    return pages[row >>> PAGE_BITS];
  }

  /** Whether the page of a row was ever written to. */
  boolean hasPage(int row) {
    int index = row >>> PAGE_BITS;
    var all = pages;
    return index < all.length && all[index] != null;
  }

  /** Where a row begins in its page. */
  int offset(int row) {
    return (row & (PAGE_ROWS - 1)) * stride;
  }

  /** A field of a row; 0 if it was never written. */
  long get(int row, int field) {
    return hasPage(row) ? page(row)[offset(row) + field] : 0;
  }

  void set(int row, int field, long value) {
    pageForWriting(row)[offset(row) + field] = value;
  }

  long sizeInBytes() {
    long pagesHeld = 0;
    for (var page : pages) {
      pagesHeld += page == null ? 0 : 1;
    }
    return pagesHeld * PAGE_ROWS * stride * 8;
  }
}
