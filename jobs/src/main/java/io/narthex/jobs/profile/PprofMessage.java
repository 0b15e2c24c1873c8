package io.narthex.jobs.profile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Fields of a Protobuf message, in binary. */
final class PprofMessage {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PprofMessage number(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  PprofMessage text(int field, String text) {
    return bytes(field, text.getBytes(UTF_8));
  }

  PprofMessage message(int field, PprofMessage message) {
    return bytes(field, message.bytes());
  }

  /** A repeated field of numbers, packed. */
  PprofMessage numbers(int field, long[] values) {
    var packed = new PprofMessage();
    for (long value : values) {
      packed.varint(value);
    }
    return bytes(field, packed.bytes());
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private PprofMessage bytes(int field, byte[] bytes) {
    varint((long) field << 3 | 2);
    varint(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }
}
