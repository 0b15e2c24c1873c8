package io.narthex.query.http;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.DoubleText;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON text as growing bytes. Confined to one thread at a time. Knows how Prometheus writes
 * timestamps, sample values and label sets.
 */
final class JsonOut {
  /** The size from which on a writer of parts should hand over what it has. */
  static final int PART = 32 * 1024;

  private static final int SLACK = 1024;
  private static final byte[] HEX =
      "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final int part;
  private byte[] bytes = new byte[512];
  private int size;
  private final LabelBytes.Walker walker = new LabelBytes.Walker();

  JsonOut() {
    this(PART);
  }

  /**
   * @param part the size from which on it is full
   */
  JsonOut(int part) {
    this.part = part;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size >= part;
  }

  /** Hands over what was written and begins anew, with room for a part of the usual size. */
  byte[] take() {
    byte[] taken =
        Arrays.copyOf(bytes, size); // it may wait for the socket while the next is written
    size = 0;
    return taken;
  }

  /** Appends text that needs no escaping: ASCII only. */
  JsonOut raw(String ascii) {
    int length = ascii.length();
    ensure(length);
    for (int i = 0; i < length; i++) {
      bytes[size + i] = (byte) ascii.charAt(i);
    }
    size += length;
    return this;
  }

  /** Appends bytes as they are. */
  JsonOut raw(byte[] source, int from, int to) {
    ensure(to - from);
    System.arraycopy(source, from, bytes, size, to - from);
    size += to - from;
    return this;
  }

  JsonOut raw(char ascii) {
    ensure(1);
    bytes[size++] = (byte) ascii;
    return this;
  }

  JsonOut number(long value) {
    ensure(20);
    if (value == Long.MIN_VALUE) {
      return raw("-9223372036854775808");
    }
    if (value < 0) {
      bytes[size++] = '-';
    }
    size = DoubleText.writeDigits(Math.abs(value), bytes, size);
    return this;
  }

  /** A finite number; JSON has no others, so those become null. */
  JsonOut number(double value) {
    if (!Double.isFinite(value)) {
      return raw("null");
    }
    ensure(DoubleText.MAX_LENGTH);
    size = DoubleText.write(value, bytes, size);
    return this;
  }

  /** Milliseconds as seconds, with three decimals unless they are all zero. */
  JsonOut seconds(long millis) {
    ensure(24);
    size = writeSeconds(millis, bytes, size);
    return this;
  }

  /** A sample value, quoted. */
  JsonOut text(double value) {
    ensure(32);
    bytes[size] = '"';
    size = DoubleText.write(value, bytes, size + 1);
    bytes[size++] = '"';
    return this;
  }

  /** A value as the API writes scalars: quoted, never with an exponent. */
  JsonOut plainText(double value) {
    ensure(DoubleText.MAX_LENGTH + 2);
    bytes[size] = '"';
    size = DoubleText.writePlain(value, bytes, size + 1);
    bytes[size++] = '"';
    return this;
  }

  /**
   * Points {@code [seconds,"value"]}, separated by commas, until the part is full.
   *
   * @return the first point that is not written
   */
  int points(long[] timestamps, double[] values, int from, int to, boolean first) {
    int point = from;
    boolean comma = !first;
    do { // one at least, since the caller has opened the list
      ensure(64);
      byte[] out = bytes;
      int at = size;
      if (comma) {
        out[at++] = ',';
      }
      out[at++] = '[';
      at = writeSeconds(timestamps[point], out, at);
      out[at++] = ',';
      out[at++] = '"';
      at = DoubleText.write(values[point], out, at);
      out[at++] = '"';
      out[at++] = ']';
      size = at;
      comma = true;
      point++;
    } while (point < to && size < part);
    return point;
  }

