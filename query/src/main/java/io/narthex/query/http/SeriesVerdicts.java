package io.narthex.query.http;

/**
 * Yes or no for series by their hash: an open-addressing table that is forgotten when it is full.
 * Confined to one thread.
 */
final class SeriesVerdicts {
  static final int UNKNOWN = 0;
  static final int YES = 1;
  static final int NO = 2;

  private static final int FIRST_CAPACITY = 1 << 10;
  private static final int MOST_CAPACITY = 1 << 20;

  private long[] hashes = new long[FIRST_CAPACITY];
  private byte[] verdicts = new byte[FIRST_CAPACITY];
  private int size;

  int of(long hash) {
    return verdicts[slot(hashes, verdicts, hash)];
  }

  void put(long hash, int verdict) {
    if (2 * size >= hashes.length) {
      enlarge();
    }
    int slot = slot(hashes, verdicts, hash);
    if (verdicts[slot] == UNKNOWN) {
      size++;
    }
    hashes[slot] = hash;
    verdicts[slot] = (byte) verdict;
  }

  private void enlarge() {
    boolean forget = hashes.length == MOST_CAPACITY;
    var nextHashes = new long[forget ? FIRST_CAPACITY : 2 * hashes.length];
    var nextVerdicts = new byte[nextHashes.length];
    if (forget) {
      size = 0;
    } else {
      for (int i = 0; i < hashes.length; i++) {
        if (verdicts[i] != UNKNOWN) {
          int slot = slot(nextHashes, nextVerdicts, hashes[i]);
          nextHashes[slot] = hashes[i];
          nextVerdicts[slot] = verdicts[i];
        }
      }
    }
    hashes = nextHashes;
    verdicts = nextVerdicts;
  }

  private static int slot(long[] hashes, byte[] verdicts, long hash) {
    int mask = hashes.length - 1;
    int slot = (int) (hash ^ hash >>> 32) & mask;
    while (verdicts[slot] != UNKNOWN && hashes[slot] != hash) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
