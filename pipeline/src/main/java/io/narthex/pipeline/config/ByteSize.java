package io.narthex.pipeline.config;

import java.math.BigDecimal;
import java.util.Locale;

/**
 * Sizes in bytes as Prometheus reads them: numbers with a unit, where {@code KB} and {@code KiB}
 * both mean 1,024 bytes, and so on up to exbibytes; parts add up, as in {@code 1GB512MB}.
 */
public final class ByteSize {
  private static final String UNITS = "BKMGTPE";
  private static final String RIGHT = "; a size such as 512MB or 1GiB is expected";

  private ByteSize() {}

  /**
   * Reads a size.
   *
   * @return bytes; negative if the text begins with a minus
   * @throws IllegalArgumentException if the text is none; the message says so
   */
  public static long parse(String text) {
    if (text.equals("0")) {
      return 0;
    }
    boolean negative = text.startsWith("-");
    int at = negative || text.startsWith("+") ? 1 : 0;
    if (at == text.length()) {
      throw new IllegalArgumentException("units: invalid " + text + RIGHT);
    }
    var total = BigDecimal.ZERO;
    while (at < text.length()) {
      int digits = at;
      while (at < text.length() && isNumeric(text.charAt(at))) {
        at++;
      }
      int name = at;
      while (at < text.length() && !isNumeric(text.charAt(at))) {
        at++;
      }
      long unit = unitOf(text.substring(name, at), text);
      total = total.add(number(text, digits, name).multiply(BigDecimal.valueOf(unit)));
    }
    if (total.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("units: out of range: " + text);
    }
    return negative ? -total.longValue() : total.longValue();
  }

  /** The text with binary units, such as {@code 1GiB512MiB}. */
  public static String print(long bytes) {
    if (bytes == 0) {
      return "0B";
    }
    var text = new StringBuilder(bytes < 0 ? "-" : "");
    long rest = bytes < 0 ? -bytes : bytes;
    for (int i = UNITS.length() - 1; i >= 0; i--) {
      long count = (rest >>> (10 * i)) & 1023;
      if (count != 0) {
        text.append(count).append(UNITS.charAt(i)).append(i == 0 ? "" : "iB");
      }
    }
    return text.toString();
  }

  private static BigDecimal number(String text, int from, int to) {
    try {
      return new BigDecimal(text.substring(from, to));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("units: invalid " + text + RIGHT, e);
    }
  }

  private static long unitOf(String word, String text) {
    String upper = word.toUpperCase(Locale.ROOT);
    if (upper.equals("B")) {
      return 1;
    }
    for (int i = 1; i < UNITS.length(); i++) {
      String letter = UNITS.substring(i, i + 1);
      if (word.equals(letter + "B") || word.equals(letter + "iB")) {
        return 1L << (10 * i);
      }
    }
    throw new IllegalArgumentException("units: unknown unit " + word + " in " + text + RIGHT);
  }

  private static boolean isNumeric(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }
}
