package io.narthex.operators.rules.window;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by canonical label bytes, found without making an object. Open addressing with linear
 * probing, at most half full. Not thread-safe.
 */
public final class LabelTable<V> {
  private static final int SMALLEST = 64;

  private long[] hashes = new long[SMALLEST];
  private byte[] @Nullable [] keys = new byte[SMALLEST][];
  private @Nullable Object[] values = new Object[SMALLEST];
  private int size;

  int size() {
    return size;
  }

  /**
   * The value of a label set; null if there is none.
   *
   * @param hash {@link io.narthex.pipeline.model.LabelHash} of the bytes
   */
  @SuppressWarnings("unchecked") // put() is the only writer
  public @Nullable V get(byte[] bytes, int from, int to, long hash) {
    int mask = keys.length - 1;
    for (int at = (int) hash & mask; ; at = (at + 1) & mask) {
      byte[] key = keys[at];
      if (key == null) {
        return null;
      }
      if (hashes[at] == hash && Arrays.equals(key, 0, key.length, bytes, from, to)) {
        return (V) values[at];
      }
    }
  }

  /** Adds a label set that is not in the table; the key is kept as it is. */
  public void put(byte[] key, long hash, V value) {
    if (2 * (size + 1) > keys.length) {
      grow();
    }
    insert(key, hash, value);
    size++;
  }

  /** Forgets everything. */
  public void clear() {
    hashes = new long[SMALLEST];
    keys = new byte[SMALLEST][];
    values = new Object[SMALLEST];
    size = 0;
  }

  private void grow() {
    long[] oldHashes = hashes;
    byte[] @Nullable [] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    hashes = new long[2 * oldKeys.length];
    keys = new byte[2 * oldKeys.length][];
    values = new Object[2 * oldKeys.length];
    for (int i = 0; i < oldKeys.length; i++) {
      byte[] key = oldKeys[i];
      if (key != null) {
        insert(key, oldHashes[i], oldValues[i]);
      }
    }
  }

  private void insert(byte[] key, long hash, @Nullable Object value) {
    int mask = keys.length - 1;
    int at = (int) hash & mask;
    while (keys[at] != null) {
      at = (at + 1) & mask;
    }
    hashes[at] = hash;
    keys[at] = key;
    values[at] = value;
  }
}
