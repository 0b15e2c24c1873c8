package io.narthex.sinks.wal;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.xerial.snappy.Snappy;

/**
 * Reads the payload of a frame, the counterpart of {@link FrameBuffer}. Reading past the end throws
 * {@link IndexOutOfBoundsException}.
 */
public final class FrameInput {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int MOST_UNPACKED = 1 << 30;

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

  /**
   * Reads what {@link FrameBuffer#putCompressed} wrote.
   *
   * @param into reads what was compressed
   * @throws IllegalArgumentException if it cannot be unpacked
   */
  public void getCompressed(FrameInput into) {
    long length = getVarint();
    int packed = length == 0 ? 0 : getCount();
    int from = at;
    skip(packed);
    try {
      boolean fits = length <= MOST_UNPACKED;
      if (!fits || (length > 0 && Snappy.uncompressedLength(bytes, from, packed) != length)) {
        throw new IllegalArgumentException(length + " bytes are not what was compressed");
      }
      if (into.bytes.length < length) {
        into.bytes = new byte[(int) length];
      }
      into.reset(
          into.bytes, length == 0 ? 0 : Snappy.uncompress(bytes, from, packed, into.bytes, 0));
    } catch (IOException e) {
      throw new IllegalArgumentException("no Snappy block: " + e.getMessage(), e);
    }
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
