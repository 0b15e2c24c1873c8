package io.narthex.query.http;

/**
 * Names escaped by the scheme "values": {@code U__}, then letters, digits and colons as they are,
 * an underscore as two, and anything else as its code point in hexadecimal between underscores.
 */
final class EscapedNames {
  private static final String PREFIX = "U__";
  private static final int MOST_HEX_DIGITS = 6;

  private EscapedNames() {}

  /** The name that was escaped; the text itself if it is not a correctly escaped name. */
  static String unescape(String text) {
    if (!text.startsWith(PREFIX)) {
      return text;
    }
    var name = new StringBuilder();
    int i = PREFIX.length();
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '_') {
        name.append(c);
        i++;
        continue;
      }
      int end = text.indexOf('_', i + 1);
      if (end < 0 || end - i - 1 > MOST_HEX_DIGITS) {
        return text;
      }
      if (end == i + 1) {
        name.append('_');
      } else if (!appendCodePoint(name, text.substring(i + 1, end))) {
        return text;
      }
      i = end + 1;
    }
    return name.toString();
  }

  private static boolean appendCodePoint(StringBuilder name, String hex) {
    for (int i = 0; i < hex.length(); i++) {
      if (Character.digit(hex.charAt(i), 16) < 0) {
        return false;
      }
    }
    int codePoint = Integer.parseInt(hex, 16);
    if (!Character.isValidCodePoint(codePoint)
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
      return false;
    }
    name.appendCodePoint(codePoint);
    return true;
  }
}
