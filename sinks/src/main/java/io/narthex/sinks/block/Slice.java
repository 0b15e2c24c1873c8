package io.narthex.sinks.block;

import io.narthex.sinks.codec.ByteOutput;

/**
 * The first bytes of an array, for writing.
 *
 * @param bytes the array
 * @param length how many of it
 */
record Slice(byte[] bytes, int length) {
  /** The empty buffer, such as the validity of a column without nulls. */
  static final Slice EMPTY = new Slice(new byte[0], 0);

  static Slice of(ByteOutput output) {
    return new Slice(output.bytes(), output.size());
  }
}
