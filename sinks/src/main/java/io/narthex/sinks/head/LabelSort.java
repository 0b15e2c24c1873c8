package io.narthex.sinks.head;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.LabelHash;
import java.util.Arrays;

/**
 * Brings series into label order, label by label: series that have all labels up to one in common
 * are split by their next one, so that it is the distinct labels of a group that are compared, not
 * the series. In the order in which they were added, the series of a group lie close together.
 *
 * <p>Used once, by one thread.
 */
final class LabelSort {
  /** Groups of so many series are sorted by comparing them. */
  private static final int FEW = 8;

  private static final int NONE = -1;
  private static final byte[] NOTHING = {};

  private final SeriesTable series;
  private final LabelBytes.Walker walker = new LabelBytes.Walker();

  private int[] ids = {};
  private int[] work = {};
  private int[] classOf = {}; // of the series at each place of the current group

  // Groups still to be sorted: from, to, bytes of the labels they have in common.
  private int[] stack = new int[96];
  private int stacked;

  // The distinct next labels of the current group.
  private int[] slots = new int[256];
  private int[] first = new int[64]; // the place of a series that has it
  private long[] hashes = new long[64];
  private long[] keys = new long[64]; // equal or in order, as far as they go
  private int[] counts = new int[64];
  private int[] order = new int[64];
  private int[] orderWork = new int[64];
  private int classes;

  LabelSort(SeriesTable series) {
    this.series = series;
    Arrays.fill(slots, NONE);
  }

  /** Sorts ids of series, in place. */
  void sort(int[] all) {
    ids = all;
    if (all.length > FEW) {
      work = new int[all.length];
      classOf = new int[all.length];
    }
    push(0, all.length, 0);
    while (stacked > 0) {
      stacked -= 3;
      group(stack[stacked], stack[stacked + 1], stack[stacked + 2]);
    }
  }

  private void push(int from, int to, int common) {
    if (stacked == stack.length) {
      stack = Arrays.copyOf(stack, 2 * stacked);
    }
    stack[stacked] = from;
    stack[stacked + 1] = to;
    stack[stacked + 2] = common;
    stacked += 3;
  }

  private void group(int from, int to, int common) {
    int shared = common;
    while (to - from > FEW) {
      classify(from, to, shared);
      if (classes > 1) {
        split(from, to, shared);
        clearClasses();
        return;
      }
      clearClasses();
      int end = labelEnd(ids[from], shared);
      if (end == shared) {
        return; // they are all the same series
      }
      shared = end;
    }
    insertionSort(from, to, shared);
  }

  private void insertionSort(int from, int to, int common) {
    for (int i = from + 1; i < to; i++) {
      int id = ids[i];
      int at = i;
      while (at > from && compare(ids[at - 1], id, common) > 0) {
        ids[at] = ids[at - 1];
        at--;
      }
      ids[at] = id;
    }
  }

  private int compare(int a, int b, int common) {
    return LabelBytes.compare(
        series.labelBytes(a),
        series.labelsFrom(a) + common,
        series.labelsTo(a),
        series.labelBytes(b),
        series.labelsFrom(b) + common,
        series.labelsTo(b));
  }

  /** Finds which series of a group have the same next label. */
  private void classify(int from, int to, int common) {
    int last = NONE;
    for (int i = from; i < to; i++) {
      int id = ids[i];
      byte[] bytes = series.labelBytes(id);
      int start = series.labelsFrom(id) + common;
      int end = labelEnd(id, common) - common + start;
      if (last == NONE || !isLabel(last, common, bytes, start, end)) {
        last = find(i, common, bytes, start, end);
      }
      classOf[i] = last;
      counts[last]++;
    }
  }

  /**
   * Where the label ends that begins at an offset of the label bytes; the same if there is none.
   */
  private int labelEnd(int id, int offset) {
    byte[] bytes = series.labelBytes(id);
    int from = series.labelsFrom(id);
    int p = from + offset;
    if (p == series.labelsTo(id)) {
      return offset;
    }
    int length = 0;
    int shift = 0;
    int b;
    do {
      b = bytes[++p];
      length |= (b & 0x7F) << shift;
      shift += 7;
    } while (b < 0);
    return p + 1 + length - from;
  }

  private boolean isLabel(int label, int common, byte[] bytes, int start, int end) {
    int id = ids[first[label]];
    int from = series.labelsFrom(id) + common;
    int length = end - start;
    return series.labelsTo(id) - from >= length
        && (length > 0 || series.labelsTo(id) == from)
        && Arrays.equals(series.labelBytes(id), from, from + length, bytes, start, end);
  }

