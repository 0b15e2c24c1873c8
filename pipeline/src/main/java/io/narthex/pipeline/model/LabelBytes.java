package io.narthex.pipeline.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reading and checking canonical label bytes in place, without making strings. {@link Labels}
 * defines the encoding.
 *
 * <p>A reader walks a label set like this:
 *
 * <pre>{@code
 * var at = new LabelBytes.Walker();
 * for (at.reset(bytes, from, to); at.next(); ) { ... at.nameFrom, at.nameTo, at.valueFrom, at.valueTo ... }
 * }</pre>
 */
public final class LabelBytes {
  /**
   * Tag of {@code repeated Label labels = 1} in a TimeSeries message, and of {@code name = 1} in a
   * Label.
   */
  public static final byte TAG_LABEL = 0x0A;

  /** Tag of {@code string name = 1} in a Label message. */
  public static final byte TAG_NAME = 0x0A;

  /** Tag of {@code string value = 2} in a Label message. */
  public static final byte TAG_VALUE = 0x12;

  private LabelBytes() {}

  /**
   * A cursor over the labels of one set; fields hold the bounds of the current name and value.
   * Reusable.
   */
  public static final class Walker {
    private byte[] bytes = new byte[0];
    private int at;
    private int to;

    /** Bounds of the current label's name in the array. */
    public int nameFrom;

    public int nameTo;

    /** Bounds of the current label's value in the array. */
    public int valueFrom;

    public int valueTo;

    /** Starts over at the label set in {@code bytes[from, to)}. */
    public void reset(byte[] bytes, int from, int to) {
      this.bytes = bytes;
      this.at = from;
      this.to = to;
    }

    /**
     * Moves to the next label.
     *
     * @return false after the last one
     * @throws IllegalArgumentException if the bytes are not in canonical form
     */
    public boolean next() {
      if (at >= to) {
        return false;
      }
      if (bytes[at] != TAG_LABEL) {
        throw malformed();
      }
      int length = varint(at + 1, to);
      int end = at + length;
      if (length < 2 || bytes[at] != TAG_NAME) {
        throw malformed();
      }
      int nameLength = varint(at + 1, end);
      nameFrom = at;
      nameTo = at + nameLength;
      if (nameTo == end || bytes[nameTo] != TAG_VALUE) {
        throw malformed();
      }
      int valueLength = varint(nameTo + 1, end);
      valueFrom = at;
      valueTo = at + valueLength;
      if (valueTo != end) {
        throw malformed();
      }
      at = end;
      return true;
    }

    /** Whether the current label's name is {@code name} (UTF-8). */
    public boolean nameIs(byte[] name) {
      return Arrays.equals(bytes, nameFrom, nameTo, name, 0, name.length);
    }

    public String name() {
      return new String(bytes, nameFrom, nameTo - nameFrom, StandardCharsets.UTF_8);
    }

    public String value() {
      return new String(bytes, valueFrom, valueTo - valueFrom, StandardCharsets.UTF_8);
    }

    /** Reads a minimal length at {@code from}; what it counts ends before {@code limit}. */
    private int varint(int from, int limit) {
      int result = 0;
      int p = from;
      for (int shift = 0; shift < 32 && p < limit; shift += 7) {
        int b = bytes[p++];
        result |= (b & 0x7F) << shift;
        if (b >= 0) {
          at = p;
          if (result < 0 || result > limit - p || (b == 0 && shift > 0)) {
            throw malformed();
          }
          return result;
        }
      }
      throw malformed();
    }

    private IllegalArgumentException malformed() {
      return new IllegalArgumentException("label bytes are not canonical at offset " + at);
    }
  }

  /** Bytes that a label takes in the encoding, given the lengths of its name and value in UTF-8. */
  public static int encodedSize(int nameLength, int valueLength) {
    int body = 2 + varintSize(nameLength) + nameLength + varintSize(valueLength) + valueLength;
    return 1 + varintSize(body) + body;
  }

  /**
   * Writes one label at {@code at}.
   *
   * @return the offset after it
   */
  public static int write(
      byte[] out,
      int at,
      byte[] name,
      int nameFrom,
      int nameTo,
      byte[] value,
      int valueFrom,
      int valueTo) {
    int nameLength = nameTo - nameFrom;
    int valueLength = valueTo - valueFrom;
    int body = 2 + varintSize(nameLength) + nameLength + varintSize(valueLength) + valueLength;
    out[at++] = TAG_LABEL;
    at = writeVarint(out, at, body);
    out[at++] = TAG_NAME;
    at = writeVarint(out, at, nameLength);
    System.arraycopy(name, nameFrom, out, at, nameLength);
    at += nameLength;
    out[at++] = TAG_VALUE;
    at = writeVarint(out, at, valueLength);
    System.arraycopy(value, valueFrom, out, at, valueLength);
    return at + valueLength;
  }

  /**
   * Compares two label sets as Prometheus does: label by label, name before value, then the shorter
   * one first.
   */
  public static int compare(byte[] a, int aFrom, int aTo, byte[] b, int bFrom, int bTo) {
    int differs = Arrays.mismatch(a, aFrom, aTo, b, bFrom, bTo);
    if (differs < 0) {
      return 0;
    }
    var left = new Walker();
    var right = new Walker();
    left.reset(a, aFrom, aTo);
    right.reset(b, bFrom, bTo);
    while (true) {
      boolean more = left.next();
      if (!right.next()) {
        return more ? 1 : 0;
      }
      if (!more) {
        return -1;
      }
      int order =
          Arrays.compareUnsigned(a, left.nameFrom, left.nameTo, b, right.nameFrom, right.nameTo);
      if (order == 0) {
        order =
            Arrays.compareUnsigned(
                a, left.valueFrom, left.valueTo, b, right.valueFrom, right.valueTo);
      }
      if (order != 0) {
        return order;
      }
    }
  }

  static int varintSize(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  static int writeVarint(byte[] out, int at, int value) {
    while ((value & ~0x7F) != 0) {
      out[at++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    out[at++] = (byte) value;
    return at;
  }
}
