package io.narthex.sinks.head;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A sparse table of objects by row, for what few series have. Guarded by the head's lock. */
final class PagedRefs<T> {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_ROWS = 1 << PAGE_BITS;

  private @Nullable Object[] @Nullable [] pages = new Object[4][];

  @SuppressWarnings("unchecked") // set() is the only writer
  @Nullable T get(int row) {
    int index = row >>> PAGE_BITS;
    if (index >= pages.length) {
      return null;
    }
    var page = pages[index];
    return page == null ? null : (T) page[row & (PAGE_ROWS - 1)];
  }

  void set(int row, T value) {
    int index = row >>> PAGE_BITS;
    if (index >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(2 * pages.length, index + 1));
    }
    var page = pages[index];
    if (page == null) {
      page = new Object[PAGE_ROWS];
      pages[index] = page;
    }
    page[row & (PAGE_ROWS - 1)] = value;
  }
}
