package io.narthex.operators.template;

import java.util.function.IntUnaryOperator;

/** Upper and lower case, character by character as Go does it. */
final class Words {
  private Words() {}

  static String upper(String text) {
    return mapped(text, Character::toUpperCase);
  }

  static String lower(String text) {
    return mapped(text, Character::toLowerCase);
  }

  /** The text with the first letter of each word in title case. */
  static String title(String text) {
    var out = new StringBuilder(text.length());
    int previous = ' ';
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      out.appendCodePoint(separates(previous) ? Character.toTitleCase(c) : c);
      previous = c;
      at += Character.charCount(c);
    }
    return out.toString();
  }

  private static boolean separates(int c) {
    if (c < 0x80) {
      return !Character.isLetterOrDigit(c) && c != '_';
    }
    return !Character.isLetterOrDigit(c) && (Character.isWhitespace(c) || c == 0x85 || c == 0xA0);
  }

  private static String mapped(String text, IntUnaryOperator change) {
    var out = new StringBuilder(text.length());
    text.codePoints().map(change).forEach(out::appendCodePoint);
    return out.toString();
  }
}
