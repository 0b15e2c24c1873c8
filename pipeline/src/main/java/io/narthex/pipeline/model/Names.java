package io.narthex.pipeline.model;

import java.util.Comparator;

/** Metric and label names: what is valid, how they are ordered and quoted. */
public final class Names {
  /**
   * Strings in the order of their UTF-8 bytes. It differs from {@link String#compareTo} only where
   * one of two differing characters is a surrogate: those stand for code points above all others.
   */
  public static final Comparator<String> BYTE_ORDER = Names::compareBytes;

  private Names() {}

  /** Whether the name needs no quotes as a metric name: {@code [a-zA-Z_:][a-zA-Z0-9_:]*}. */
  public static boolean isLegacyMetricName(CharSequence name) {
    return isLegacy(name, true);
  }

  /** Whether the name needs no quotes as a label name: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
  public static boolean isLegacyLabelName(CharSequence name) {
    return isLegacy(name, false);
  }

  /**
   * Whether the text can be written as UTF-8: it holds no half of a surrogate pair. PromQL string
   * literals may name single bytes; such a byte b that is no UTF-8 is the character U+DC00 + b.
   */
  public static boolean isUtf8(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int c = text.codePointAt(i);
        if (c <= Character.MAX_VALUE) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /**
   * Appends the text as a Go-quoted string, as Prometheus prints label values. Bytes that are no
   * UTF-8 (see {@link #isUtf8}) are written as escapes.
   */
  public static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        int point = text.codePointAt(i);
        i += Character.charCount(point) - 1;
        quoteSurrogate(out, point);
        continue;
      }
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case 0x07 -> out.append("\\a");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case 0x0B -> out.append("\\v");
        default -> {
          if (c < 0x20 || c == 0x7F) {
            out.append(String.format("\\x%02x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static void quoteSurrogate(StringBuilder out, int point) {
    if (point >= 0xDC80 && point <= 0xDCFF) {
      out.append(String.format("\\x%02x", point - 0xDC00));
    } else {
      out.appendCodePoint(point > Character.MAX_VALUE ? point : 0xFFFD);
    }
  }

  private static boolean isLegacy(CharSequence name, boolean colons) {
    if (name.length() == 0) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9' && i > 0;
      if (!letter && !digit && !(colons && c == ':')) {
        return false;
      }
    }
    return true;
  }

  private static int compareBytes(String a, String b) {
    int shared = Math.min(a.length(), b.length());
    for (int i = 0; i < shared; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean xHigh = Character.isSurrogate(x);
        boolean yHigh = Character.isSurrogate(y);
        return xHigh == yHigh ? Character.compare(x, y) : xHigh ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
