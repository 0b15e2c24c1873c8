package io.narthex.operators.template.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/** Texts written so that they do not end the place where they stand. */
final class Escapes {
  /** Stands for a value that cannot be escaped; users of Go's templates know it. */
  static final String REFUSED = "ZgotmplZ";

  /** Characters that an address has besides letters and digits. */
  private static final String OF_ADDRESS = "!#$&*+,/:;=?@[]";

  private static final String UNRESERVED = "-._~";
  private static final String OF_STYLE = " .,%#+-_!";
  private static final String OF_SCRIPT_TEXT = " !#%()*,-.:;=?@[]^_|~";

  private Escapes() {}

  /** Text between tags, and values of attributes in quotes. */
  static String html(String text) {
    return html(text, true);
  }

  /**
   * As above.
   *
   * @param ampersands whether they are escaped as well; not if the text has character references
   */
  static String html(String text, boolean ampersands) {
    var out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case 0 -> out.append('\uFFFD');
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        case '+' -> out.append("&#43;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append(ampersands ? "&amp;" : "&");
        default -> out.append(c);
      }
    }
    return out.toString();
  }

  /** The value of an attribute without quotes. */
  static String unquoted(String text, boolean ampersands) {
    if (text.isEmpty()) {
      return REFUSED; // nothing at all would make what follows the value
    }
    String escaped = html(text, ampersands);
    var out = new StringBuilder(escaped.length() + 16);
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c <= ' ' || c == '=' || c == '`') {
        out.append("&#").append((int) c).append(';');
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** A part of an address that keeps its meaning as such. */
  static String address(String text) {
    return percent(text, true);
  }

  /** A value in the query of an address. */
  static String query(String text) {
    return percent(text, false);
  }

  private static String percent(String text, boolean isAddress) {
    byte[] bytes = text.getBytes(UTF_8);
    var out = new StringBuilder(bytes.length + 16);
    for (int i = 0; i < bytes.length; i++) {
      char c = (char) (bytes[i] & 0xFF);
      boolean kept =
          isLetterOrDigit(c)
              || UNRESERVED.indexOf(c) >= 0
              || isAddress && (OF_ADDRESS.indexOf(c) >= 0 || c == '%' && isEscape(bytes, i));
      if (kept) {
        out.append(c);
      } else {
        out.append('%').append(String.format(Locale.ROOT, "%02x", (int) c));
      }
    }
    return out.toString();
  }

  private static boolean isEscape(byte[] bytes, int at) {
    return at + 2 < bytes.length
        && Character.digit(bytes[at + 1], 16) >= 0
        && Character.digit(bytes[at + 2], 16) >= 0;
  }

  /** Within a text of a script, in any kind of quotes, of a page or an attribute. */
  static String scriptText(String text) {
    var out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean kept =
          isLetterOrDigit(c)
              || OF_SCRIPT_TEXT.indexOf(c) >= 0
              || c >= 0xA0 && c != '\u2028' && c != '\u2029';
      if (kept) {
        out.append(c);
      } else {
        out.append("\\u").append(String.format(Locale.ROOT, "%04x", (int) c));
      }
    }
    return out.toString();
  }

  /** A plain value of a style: a number with its unit, a colour, a word. */
  static String style(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fits = isLetterOrDigit(c) || OF_STYLE.indexOf(c) >= 0;
      if (!fits || c == '-' && i > 0 && text.charAt(i - 1) == '-') {
        return REFUSED;
      }
    }
    return text;
  }

  /** The name of an attribute, in lower case. */
  static String attributeName(String element, String text) {
    String name = text.toLowerCase(Locale.ROOT);
    boolean fits = !name.isEmpty() && name.chars().allMatch(c -> isLetterOrDigit((char) c));
    return fits && AttributeKind.mayBeNamedByValue(element, name) ? name : REFUSED;
  }

  /** The text of HTML without its tags and comments. */
  static String withoutTags(String html) {
    var markup = new Markup();
    var out = new StringBuilder(html.length());
    for (int i = 0; i < html.length(); i++) {
      char c = html.charAt(i);
      boolean before = markup.showsText();
      markup.feed(c);
      if (before && markup.showsText()) {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
