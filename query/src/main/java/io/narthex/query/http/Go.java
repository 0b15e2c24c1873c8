package io.narthex.query.http;

import io.narthex.pipeline.model.Names;

/** Texts as Go's standard library words and quotes them, since clients know Prometheus' answers. */
final class Go {
  private Go() {}

  static String quote(String text) {
    var out = new StringBuilder();
    Names.quote(out, text);
    return out.toString();
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
