package io.narthex.sinks.block;

import java.util.Arrays;

/**
 * For each label pair the ids of its series, as they come: growing lists of ascending integers.
 * Confined to one thread.
 */
final class PairIndex {
  private static final long EMPTY = -1;

  private long[] keys = new long[1 << 10];
  private int[] slots = new int[1 << 10];
  private long[] pairs = new long[1 << 9];
  private int[][] ids = new int[1 << 9][];
  private int[] counts = new int[1 << 9];
  private int size;

  PairIndex() {
    Arrays.fill(keys, EMPTY);
  }

  int size() {
    return size;
  }

  int name(int pair) {
    return (int) (pairs[pair] >>> 32);
  }

  int value(int pair) {
    return (int) pairs[pair];
  }

  /** Ids of the pair's series, ascending; only the first {@link #count} are meant. */
  int[] ids(int pair) {
    return ids[pair];
  }

  int count(int pair) {
    return counts[pair];
  }

  void add(int name, int value, int id) {
    int pair = find((long) name << 32 | value);
    if (counts[pair] == ids[pair].length) {
      ids[pair] = Arrays.copyOf(ids[pair], 2 * counts[pair]);
    }
    ids[pair][counts[pair]++] = id;
  }

  private int find(long key) {
    int mask = keys.length - 1;
    int slot = slotOf(key, mask);
    while (keys[slot] != EMPTY) {
      if (keys[slot] == key) {
        return slots[slot];
      }
      slot = (slot + 1) & mask;
    }
    if (2 * size >= keys.length) {
      rehash();
      return find(key);
    }
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
      ids = Arrays.copyOf(ids, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    keys[slot] = key;
    slots[slot] = size;
    pairs[size] = key;
    ids[size] = new int[4];
    return size++;
  }

  private static int slotOf(long key, int mask) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & mask;
  }

  private void rehash() {
    keys = new long[2 * keys.length];
    slots = new int[keys.length];
    Arrays.fill(keys, EMPTY);
    int mask = keys.length - 1;
    for (int pair = 0; pair < size; pair++) {
      int slot = slotOf(pairs[pair], mask);
      while (keys[slot] != EMPTY) {
        slot = (slot + 1) & mask;
      }
      keys[slot] = pairs[pair];
      slots[slot] = pair;
    }
  }
}
