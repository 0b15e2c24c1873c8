package io.narthex.query.promql.parse;

import org.jspecify.annotations.Nullable;

/** Finds the end of string literals and checks their escapes. */
final class StringScanner {
  private StringScanner() {}

  /**
   * Takes the rest of a literal whose opening quote is taken.
   *
   * @return what is wrong with it, or null
   */
  static @Nullable String rest(ByteScanner in, int quote) {
    while (true) {
      int c = in.take();
      if (c == quote) {
        return null;
      }
      if (c == ByteScanner.MALFORMED) {
        return "invalid UTF-8 rune";
      }
      if (quote == '`') {
        if (c == ByteScanner.END_OF_INPUT) {
          return "unterminated raw string";
        }
      } else if (c == ByteScanner.END_OF_INPUT || c == '\n') {
        return "unterminated quoted string";
      } else if (c == '\\') {
        String problem = escape(in, quote);
        if (problem != null) {
          return problem;
        }
      }
    }
  }

  private static @Nullable String escape(ByteScanner in, int quote) {
    int c = in.take();
    if (c == quote) {
      return null;
    }
    return switch (c) {
      case 'a', 'b', 'f', 'n', 'r', 't', 'v', '\\' -> null;
      case '0', '1', '2', '3', '4', '5', '6', '7' -> {
        in.pos--;
        yield digits(in, 3, 8, 0xFF);
      }
      case 'x' -> digits(in, 2, 16, 0xFF);
      case 'u' -> digits(in, 4, 16, Character.MAX_CODE_POINT);
      case 'U' -> digits(in, 8, 16, Character.MAX_CODE_POINT);
      case ByteScanner.END_OF_INPUT -> "escape sequence not terminated";
      default -> "unknown escape sequence " + GoText.unicode(c);
    };
  }

  private static @Nullable String digits(ByteScanner in, int count, int base, int max) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      int c = in.take();
      int digit = c < 0x80 ? Character.digit(c, base) : -1;
      if (c == ByteScanner.END_OF_INPUT) {
        return "escape sequence not terminated";
      }
      if (digit < 0) {
        return "illegal character " + GoText.unicode(c) + " in escape sequence";
      }
      value = value * base + digit;
    }
    boolean surrogate = value >= 0xD800 && value <= 0xDFFF;
    return value > max || surrogate ? "escape sequence is an invalid Unicode code point" : null;
  }
}
