package io.narthex.operators.template.language;

import io.narthex.pipeline.model.Names;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Go's quoted strings, both ways. */
final class Quoting {
  private Quoting() {}

  static String quote(String text) {
    var out = new StringBuilder(text.length() + 2);
    Names.quote(out, text);
    return out.toString();
  }

  /** A character with its number, such as {@code U+0063 'c'}. */
  static String unicode(int c) {
    String number = String.format(Locale.ROOT, "U+%04X", c);
    return isGraphic(c) ? number + " '" + Character.toString(c) + "'" : number;
  }

  /** Whether the character is a letter, mark, number, punctuation, symbol or the plain blank. */
  static boolean isGraphic(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /**
   * What a literal in quotes or back quotes stands for.
   *
   * @return null if an escape in it is none of Go's
   */
  static @Nullable String unquote(String literal) {
    String body = literal.substring(1, literal.length() - 1);
    if (literal.charAt(0) == '`') {
      return body.replace("\r", "");
    }
    var out = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); ) {
      char c = body.charAt(i);
      if (c != '\\') {
        out.append(c);
        i++;
        continue;
      }
      int next = unescape(body, i + 1, literal.charAt(0), out);
      if (next < 0) {
        return null;
      }
      i = next;
    }
    return out.toString();
  }

  /** Appends what the escape at a position stands for; gives the position behind it, or −1. */
  private static int unescape(String body, int at, char quote, StringBuilder out) {
    char c = body.charAt(at);
    switch (c) {
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000B');
      case '\\' -> out.append('\\');
      case 'x' -> {
        return number(body, at + 1, 2, 16, 0xFF, out);
      }
      case 'u' -> {
        return number(body, at + 1, 4, 16, Character.MAX_CODE_POINT, out);
      }
      case 'U' -> {
        return number(body, at + 1, 8, 16, Character.MAX_CODE_POINT, out);
      }
      default -> {
        if (c >= '0' && c <= '7') {
          return number(body, at, 3, 8, 0xFF, out);
        }
        if (c != quote) {
          return -1;
        }
        out.append(c);
      }
    }
    return at + 1;
  }

  private static int number(
      String body, int from, int length, int radix, int max, StringBuilder out) {
    int to = from + length;
    if (to > body.length()) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = Character.digit(body.charAt(i), radix);
      if (digit < 0 || value > max) {
        return -1;
      }
      value = value * radix + digit;
    }
    if (value > max || (value >= 0xD800 && value <= 0xDFFF)) {
      return -1;
    }
    out.appendCodePoint(value);
    return to;
  }
}
