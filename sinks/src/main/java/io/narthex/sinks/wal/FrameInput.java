package io.narthex.sinks.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the payload of a frame, the counterpart of {@link FrameBuffer}. Reading past the end throws
 * {@link IndexOutOfBoundsException}.
 */
public final class FrameInput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[0];
  private int at;
  private int to;

  void reset(byte[] bytes, int to) {
    this.bytes = bytes;
    this.at = 0;
    this.to = to;
  }

  /** The array that the payload lies in; valid until the next frame. */
  public byte[] bytes() {
    return bytes;
  }

  public int position() {
    return at;
  }

  public boolean hasMore() {
    return at < to;
  }

  public int getByte() {
    check(1);
    return bytes[at++] & 0xFF;
  }

  public long getLong() {
    check(8);
    long value = (long) LONG.get(bytes, at);
    at += 8;
    return value;
  }

  public long getVarint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int b = getByte();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("varint of more than ten bytes at " + at);
  }

  public int getCount() {
    long count = getVarint();
    if (count < 0 || count > to) {
      throw new IndexOutOfBoundsException("count " + count + " in a frame of " + to + " bytes");
    }
    return (int) count;
  }

  public long getZigzag() {
    long value = getVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Skips bytes; they begin where {@link #position()} was. */
  public void skip(int length) {
    check(length);
    at += length;
  }

  private void check(int length) {
    if (length < 0 || at + length > to) {
      throw new IndexOutOfBoundsException("frame ends at " + to + ", wanted " + (at + length));
    }
  }
}
