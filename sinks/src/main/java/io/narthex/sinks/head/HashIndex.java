package io.narthex.sinks.head;

/**
 * An open-addressing table from 64-bit hashes to ids. A slot holds the hash's upper half beside the
 * id, so that other entries are passed over without a look at them. Single writer; others may read
 * meanwhile by way of {@link #slots()}, and then may miss what is being added.
 */
final class HashIndex {
  private static final long EMPTY = -1;

  private volatile long[] slots = new long[1024];
  private int count;

  HashIndex() {
    java.util.Arrays.fill(slots, EMPTY);
  }

  /**
   * The first slot to look at for a hash; {@link #next} gives the following ones. A slot is looked
   * at with {@link #idAt}.
   */
  static int first(long[] slots, long hash) {
    return (int) hash & (slots.length - 1);
  }

  static int next(long[] slots, int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  /** The slots as they are now; one search stays with one array. */
  long[] slots() {
    return slots;
  }

  /** The id in a slot; −1 ends the search; −2 is another hash. */
  static int idAt(long[] slots, int slot, long hash) {
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
    long[] larger = new long[2 * slots.length];
    java.util.Arrays.fill(larger, EMPTY);
    slots = larger; // filled before others can see it
  }

  /** Puts an entry that was counted before growing. */
  void put(long hash, int id) {
    long[] all = slots;
    int slot = first(all, hash);
    while (all[slot] != EMPTY) {
      slot = next(all, slot);
    }
    all[slot] = (hash & 0xFFFFFFFF00000000L) | id;
  }

  long sizeInBytes() {
    return 8L * slots.length;
  }
}
