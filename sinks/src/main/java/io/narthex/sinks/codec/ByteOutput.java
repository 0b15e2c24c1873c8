package io.narthex.sinks.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing array of bytes, little-endian. Confined to one thread. */
public final class ByteOutput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes;
  private int size;

  public ByteOutput(int capacity) {
    bytes = new byte[capacity];
  }

  /** The bytes written, from 0 to {@link #size()}; replaced when the array grows. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
  }

  /** Forgets what was written after this size. */
  public void truncate(int newSize) {
    size = newSize;
  }

  /** Makes room for so many more bytes. */
  public void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }

  /** Counts bytes that were written into the array directly. */
  public void grow(int count) {
    size += count;
  }

  public void write(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  public void write(byte[] from, int offset, int length) {
    ensure(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
  }

  public void writeInt(int value) {
    ensure(4);
    INT.set(bytes, size, value);
    size += 4;
  }

  public void writeLong(long value) {
    ensure(8);
    LONG.set(bytes, size, value);
    size += 8;
  }

  /** Seven bits a byte, least significant first; the value is taken as unsigned. */
  public void writeVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** A varint of the value folded so that small magnitudes are short. */
  public void writeSigned(long value) {
    writeVarint((value << 1) ^ (value >> 63));
  }
}
