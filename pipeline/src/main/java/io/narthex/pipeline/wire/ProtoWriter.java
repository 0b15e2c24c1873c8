package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Protobuf as growing bytes. Source: the protocol buffers encoding specification. */
public final class ProtoWriter {
  private byte[] bytes = new byte[512];
  private int size;

  int size() {
    return size;
  }

  byte[] bytes() {
    return bytes;
  }

  void clear() {
    size = 0;
  }

  /** What is written so far. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** A field of a number; zero is left out, as it is the default. */
  public void varint(int field, long value) {
    if (value != 0) {
      rawVarint((long) field << 3 | ProtoReader.VARINT);
      rawVarint(value);
    }
  }

  void sint(int field, long value) {
    varint(field, value << 1 ^ value >> 63);
  }

  /** A field of a float, zeros included, since -0 and 0 differ. */
  void float64(int field, double value) {
    rawVarint((long) field << 3 | ProtoReader.FIXED64);
    rawFloat64(value);
  }

  void bytes(int field, byte[] value, int from, int to) {
    rawVarint((long) field << 3 | ProtoReader.BYTES);
    rawVarint(to - from);
    raw(value, from, to);
  }

  /** A field of a message. */
  public void message(int field, ProtoWriter inner) {
    bytes(field, inner.bytes, 0, inner.size);
  }

  /** A field of a text, empty ones included. */
  public void text(int field, String value) {
    byte[] encoded = value.getBytes(UTF_8);
    bytes(field, encoded, 0, encoded.length);
  }

  void doubles(int field, double[] values) {
    if (values.length > 0) {
      rawVarint((long) field << 3 | ProtoReader.BYTES);
      rawVarint(8L * values.length);
      for (double value : values) {
        rawFloat64(value);
      }
    }
  }

  /** Appends bytes that are protobuf already. */
  void raw(byte[] source, int from, int to) {
    ensure(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
  }

  /** A number without a field, as packed ones are. */
  public void rawVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  private void rawFloat64(double value) {
    ensure(8);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i++) {
      bytes[size++] = (byte) (bits >>> 8 * i);
    }
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      if (size + more < 0) {
        throw new IllegalStateException("a message of more than two gigabytes");
      }
      bytes =
          Arrays.copyOf(
              bytes,
              (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(size + more, 2L * bytes.length)));
    }
  }
}
