package io.narthex.sinks.block;

import io.narthex.pipeline.model.LabelHash;
import java.util.Arrays;

/** Numbers byte strings in order of their first appearance. Confined to one thread. */
final class BytesDictionary {
  private int[] table = new int[1 << 8];
  private long[] hashes = new long[1 << 7];
  private byte[][] entries = new byte[1 << 7][];
  private int size;

  BytesDictionary() {
    Arrays.fill(table, -1);
  }

  int size() {
    return size;
  }

  byte[] entry(int number) {
    return entries[number];
  }

  /** The number of {@code bytes[from, to)}, new or not. */
  int number(byte[] bytes, int from, int to) {
    long hash = LabelHash.of(bytes, from, to);
    int mask = table.length - 1;
    int slot = (int) hash & mask;
    while (table[slot] >= 0) {
      int number = table[slot];
      if (hashes[number] == hash
          && Arrays.equals(entries[number], 0, entries[number].length, bytes, from, to)) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    if (size == entries.length) {
      entries = Arrays.copyOf(entries, 2 * size);
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    entries[size] = Arrays.copyOfRange(bytes, from, to);
    hashes[size] = hash;
    table[slot] = size++;
    if (2 * size > table.length) {
      rehash();
    }
    return size - 1;
  }

  private void rehash() {
    table = new int[2 * table.length];
    Arrays.fill(table, -1);
    int mask = table.length - 1;
    for (int number = 0; number < size; number++) {
      int slot = (int) hashes[number] & mask;
      while (table[slot] >= 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = number;
    }
  }
}
