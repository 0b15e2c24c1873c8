package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request, decoded; those of a form come before those of the address. What they
 * mean is told by {@link Times} and the methods here; what is wrong with them is told in
 * Prometheus' words.
 */
final class Parameters {
  private final Map<String, List<String>> values;

  private Parameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * Decodes.
   *
   * @param query the part of the address after the question mark; may be empty
   * @param form the body of a form; may be empty
   * @throws FaultException if an escape is malformed
   */
  static Parameters of(String query, String form) {
    var values = new LinkedHashMap<String, List<String>>();
    decode(form, values);
    decode(query, values);
    return new Parameters(values);
  }

  /** The first value; empty if there is none. */
  String get(String name) {
    var all = values.get(name);
    return all == null ? "" : all.get(0);
  }

  List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }

  /**
   * Decodes percent escapes.
   *
   * @param plus whether a plus sign stands for a space
   */
  static String decode(String text, boolean plus) {
    return text.indexOf('%') < 0
        ? (plus ? text.replace('+', ' ') : text)
        : new String(bytes(text, plus), UTF_8);
  }

  /**
   * Decodes the percent escapes of a part of a path. A byte that is no UTF-8 becomes a lone
   * surrogate, {@code U+DC00} plus the byte, so that it can be told.
   */
  static String decodePath(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    var in = ByteBuffer.wrap(bytes(text, false));
    var out = CharBuffer.allocate(in.remaining());
    var decoder = UTF_8.newDecoder();
    for (var result = decoder.decode(in, out, true);
        result.isMalformed();
        result = decoder.decode(in, out, true)) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (Character.MIN_LOW_SURROGATE | in.get() & 0xFF));
      }
    }
    return out.flip().toString();
  }

  private static byte[] bytes(String text, boolean plus) {
    byte[] source = text.getBytes(UTF_8);
    var out = new ByteArrayOutputStream(source.length);
    for (int i = 0; i < source.length; i++) {
      if (source[i] == '%') {
        int high = i + 1 < source.length ? Character.digit(source[i + 1], 16) : -1;
        int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw malformed(new String(source, i, Math.min(3, source.length - i), UTF_8));
        }
        out.write(high << 4 | low);
        i += 2;
      } else {
        out.write(plus && source[i] == '+' ? ' ' : source[i]);
      }
    }
    return out.toByteArray();
  }

  /** A time that may be missing, in milliseconds. */
  long time(String name, long fallback) {
    String text = get(name);
    if (text.isEmpty()) {
      return fallback;
    }
    var time = Times.parse(text);
    if (time == null) {
      throw invalid(
          name, "invalid time value for '" + name + "': cannot parse " + Go.quote(text) + TO_TIME);
    }
    return time;
  }

  /** A time that must be there, in milliseconds. */
  long requiredTime(String name) {
    var time = Times.parse(get(name));
    if (time == null) {
      throw invalid(name, "cannot parse " + Go.quote(get(name)) + TO_TIME);
    }
    return time;
  }

  /** A duration that must be there, in milliseconds. */
  long requiredDuration(String name) {
    return duration(name, get(name));
  }

  /** A duration in milliseconds; null if it is missing. */
  @Nullable Long duration(String name) {
    String text = get(name);
    return text.isEmpty() ? null : duration(name, text);
  }

  /** A number that is not negative; 0 if it is missing. */
  int limit() {
    String text = get("limit");
    if (text.isEmpty()) {
      return 0;
    }
    int limit;
    try {
      limit = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw invalid(
          "limit", "strconv.Atoi: parsing " + Go.quote(text) + ": " + Go.numberFault(text));
    }
    if (limit < 0) {
      throw invalid("limit", "limit must be non-negative");
    }
    return limit;
  }

  /** A number; the fallback if it is missing. */
  int number(String name, int fallback) {
    String text = get(name);
    try {
      return text.isEmpty() ? fallback : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new FaultException(Fault.BAD_DATA, name + " must be a number");
    }
  }

  static FaultException invalid(String name, String message) {
    return new FaultException(Fault.BAD_DATA, "invalid parameter \"" + name + "\": " + message);
  }

  private static final String TO_TIME = " to a valid timestamp";

  private static long duration(String name, String text) {
    try {
      return Times.parseDuration(text);
    } catch (IllegalArgumentException e) {
      throw invalid(name, String.valueOf(e.getMessage()));
    }
  }

  private static void decode(String text, Map<String, List<String>> into) {
    int from = 0;
    while (from < text.length()) {
      int end = text.indexOf('&', from);
      end = end < 0 ? text.length() : end;
      if (end > from) {
        int equals = text.indexOf('=', from);
        int nameEnd = equals < 0 || equals > end ? end : equals;
        String name = decode(text.substring(from, nameEnd), true);
        String value = nameEnd == end ? "" : decode(text.substring(nameEnd + 1, end), true);
        into.computeIfAbsent(name, absent -> new ArrayList<>(1)).add(value);
      }
      from = end + 1;
    }
  }

  private static FaultException malformed(String escape) {
    return new FaultException(
        Fault.BAD_DATA, "error parsing form values: invalid URL escape " + Go.quote(escape));
  }
}
