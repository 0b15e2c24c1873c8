package io.narthex.pipeline.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Reads {@code KeyValue} and {@code AnyValue} of OpenTelemetry. Values become text: lists and maps
 * as JSON, bytes in base 64. Source: opentelemetry-proto, {@code common.proto}.
 */
final class OtlpAttributes {
  /** Lists and maps may be nested so deep. */
  private static final int MOST_DEPTH = 64;

  private static final String NOTHING = "null";

  /** An attribute with its value as text. */
  record Attribute(String key, String value) {}

  private OtlpAttributes() {}

  /** Reads a {@code KeyValue} field and adds it. */
  static void read(ProtoReader in, int tag, List<Attribute> out) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    out.add(read(in));
    in.end = outer;
  }

  /** Reads the {@code KeyValue} messages that lie in these parts of the reader's array. */
  static List<Attribute> read(ProtoReader in, ByteRanges parts) {
    int at = in.at;
    int end = in.end;
    var read = new ArrayList<Attribute>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      in.at = parts.from(i);
      in.end = parts.to(i);
      read.add(read(in));
    }
    in.at = at;
    in.end = end;
    return read;
  }

  /** Reads the message that the reader is narrowed to. */
  private static Attribute read(ProtoReader in) {
    String key = "";
    String value = "";
    while (in.more()) {
      int field = in.tag();
      if (field == (1 << 3 | ProtoReader.BYTES)) {
        key = in.string();
      } else if (field == (2 << 3 | ProtoReader.BYTES)) {
        int end = in.enter();
        value = text(in);
        in.end = end;
      } else {
        in.skip(field);
      }
    }
    return new Attribute(key, value);
  }

  private static String text(ProtoReader in) {
    String text = "";
    while (in.more()) {
      int tag = in.tag();
      text =
          switch (tag >>> 3) {
            case 1 -> string(in, tag);
            case 4 -> {
              in.expect(tag, ProtoReader.FIXED64);
              yield number(in.fixedDouble());
            }
            case 7 -> base64(in, tag);
            case 2, 3, 5, 6 -> json(in, tag, 0);
            default -> {
              in.skip(tag);
              yield text;
            }
          };
    }
    return text;
  }

  private static String json(ProtoReader in, int tag, int depth) {
    if (depth > MOST_DEPTH) {
      throw in.fault("an attribute is nested deeper than " + MOST_DEPTH);
    }
    return switch (tag >>> 3) {
      case 1 -> JsonString.of(string(in, tag));
      case 2 -> {
        in.expect(tag, ProtoReader.VARINT);
        yield in.varint() == 0 ? "false" : "true";
      }
      case 3 -> {
        in.expect(tag, ProtoReader.VARINT);
        yield Long.toString(in.varint());
      }
      case 4 -> {
        in.expect(tag, ProtoReader.FIXED64);
        yield number(in.fixedDouble());
      }
      case 5 -> list(in, tag, depth);
      case 6 -> map(in, tag, depth);
      case 7 -> JsonString.of(base64(in, tag));
      default -> {
        in.skip(tag);
        yield NOTHING;
      }
    };
  }

  /** Reads the value that the reader is narrowed to. */
  private static String jsonValue(ProtoReader in, int depth) {
    String json = NOTHING;
    while (in.more()) {
      json = json(in, in.tag(), depth);
    }
    return json;
  }

  private static String list(ProtoReader in, int tag, int depth) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    var out = new StringJoiner(",", "[", "]");
    while (in.more()) {
      int field = in.tag();
      if (field == (1 << 3 | ProtoReader.BYTES)) {
        int end = in.enter();
        out.add(jsonValue(in, depth + 1));
        in.end = end;
      } else {
        in.skip(field);
      }
    }
    in.end = outer;
    return out.toString();
  }

  private static String map(ProtoReader in, int tag, int depth) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    var entries = new TreeMap<String, String>();
    while (in.more()) {
      int field = in.tag();
      if (field == (1 << 3 | ProtoReader.BYTES)) {
        entry(in, depth, entries);
      } else {
        in.skip(field);
      }
    }
    in.end = outer;
    var out = new StringJoiner(",", "{", "}");
    entries.forEach((key, value) -> out.add(JsonString.of(key) + ":" + value));
    return out.toString();
  }

  private static void entry(ProtoReader in, int depth, Map<String, String> out) {
    int outer = in.enter();
    String key = "";
    String value = NOTHING;
    while (in.more()) {
      int field = in.tag();
      if (field == (1 << 3 | ProtoReader.BYTES)) {
        key = in.string();
      } else if (field == (2 << 3 | ProtoReader.BYTES)) {
        int end = in.enter();
        value = jsonValue(in, depth + 1);
        in.end = end;
      } else {
        in.skip(field);
      }
    }
    in.end = outer;
    out.put(key, value);
  }

  private static String string(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.BYTES);
    return in.string();
  }

  private static String base64(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.BYTES);
    int length = in.length();
    in.at += length;
    return Base64.getEncoder().encodeToString(Arrays.copyOfRange(in.bytes, in.at - length, in.at));
  }

  /** As JSON writes a float: an exponent only for very small and very large ones. */
  private static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return "json: unsupported value: " + DoubleText.of(value);
    }
    double size = Math.abs(value);
    return size != 0 && (size < 1e-6 || size >= 1e21)
        ? DoubleText.scientific(value).replace("e-0", "e-")
        : DoubleText.plain(value);
  }
}
