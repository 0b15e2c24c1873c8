package io.narthex.sinks.head;

import java.util.Arrays;

/**
 * Byte strings one after another in large arrays. A string never crosses arrays. An address holds
 * slab, offset and length:
 *
 * <pre>{@code
 * slab (20 bits) | offset (20 bits) | length (24 bits)
 * }</pre>
 *
 * Written by one thread at a time; read as {@link PagedLongs} is.
 */
final class ByteSlabs {
  /** Longest string that can be kept, in bytes. */
  static final int MAX_LENGTH = (1 << 24) - 1;

  private static final int SLAB_BYTES = 1 << 20;

  private volatile byte[][] slabs = new byte[4][];
  private int count;
  private int end = SLAB_BYTES;
  private int current;
  private long held;

  /** Keeps a copy of {@code bytes[from, to)} and returns its address. */
  long add(byte[] bytes, int from, int to) {
    int length = to - from;
    if (length > SLAB_BYTES) {
      int own = addSlab(length);
      System.arraycopy(bytes, from, slabs[own], 0, length);
      return address(own, 0, length);
    }
    if (end + length > SLAB_BYTES) {
      current = addSlab(SLAB_BYTES);
      end = 0;
    }
    System.arraycopy(bytes, from, slabs[current], end, length);
    long address = address(current, end, length);
    end += length;
    return address;
  }

  byte[] slab(long address) {
    return slabs[(int) (address >>> 44)];
  }

  static int offset(long address) {
    return (int) (address >>> 24) & (SLAB_BYTES - 1);
  }

  static int length(long address) {
    return (int) address & MAX_LENGTH;
  }

  boolean equal(long address, byte[] bytes, int from, int to) {
    int offset = offset(address);
    return Arrays.equals(slab(address), offset, offset + length(address), bytes, from, to);
  }

  long sizeInBytes() {
    return held;
  }

  private int addSlab(int length) {
    var all = slabs;
    if (count == all.length) {
      all = Arrays.copyOf(all, 2 * count);
    }
    all[count] = new byte[length];
    slabs = all;
    held += length;
    return count++;
  }

  private static long address(int slab, int offset, int length) {
    return ((long) slab << 44) | ((long) offset << 24) | length;
  }
}