  JsonOut string(String text) {
    int length = text.length();
    ensure(length + 2);
    bytes[size++] = '"';
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        ensure(6 + length - i);
        ascii(c);
      } else {
        int codePoint = text.codePointAt(i);
        ensure(4 + length - i);
        nonAscii(codePoint);
        i += Character.charCount(codePoint) - 1;
      }
    }
    return raw('"');
  }

  /** A label set as an object. */
  JsonOut labels(Labels labels) {
    byte[] source = labels.bytes();
    raw('{');
    boolean first = true;
    for (walker.reset(source, 0, source.length); walker.next(); first = false) {
      if (!first) {
        raw(',');
      }
      utf8(source, walker.nameFrom, walker.nameTo);
      raw(':');
      utf8(source, walker.valueFrom, walker.valueTo);
    }
    return raw('}');
  }

  /**
   * A value made of maps, iterables, strings, numbers, booleans, label sets and nulls.
   *
   * @throws IllegalArgumentException for anything else
   */
  JsonOut value(@Nullable Object value) {
    if (value == null) {
      return raw("null");
    } else if (value instanceof String text) {
      return string(text);
    } else if (value instanceof Double || value instanceof Float) {
      return number(((Number) value).doubleValue());
    } else if (value instanceof Number number) {
      return number(number.longValue());
    } else if (value instanceof Boolean bool) {
      return raw(bool ? "true" : "false");
    } else if (value instanceof Labels labels) {
      return labels(labels);
    } else if (value instanceof Map<?, ?> map) {
      return object(map);
    } else if (value instanceof Iterable<?> items) {
      return array(items);
    }
    throw new IllegalArgumentException("no JSON for " + value.getClass());
  }

  private JsonOut object(Map<?, ?> map) {
    raw('{');
    boolean first = true;
    for (var entry : map.entrySet()) {
      if (!first) {
        raw(',');
      }
      first = false;
      string(String.valueOf(entry.getKey())).raw(':').value(entry.getValue());
    }
    return raw('}');
  }

  private JsonOut array(Iterable<?> items) {
    raw('[');
    boolean first = true;
    for (var item : items) {
      if (!first) {
        raw(',');
      }
      first = false;
      value(item);
    }
    return raw(']');
  }

  private void utf8(byte[] source, int from, int to) {
    ensure(to - from + 2);
    bytes[size++] = '"';
    for (int i = from; i < to; i++) {
      byte b = source[i];
      if (b >= 0) {
        ensure(6 + to - i);
        ascii((char) b);
      } else {
        ensure(1 + to - i);
        bytes[size++] = b;
      }
    }
    raw('"');
  }

  private void ascii(char c) {
    if (c >= 0x20 && c != '"' && c != '\\') {
      bytes[size++] = (byte) c;
      return;
    }
    bytes[size++] = '\\';
    switch (c) {
      case '"', '\\' -> bytes[size++] = (byte) c;
      case '\n' -> bytes[size++] = 'n';
      case '\r' -> bytes[size++] = 'r';
      case '\t' -> bytes[size++] = 't';
      default -> {
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[c >> 4];
        bytes[size++] = HEX[c & 15];
      }
    }
  }

  /** UTF-8 of a code point above ASCII; half a surrogate pair becomes the replacement character. */
  private void nonAscii(int codePoint) {
    int c = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
    if (c < 0x800) {
      bytes[size++] = (byte) (0xC0 | c >> 6);
    } else if (c < 0x10000) {
      bytes[size++] = (byte) (0xE0 | c >> 12);
      bytes[size++] = (byte) (0x80 | c >> 6 & 0x3F);
    } else {
      bytes[size++] = (byte) (0xF0 | c >> 18);
      bytes[size++] = (byte) (0x80 | c >> 12 & 0x3F);
      bytes[size++] = (byte) (0x80 | c >> 6 & 0x3F);
    }
    bytes[size++] = (byte) (0x80 | c & 0x3F);
  }

  private static int writeSeconds(long millis, byte[] out, int at) {
    int to = at;
    if (millis < 0) {
      out[to++] = '-';
    }
    long whole = millis / 1000;
    int fraction = Math.abs((int) (millis - whole * 1000));
    to = DoubleText.writeDigits(Math.abs(whole), out, to);
    if (fraction != 0) {
      out[to] = '.';
      out[to + 1] = (byte) ('0' + fraction / 100);
      out[to + 2] = (byte) ('0' + fraction / 10 % 10);
      out[to + 3] = (byte) ('0' + fraction % 10);
      to += 4;
    }
    return to;
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      int larger =
          bytes.length < part ? Math.min(4 * bytes.length, part + SLACK) : 2 * bytes.length;
      bytes = Arrays.copyOf(bytes, Math.max(larger, size + more));
    }
  }
}
