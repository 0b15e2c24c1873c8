package io.narthex.sinks.codec;

import static io.narthex.sinks.codec.IntegerLayout.DELTA;
import static io.narthex.sinks.codec.IntegerLayout.DELTA2;
import static io.narthex.sinks.codec.IntegerLayout.MINI_BLOCK;
import static io.narthex.sinks.codec.IntegerLayout.PATCHED;
import static io.narthex.sinks.codec.IntegerLayout.PLAIN;
import static io.narthex.sinks.codec.IntegerLayout.SCALED;
import static io.narthex.sinks.codec.IntegerLayout.SLOPE;
import static io.narthex.sinks.codec.IntegerLayout.SPARSE;
import static io.narthex.sinks.codec.IntegerLayout.TRANSFORM_MASK;
import static io.narthex.sinks.codec.IntegerLayout.UNIFORM;
import static io.narthex.sinks.codec.IntegerLayout.XOR;

/** Decodes what {@link IntegerEncoder} wrote. Reusable, confined to one thread. */
public final class IntegerDecoder {
  private long[] packed = new long[0];
  private int[] patchedAt = new int[0];
  private long[] patches = new long[0];

  /**
   * Decodes a column.
   *
   * @param into where to put the values, from index {@code from}
   * @param count number of values, known from elsewhere
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void decode(ByteInput in, long[] into, int from, int count) {
    int flags = in.read();
    if (count == 0) {
      return;
    }
    long first = in.readSigned();
    long factor = (flags & SCALED) == 0 ? 1 : in.readVarint();
    int transform = flags & TRANSFORM_MASK;
    long second = transform == DELTA2 || transform == SLOPE ? in.readSigned() : 0;
    into[from] = first;
    int residuals = transform == DELTA2 ? count - 2 : count - 1;
    if (residuals < 0) {
      throw new MalformedPageException("a column of one value with a distance of distances");
    }
    int to = from + count - residuals;
    if ((flags & SPARSE) != 0) {
      expand(in, flags, into, to, residuals);
    } else {
      unpack(in, flags, into, to, residuals);
    }
    switch (transform) {
      case PLAIN -> restorePlain(into, from, count, first, factor);
      case DELTA -> restoreDelta(into, from, count, factor);
      case DELTA2 -> restoreDelta2(into, from, count, second, factor);
      case SLOPE -> restoreSlope(into, from, count, second, factor);
      case XOR -> restoreXor(into, from, count, factor);
      default -> throw new MalformedPageException("unknown transform " + transform);
    }
  }

  private void unpack(ByteInput in, int flags, long[] into, int from, int count) {
    if (count == 0) {
      return;
    }
    long reference = in.readSigned();
    int exceptions = (flags & PATCHED) == 0 ? 0 : readPatches(in, count);
    if ((flags & UNIFORM) != 0) {
      unpackBlock(in, width(in.read()), into, from, count);
    } else {
      int blocks = IntegerLayout.miniBlocks(count);
      int widthsAt = in.skip(blocks);
      byte[] bytes = in.bytes();
      for (int b = 0; b < blocks; b++) {
        int at = b * MINI_BLOCK;
        int size = Math.min(MINI_BLOCK, count - at);
        unpackBlock(in, width(bytes[widthsAt + b]), into, from + at, size);
      }
    }
    for (int i = from; i < from + count; i++) {
      into[i] += reference;
    }
    for (int i = 0; i < exceptions; i++) {
      into[from + patchedAt[i]] = patches[i];
    }
  }

  /** Reads what lies before the packed numbers and replaces some of them; gives how many. */
  private int readPatches(ByteInput in, int count) {
    int exceptions = in.readCount(count);
    if (patches.length < exceptions) {
      patchedAt = new int[Math.max(64, 2 * exceptions)];
      patches = new long[patchedAt.length];
    }
    int position = 0;
    for (int i = 0; i < exceptions; i++) {
      position += in.readCount(count - 1 - position);
      patchedAt[i] = position;
      patches[i] = in.readSigned();
    }
    return exceptions;
  }

  private static void unpackBlock(ByteInput in, int width, long[] into, int from, int count) {
    int at = in.skip(BitPacking.size(count, width));
    BitPacking.unpack(in.bytes(), at, width, into, from, count);
  }

  private static int width(int width) {
    if (width < 0 || width > 64) {
      throw new MalformedPageException("a width of " + width + " bits");
    }
    return width;
  }

  /** Puts the packed numbers where the bitmap has ones, and zeros elsewhere. */
  private void expand(ByteInput in, int flags, long[] into, int from, int count) {
    int bitmapAt = in.skip((count + 7) >>> 3);
    byte[] bytes = in.bytes();
    int present = 0;
    for (int i = 0; i < (count + 7) >>> 3; i++) {
      present += Integer.bitCount(bytes[bitmapAt + i] & 0xFF);
    }
    if (present > count) {
      throw new MalformedPageException("a bitmap of more than " + count + " ones");
    }
    if (packed.length <= count) {
      packed = new long[count + 1];
    }
    unpack(in, flags, packed, 0, present);
    packed[present] = 0;
    int next = 0;
    for (int i = 0; i < count; i++) {
      int bit = (bytes[bitmapAt + (i >>> 3)] >>> (i & 7)) & 1;
      into[from + i] = packed[next] & -(long) bit;
      next += bit;
    }
  }

  private static void restorePlain(long[] into, int from, int count, long first, long factor) {
    if (factor == 1) {
      for (int i = from + 1; i < from + count; i++) {
        into[i] += first;
      }
    } else {
      for (int i = from + 1; i < from + count; i++) {
        into[i] = into[i] * factor + first;
      }
    }
  }

  private static void restoreDelta(long[] into, int from, int count, long factor) {
    long value = into[from];
    if (factor == 1) {
      for (int i = from + 1; i < from + count; i++) {
        value += into[i];
        into[i] = value;
      }
    } else {
      for (int i = from + 1; i < from + count; i++) {
        value += into[i] * factor;
        into[i] = value;
      }
    }
  }

  private static void restoreDelta2(long[] into, int from, int count, long second, long factor) {
    long value = into[from];
    long delta = second;
    value += delta * factor;
    into[from + 1] = value;
    for (int i = from + 2; i < from + count; i++) {
      delta += into[i];
      value += delta * factor;
      into[i] = value;
    }
  }

  private static void restoreSlope(long[] into, int from, int count, long slope, long factor) {
    long line = into[from];
    long step = slope * factor;
    for (int i = from + 1; i < from + count; i++) {
      line += step;
      into[i] = into[i] * factor + line;
    }
  }

  private static void restoreXor(long[] into, int from, int count, long factor) {
    long value = into[from];
    for (int i = from + 1; i < from + count; i++) {
      value ^= into[i] * factor;
      into[i] = value;
    }
  }
}
