package io.narthex.sinks.block;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A buffer of a compressed record batch: its length before as an int64, then a ZSTD frame; or −1,
 * then the bytes as they are.
 *
 * <p>Source: Apache Arrow columnar format 1.5, "Serialization and interprocess communication",
 * compression.
 */
final class CompressedBuffer {
  /** Bytes before the contents. */
  static final int PREFIX = 8;

  /** Longest buffer that is taken for real. */
  private static final int MOST_BYTES = 1 << 28;

  private static final int LEVEL = 3;
  private static final long AS_IT_IS = -1;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private CompressedBuffer() {}

  /** The form in the file; an empty buffer stays empty. */
  static Slice of(Slice buffer, boolean compress) {
    int length = buffer.length();
    if (length == 0) {
      return Slice.EMPTY;
    }
    if (compress) {
      byte[] out = new byte[PREFIX + (int) Zstd.compressBound(length)];
      long size =
          Zstd.compressByteArray(
              out, PREFIX, out.length - PREFIX, buffer.bytes(), 0, length, LEVEL);
      if (!Zstd.isError(size) && size < length) {
        LONG.set(out, 0, (long) length);
        return new Slice(out, PREFIX + (int) size);
      }
    }
    byte[] out = new byte[PREFIX + length];
    LONG.set(out, 0, AS_IT_IS);
    System.arraycopy(buffer.bytes(), 0, out, PREFIX, length);
    return new Slice(out, out.length);
  }

  /**
   * The bytes as they were.
   *
   * @throws IllegalArgumentException if no writer makes such a buffer
   */
  static byte[] contents(ByteBuffer inFile) {
    if (!inFile.hasRemaining()) {
      return new byte[0];
    }
    if (inFile.remaining() < PREFIX) {
      throw new IllegalArgumentException("a compressed buffer of " + inFile.remaining() + " bytes");
    }
    long length = inFile.order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] packed = new byte[inFile.remaining()];
    inFile.get(packed);
    if (length == AS_IT_IS) {
      return packed;
    }
    if (length < 0 || length > MOST_BYTES) {
      throw new IllegalArgumentException("a buffer of " + length + " bytes before compression");
    }
    try {
      byte[] contents = new byte[(int) length];
      long size = Zstd.decompress(contents, packed);
      if (size != length) {
        throw new IllegalArgumentException(
            "a ZSTD frame of " + length + " bytes that says " + size);
      }
      return contents;
    } catch (ZstdException e) {
      throw new IllegalArgumentException("no ZSTD frame: " + e.getMessage(), e);
    }
  }
}
