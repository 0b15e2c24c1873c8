package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.LabelHash;
import java.util.Arrays;

/** Parts of an array, in order. Reused from one use to the next. */
final class ByteRanges {
  private int[] bounds = new int[16];
  private int size;

  void clear() {
    size = 0;
  }

  void add(int from, int to) {
    if (2 * size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 4 * size);
    }
    bounds[2 * size] = from;
    bounds[2 * size + 1] = to;
    size++;
  }

  int size() {
    return size;
  }

  int from(int range) {
    return bounds[2 * range];
  }

  int to(int range) {
    return bounds[2 * range + 1];
  }

  /** Of the contents, in their order. */
  int hash(byte[] bytes) {
    long hash = size;
    for (int i = 0; i < size; i++) {
      hash = 31 * hash + LabelHash.of(bytes, from(i), to(i));
    }
    return Long.hashCode(hash);
  }

  /** Whether these parts of one array hold the same as those parts of another. */
  boolean sameAs(byte[] bytes, ByteRanges others, byte[] otherBytes) {
    if (size != others.size) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (!Arrays.equals(bytes, from(i), to(i), otherBytes, others.from(i), others.to(i))) {
        return false;
      }
    }
    return true;
  }

  /** A copy that is not changed by a later use. */
  ByteRanges copy() {
    var copy = new ByteRanges();
    copy.bounds = Arrays.copyOf(bounds, Math.max(2, 2 * size));
    copy.size = size;
    return copy;
  }
}