  /** The class of a label; a new one if no series before has it. */
  private int find(int place, int common, byte[] bytes, int start, int end) {
    long hash = LabelHash.of(bytes, start, end);
    int slot = slot(hash);
    while (slots[slot] != NONE) {
      int known = slots[slot];
      if (hashes[known] == hash && isLabel(known, common, bytes, start, end)) {
        return known;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    int added = classes++;
    if (added == first.length) {
      growClasses();
    }
    first[added] = place;
    hashes[added] = hash;
    counts[added] = 0;
    if (2 * classes > slots.length) {
      slots = new int[2 * slots.length];
      Arrays.fill(slots, NONE);
      for (int c = 0; c < added; c++) {
        slots[freeSlot(hashes[c])] = c;
      }
    }
    slots[freeSlot(hash)] = added;
    return added;
  }

  private int slot(long hash) {
    return (int) (hash ^ hash >>> 32) & (slots.length - 1);
  }

  private int freeSlot(long hash) {
    int slot = slot(hash);
    while (slots[slot] != NONE) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private void growClasses() {
    int larger = 2 * first.length;
    first = Arrays.copyOf(first, larger);
    hashes = Arrays.copyOf(hashes, larger);
    counts = Arrays.copyOf(counts, larger);
    keys = new long[larger];
    order = new int[larger];
    orderWork = new int[larger];
  }

  /** Empties the table, by the slots that are in use where these are few. */
  private void clearClasses() {
    if (16 * classes > slots.length) {
      Arrays.fill(slots, NONE);
    } else {
      for (int c = 0; c < classes; c++) {
        int slot = slot(hashes[c]);
        while (slots[slot] != NONE) { // in any order: all that follow are cleared as well
          slots[slot] = NONE;
          slot = (slot + 1) & (slots.length - 1);
        }
      }
    }
    classes = 0;
  }

  /**
   * Puts a group in the order of its next labels, and those that have one in common on the stack.
   */
  private void split(int from, int to, int common) {
    for (int c = 0; c < classes; c++) {
      order[c] = c;
    }
    findKeys(common);
    sortClasses(0, classes, common);
    int at = from;
    for (int i = 0; i < classes; i++) {
      int label = order[i];
      int count = counts[label];
      if (count > 1) {
        push(at, at + count, labelEnd(ids[first[label]], common));
      }
      counts[label] = at;
      at += count;
    }
    for (int i = from; i < to; i++) {
      work[counts[classOf[i]]++] = ids[i];
    }
    System.arraycopy(work, from, ids, from, to - from);
  }

  /**
   * Makes numbers of the first bytes in which the values differ, so that mostly these are compared;
   * labels with different names have equal ones.
   */
  private void findKeys(int common) {
    byte[] bytes = walkTo(0, common);
    if (bytes.length == 0) {
      Arrays.fill(keys, 0, classes, 0);
      return;
    }
    int nameFrom = walker.nameFrom;
    int nameTo = walker.nameTo;
    int valueFrom = walker.valueFrom;
    int same = walker.valueTo - valueFrom;
    for (int c = 1; c < classes; c++) {
      byte[] others = walkTo(c, common);
      if (others.length == 0
          || !Arrays.equals(others, walker.nameFrom, walker.nameTo, bytes, nameFrom, nameTo)) {
        Arrays.fill(keys, 0, classes, 0);
        return;
      }
      int most = Math.min(same, walker.valueTo - walker.valueFrom);
      int differs =
          Arrays.mismatch(
              bytes,
              valueFrom,
              valueFrom + most,
              others,
              walker.valueFrom,
              walker.valueFrom + most);
      same = differs < 0 ? most : differs;
    }
    for (int c = 0; c < classes; c++) {
      byte[] own = walkTo(c, common);
      long key = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        int p = walker.valueFrom + same + i;
        key = key << 8 | (p < walker.valueTo ? own[p] & 0xFF : 0);
      }
      keys[c] = key;
    }
  }

  /** Moves the walker to a label; the array is empty if it is the end of a label set. */
  private byte[] walkTo(int label, int common) {
    int id = ids[first[label]];
    byte[] bytes = series.labelBytes(id);
    walker.reset(bytes, series.labelsFrom(id) + common, series.labelsTo(id));
    return walker.next() ? bytes : NOTHING;
  }

  private void sortClasses(int from, int to, int common) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    sortClasses(from, middle, common);
    sortClasses(middle, to, common);
    if (compareClasses(order[middle - 1], order[middle], common) <= 0) {
      return;
    }
    System.arraycopy(order, from, orderWork, from, to - from);
    int a = from;
    int b = middle;
    for (int i = from; i < to; i++) {
      boolean left =
          b == to || (a < middle && compareClasses(orderWork[a], orderWork[b], common) <= 0);
      order[i] = left ? orderWork[a++] : orderWork[b++];
    }
  }

  private int compareClasses(int a, int b, int common) {
    int order = Long.compareUnsigned(keys[a], keys[b]);
    return order != 0 ? order : compare(ids[first[a]], ids[first[b]], common);
  }
}
