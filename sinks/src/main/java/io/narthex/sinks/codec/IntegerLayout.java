package io.narthex.sinks.codec;

/**
 * The first byte of an integer column, and what follows it. FORMAT.md has the drawing.
 *
 * <p>Sources: D. Lemire and L. Boytsov, "Decoding billions of integers per second through
 * vectorization" (2015), for frames of reference with patched exceptions; M. Zukowski et al.,
 * "Super-scalar RAM-CPU cache compression" (2006).
 */
final class IntegerLayout {
  /** Residuals are distances from the first value. */
  static final int PLAIN = 0;

  /** Residuals are distances from the value before. */
  static final int DELTA = 1;

  /** Residuals are distances of distances. */
  static final int DELTA2 = 2;

  /** Residuals are distances from a straight line through the first value. */
  static final int SLOPE = 3;

  /** Residuals are the bits that differ from the value before. */
  static final int XOR = 4;

  /** The bits of the first byte that name the transform. */
  static final int TRANSFORM_MASK = 7;

  /** Only residuals that are not zero are packed; a bitmap says where they are. */
  static final int SPARSE = 8;

  /** All distances are multiples of a number. */
  static final int SCALED = 16;

  /** The packed numbers have exceptions. */
  static final int PATCHED = 32;

  /** All mini-blocks have one width. */
  static final int UNIFORM = 64;

  /** Numbers that share a bit width. */
  static final int MINI_BLOCK = 128;

  private IntegerLayout() {}

  static int miniBlocks(int count) {
    return (count + MINI_BLOCK - 1) / MINI_BLOCK;
  }
}
