package io.narthex.sinks.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what {@link ByteOutput} wrote, from an array that is reused from page to page. Confined to
 * one thread. The array ends in {@link #SLACK} bytes of no meaning, so that kernels may load whole
 * words.
 */
public final class ByteInput {
  /** Bytes behind the end that may be loaded. */
  public static final int SLACK = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[1024];
  private int at;
  private int end;

  /**
   * Starts over.
   *
   * @param length bytes that will be read
   * @return the array into which the caller puts them, from 0
   */
  public byte[] reset(int length) {
    if (bytes.length < length + SLACK) {
      bytes = new byte[Math.max(2 * bytes.length, length + SLACK)];
    }
    at = 0;
    end = length;
    return bytes;
  }

  /** Starts over with a copy of these bytes. */
  public void reset(byte[] from, int offset, int length) {
    System.arraycopy(from, offset, reset(length), 0, length);
  }

  byte[] bytes() {
    return bytes;
  }

  public int position() {
    return at;
  }

  void moveTo(int position) {
    at = position;
  }

  public int remaining() {
    return end - at;
  }

  /**
   * Moves over so many bytes.
   *
   * @return the position before
   * @throws MalformedPageException if there are not so many
   */
  public int skip(int count) {
    if (count < 0 || count > end - at) {
      throw new MalformedPageException("a page ends early: " + count + " bytes wanted at " + at);
    }
    at += count;
    return at - count;
  }

  public int read() {
    return bytes[skip(1)] & 0xFF;
  }

  public long readLong() {
    return (long) LONG.get(bytes, skip(8));
  }

  public long readVarint() {
    if (at < end && bytes[at] >= 0) {
      return bytes[at++];
    }
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = bytes[skip(1)];
      value |= (b & 0x7FL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedPageException("a number of more than ten bytes at " + at);
  }

  public long readSigned() {
    long value = readVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** A varint that counts things. */
  public int readCount(int max) {
    long value = readVarint();
    if (value < 0 || value > max) {
      throw new MalformedPageException(
          "a count of " + value + " at " + at + ", at most " + max + " is right");
    }
    return (int) value;
  }
}
