package io.narthex.pipeline.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes protobuf by hand, right or deliberately wrong. */
public final class ProtoWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  public ProtoWriter varint(int field, long value) {
    raw((long) field << 3);
    return raw(value);
  }

  public ProtoWriter zigzag(int field, long value) {
    return varint(field, (value << 1) ^ (value >> 63));
  }

  public ProtoWriter fixed(int field, double value) {
    raw((long) field << 3 | 1);
    return fixedBits(Double.doubleToRawLongBits(value));
  }

  public ProtoWriter bytes(int field, byte[] value) {
    raw((long) field << 3 | 2);
    raw(value.length);
    return rawBytes(value);
  }

  public ProtoWriter string(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  public ProtoWriter message(int field, Consumer<ProtoWriter> body) {
    var inner = new ProtoWriter();
    body.accept(inner);
    return bytes(field, inner.toBytes());
  }

  /** A varint without a tag. */
  public ProtoWriter raw(long value) {
    while ((value & ~0x7FL) != 0) {
      out.write((int) (value | 0x80));
      value >>>= 7;
    }
    out.write((int) value);
    return this;
  }

  public ProtoWriter fixedBits(long bits) {
    for (int i = 0; i < 8; i++) {
      out.write((int) (bits >>> (8 * i)));
    }
    return this;
  }

  public ProtoWriter rawBytes(byte[] value) {
    out.writeBytes(value);
    return this;
  }

  public byte[] toBytes() {
    return out.toByteArray();
  }
}
