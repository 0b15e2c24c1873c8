package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.Utf8;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Texts and numbers in the form that Prometheus' error messages and literals have. */
final class GoText {
  private static final int REPLACEMENT = 0xFFFD;

  private GoText() {}

  /** The text in double quotes. */
  static String quote(String text) {
    var out = new StringBuilder(text.length() + 2);
    Names.quote(out, text);
    return out.toString();
  }

  /** A character in single quotes; −1 is the end of the input. */
  static String quoteCharacter(int c) {
    return switch (c) {
      case -1, REPLACEMENT -> "'" + (char) REPLACEMENT + "'";
      case '\'' -> "'\\''";
      case '\\' -> "'\\\\'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      default -> c < 0x20 || c == 0x7F ? String.format("'\\x%02x'", c) : "'" + character(c) + "'";
    };
  }

  /** A character with its number, such as {@code U+0063 'c'}. */
  static String unicode(int c) {
    String number = String.format(Locale.ROOT, "U+%04X", c);
    return Character.isISOControl(c) ? number : number + " '" + character(c) + "'";
  }

  /** A number with six decimals. */
  static String fixed(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
  }

  /**
   * What a literal stands for. Escapes may name single bytes; a byte b that is no UTF-8 becomes the
   * character U+DC00 + b, see {@link Names#isUtf8}.
   *
   * @param literal with its quotes, checked by the lexer
   */
  static String unquote(String literal) {
    String body = literal.substring(1, literal.length() - 1);
    if (literal.charAt(0) == '`' || body.indexOf('\\') < 0) {
      return body;
    }
    var bytes = new ByteArrayOutputStream(body.length());
    int i = 0;
    while (i < body.length()) {
      int c = body.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\\') {
        i = unescape(body, i, bytes);
      } else {
        bytes.writeBytes(character(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return decode(bytes.toByteArray());
  }

  private static String decode(byte[] bytes) {
    if (Utf8.isValid(bytes, 0, bytes.length)) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    var text = new StringBuilder(bytes.length);
    var in = new ByteScanner(bytes);
    while (in.peek() >= 0) {
      int from = in.pos;
      int c = in.take();
      boolean alone = c == REPLACEMENT && in.pos == from + 1;
      text.appendCodePoint(alone ? 0xDC00 + (bytes[from] & 0xFF) : c);
    }
    return text.toString();
  }

  private static int unescape(String body, int at, ByteArrayOutputStream bytes) {
    char c = body.charAt(at);
    switch (c) {
      case 'a' -> bytes.write(0x07);
      case 'b' -> bytes.write('\b');
      case 'f' -> bytes.write('\f');
      case 'n' -> bytes.write('\n');
      case 'r' -> bytes.write('\r');
      case 't' -> bytes.write('\t');
      case 'v' -> bytes.write(0x0B);
      case 'x' -> {
        bytes.write(Integer.parseInt(body, at + 1, at + 3, 16));
        return at + 3;
      }
      case 'u', 'U' -> {
        int to = at + (c == 'u' ? 5 : 9);
        int point = Integer.parseInt(body, at + 1, to, 16);
        bytes.writeBytes(character(point).getBytes(StandardCharsets.UTF_8));
        return to;
      }
      default -> {
        if (c >= '0' && c <= '7') {
          bytes.write(Integer.parseInt(body, at, at + 3, 8));
          return at + 3;
        }
        bytes.write(c);
      }
    }
    return at + 1;
  }

  private static String character(int c) {
    return Character.toString(c);
  }
}
