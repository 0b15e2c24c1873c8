package io.narthex.sinks.head;

/**
 * An open-addressing table from 64-bit hashes to ids. A slot holds the hash's upper half beside the
 * id, so that other entries are passed over without a look at them. Single writer; not for
 * concurrent readers.
 */
final class HashIndex {
  private static final long EMPTY = -1;

  private long[] slots = new long[1024];
  private int count;

  HashIndex() {
    java.util.Arrays.fill(slots, EMPTY);
  }

  /**
   * The first slot to look at for a hash; {@link #next} gives the following ones. A slot is looked
   * at with {@link #idAt}.
   */
  int first(long hash) {
    return (int) hash & (slots.length - 1);
  }

  int next(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  /** The id in a slot; −1 ends the search; −2 is another hash. */
  int idAt(int slot, long hash) {
    long entry = slots[slot];
    if (entry == EMPTY) {
      return -1;
    }
    return (int) (entry >>> 32) == (int) (hash >>> 32) ? (int) entry : -2;
  }

  void add(long hash, int id) {
    if (2 * (count + 1) > slots.length) {
      throw new IllegalStateException("ask needsGrowth before adding");
    }
    put(hash, id);
    count++;
  }

  boolean needsGrowth() {
    return 2 * (count + 1) > slots.length;
  }

  /** Doubles the table; all entries have to be put again. */
  void grow() {
    slots = new long[2 * slots.length];
    java.util.Arrays.fill(slots, EMPTY);
  }

  /** Puts an entry that was counted before growing. */
  void put(long hash, int id) {
    int slot = first(hash);
    while (slots[slot] != EMPTY) {
      slot = next(slot);
    }
    slots[slot] = (hash & 0xFFFFFFFF00000000L) | id;
  }

  long sizeInBytes() {
    return 8L * slots.length;
  }
}
