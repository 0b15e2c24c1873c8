package io.narthex.query.http;

import io.narthex.pipeline.model.Names;
import java.util.regex.Pattern;

/** Texts as Go's standard library words and quotes them, since clients know Prometheus' answers. */
final class Go {
  private static final Pattern LONE_SURROGATE = Pattern.compile("\\p{Cs}");

  private Go() {}

  /** In quotes; lone surrogates are bytes, see {@link Parameters#decodePath}. */
  static String quote(String text) {
    var out = new StringBuilder();
    Names.quote(out, text);
    if (isUtf8(text)) {
      return out.toString();
    }
    return LONE_SURROGATE
        .matcher(out)
        .replaceAll(lone -> String.format("\\\\x%02x", lone.group().charAt(0) & 0xFF));
  }

  /** Whether no lone surrogate stands for a byte that is no UTF-8. */
  static boolean isUtf8(String text) {
    return !LONE_SURROGATE.matcher(text).find();
  }

  /** What strconv says of a text that is not a number of the wanted size. */
  static String numberFault(String text) {
    return text.matches("[+-]?[0-9]+") ? "value out of range" : "invalid syntax";
  }

  /** A boolean as strconv reads it. */
  static boolean parseBool(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              "strconv.ParseBool: parsing " + quote(text) + ": invalid syntax");
    };
  }
}
