package io.narthex.sinks.wal;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/**
 * Frames under construction, reused from batch to batch. Integers are little-endian. Not
 * thread-safe.
 *
 * <pre>{@code
 * frame = magic u32 | payload length u32 | crc32c of length and payload u32 | payload
 * }</pre>
 */
public final class FrameBuffer {
  static final int MAGIC = 0xF4A3EE01;
  static final int HEADER = 12;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[4096];
  private byte[] compressed = {};
  private int size;
  private int frame;

  /** Bytes of all ended frames. */
  public int size() {
    return size;
  }

  byte[] bytes() {
    return bytes;
  }

  public void clear() {
    size = 0;
  }

  /** Begins a frame; what is put until {@link #end} is its payload. */
  public void begin() {
    ensure(HEADER);
    frame = size;
    size += HEADER;
  }

  /** Ends the frame: fills in its header. */
  public void end() {
    INT.set(bytes, frame, MAGIC);
    INT.set(bytes, frame + 4, size - frame - HEADER);
    crc.reset();
    crc.update(bytes, frame + 4, 4);
    crc.update(bytes, frame + HEADER, size - frame - HEADER);
    INT.set(bytes, frame + 8, (int) crc.getValue());
  }

  public void putByte(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  public void putLong(long value) {
    ensure(8);
    LONG.set(bytes, size, value);
    size += 8;
  }

  /** Seven bits a byte, least significant first. */
  public void putVarint(long value) {
    ensure(10);
    byte[] to = bytes;
    int at = size;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      to[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    to[at++] = (byte) rest;
    size = at;
  }

  /** A varint whose small values are those near zero, negative ones included. */
  public void putZigzag(long value) {
    putVarint((value << 1) ^ (value >> 63));
  }

  public void putBytes(byte[] from, int start, int end) {
    ensure(end - start);
    System.arraycopy(from, start, bytes, size, end - start);
    size += end - start;
  }

  /**
   * Appends what another buffer holds, Snappy-compressed: lengths before and after, bytes.
   *
   * @param content not in a frame
   */
  public void putCompressed(FrameBuffer content) {
    if (content.size == 0) {
      putVarint(0);
      return;
    }
    int most = Snappy.maxCompressedLength(content.size);
    if (compressed.length < most) {
      compressed = new byte[most];
    }
    try {
      int length = Snappy.compress(content.bytes, 0, content.size, compressed, 0);
      putVarint(content.size);
      putVarint(length);
      putBytes(compressed, 0, length);
    } catch (IOException e) {
      throw new IllegalStateException("Snappy cannot compress " + content.size + " bytes", e);
    }
  }

  /** Makes room for this many more bytes. */
  public void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}
