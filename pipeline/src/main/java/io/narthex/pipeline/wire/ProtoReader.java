package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over protobuf in an array. A nested message is read by narrowing {@link #end} to it and
 * widening it again; nothing is copied. Source: the protocol buffers encoding specification.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int START_GROUP = 3;
  private static final int END_GROUP = 4;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final byte[] NOTHING = {};

  byte[] bytes = NOTHING;
  int at;
  int end;

  private final String message;

  /**
   * Makes a reader.
   *
   * @param message what is read, for the texts of faults
   */
  ProtoReader(String message) {
    this.message = message;
  }

  void reset(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
  }

  /** Lets go of the array, which may be large. */
  void clear() {
    reset(NOTHING, 0, 0);
  }

  boolean more() {
    return at < end;
  }

  /** Reads a tag: field number shifted by three, or wire type. */
  int tag() {
    long tag = varint();
    if (tag < 8 || tag > 0xFFFFFFFFL) {
      throw fault("field number out of range");
    }
    return (int) tag;
  }

  long varint() {
    int p = at;
    if (p < end && bytes[p] >= 0) {
      at = p + 1;
      return bytes[p];
    }
    return longVarint();
  }

  private long longVarint() {
    byte[] b = bytes;
    int p = at;
    long result = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (p >= end) {
        throw fault("truncated number");
      }
      byte next = b[p++];
      result |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        at = p;
        return result;
      }
    }
    throw fault("number of more than ten bytes");
  }

  static long zigzag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads a length; the bytes it counts lie within {@link #end}. */
  int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw fault("truncated field");
    }
    return (int) length;
  }

  double fixedDouble() {
    return Double.longBitsToDouble(fixed64());
  }

  long fixed64() {
    if (end - at < 8) {
      throw fault("truncated number");
    }
    long bits = (long) LONG.get(bytes, at);
    at += 8;
    return bits;
  }

  /** Reads a length and enters the message it counts; gives the end of the outer one. */
  int enter() {
    int length = length();
    int outer = end;
    end = at + length;
    return outer;
  }

  String string() {
    int length = length();
    at += length;
    return new String(bytes, at - length, length, StandardCharsets.UTF_8);
  }

  void expect(int tag, int wireType) {
    if ((tag & 7) != wireType) {
      throw fault("wrong wire type " + (tag & 7) + " of field " + (tag >>> 3));
    }
  }

  /** Skips the value of a field nobody asked for. */
  void skip(int tag) {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> advance(8);
      case BYTES -> advance(length());
      case FIXED32 -> advance(4);
      case START_GROUP -> skipGroup(tag >>> 3);
      default -> throw fault("wrong wire type " + (tag & 7) + " of field " + (tag >>> 3));
    }
  }

  private void advance(int count) {
    if (count > end - at) {
      throw fault("truncated field");
    }
    at += count;
  }

  /** Nested groups are counted, not recursed into, so depth costs no stack. */
  private void skipGroup(int field) {
    int depth = 1;
    while (depth > 0) {
      if (at >= end) {
        throw fault("truncated group of field " + field);
      }
      int tag = tag();
      if ((tag & 7) == START_GROUP) {
        depth++;
      } else if ((tag & 7) == END_GROUP) {
        depth--;
      } else {
        skip(tag);
      }
    }
  }

  FaultException fault(String what) {
    return new FaultException(Fault.BAD_DATA, "not a " + message + ": " + what + " at byte " + at);
  }
}
