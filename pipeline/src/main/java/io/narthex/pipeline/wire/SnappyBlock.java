package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/**
 * Decompresses the Snappy block format. The length a block declares is checked before memory is
 * taken for it. Source: the Snappy compressed format description (2011).
 */
public final class SnappyBlock {
  /** Most bytes a block may decompress to, as in Prometheus: 32 MiB. */
  public static final int DEFAULT_LIMIT = 32 << 20;

  /** The densest element: three bytes that copy 64. */
  private static final int DENSEST = 22;

  private SnappyBlock() {}

  /**
   * Decompresses {@code block[from, to)} into a new array of exactly the declared length.
   *
   * @param limit most bytes to decompress to
   * @throws FaultException {@link Fault#BAD_DATA} if the block declares more, or is damaged
   */
  public static byte[] decompress(byte[] block, int from, int to, int limit) {
    long declared = 0;
    int at = from;
    for (int shift = 0; ; shift += 7) {
      if (at >= to || shift > 28) {
        throw corrupt("it does not begin with a length");
      }
      byte next = block[at++];
      declared |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        break;
      }
    }
    if (declared > limit) {
      throw new FaultException(
          Fault.BAD_DATA, "snappy: decoded length " + declared + " exceeds limit " + limit);
    }
    if (declared > (long) DENSEST * (to - at)) {
      throw corrupt("so few bytes cannot hold " + declared);
    }
    byte[] out = new byte[(int) declared];
    if (declared == 0 && at == to) {
      return out;
    }
    return fill(block, from, to, out);
  }

  private static byte[] fill(byte[] block, int from, int to, byte[] out) {
    try {
      // It writes no more than the declared length, and fails where elements are not well-formed.
      if (Snappy.uncompress(block, from, to - from, out, 0) != out.length) {
        throw corrupt("its elements do not add up to the declared length");
      }
      return out;
    } catch (IOException e) {
      throw new FaultException(Fault.BAD_DATA, "snappy: corrupt input: " + e.getMessage(), e);
    }
  }

  private static FaultException corrupt(String what) {
    return new FaultException(Fault.BAD_DATA, "snappy: corrupt input: " + what);
  }
}
