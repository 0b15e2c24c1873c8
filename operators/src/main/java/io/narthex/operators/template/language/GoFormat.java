package io.narthex.operators.template.language;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Values as text, as Go's {@code fmt} writes them. */
public final class GoFormat {
  private static final int MAX_WIDTH = 1_000_000;

  private GoFormat() {}

  /** A value as Go's verb v writes it. */
  public static String value(Object boxed) {
    Object value = Values.unboxed(boxed);
    if (value instanceof Double number) {
      return GoFloats.format(number, 'g', -1);
    }
    if (value instanceof HostValue host) {
      return host.text();
    }
    if (value instanceof MapValue map) {
      var out = new StringBuilder("map[");
      for (var entry : new TreeMap<String, Object>(map.entries()).entrySet()) {
        out.append(out.length() > 4 ? " " : "").append(entry.getKey()).append(':');
        bounded(out.append(value(entry.getValue())));
      }
      return out.append(']').toString();
    }
    if (value instanceof ListValue list) {
      var out = new StringBuilder("[");
      for (Object element : list.elements()) {
        bounded(out.append(out.length() > 1 ? " " : "").append(value(element)));
      }
      return out.append(']').toString();
    }
    return value instanceof Absent ? "<nil>" : value.toString();
  }

  /** A float with up to so many digits in all, as Go's verb g writes it. */
  public static String significant(double value, int digits) {
    return GoFloats.format(value, 'g', digits);
  }

  /** The name of a value's type, as Go's verb T writes it. */
  public static String typeName(Object value) {
    return Values.typeName(value);
  }

  /** A text in double quotes with Go's escapes. */
  public static String quote(String text) {
    return Quoting.quote(text);
  }

  /** All values, with blanks between those of which neither is a string. */
  static String print(List<Object> values) {
    var out = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (i > 0 && !isString(values.get(i - 1)) && !isString(values.get(i))) {
        out.append(' ');
      }
      bounded(out.append(value(values.get(i))));
    }
    return out.toString();
  }

  /** All values with blanks between and a line's end behind. */
  static String println(List<Object> values) {
    var out = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      bounded(out.append(i > 0 ? " " : "").append(value(values.get(i))));
    }
    return out.append('\n').toString();
  }

  private static boolean isString(Object value) {
    return Values.base(Values.unboxed(value)) instanceof String;
  }

  private static void bounded(StringBuilder out) {
    if (out.length() > TemplateText.MAX_LENGTH) {
      throw new FunctionException("text longer than " + TemplateText.MAX_LENGTH + " characters");
    }
  }

  /** Values by a format with Go's verbs. */
  static String printf(String format, List<Object> values) {
    return new Printf(format, values).run();
  }

  /** One use of a format. */
  private static final class Printf {
    private final String format;
    private final List<Object> values;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int next;
    private boolean reordered;
    private boolean goodIndex;
    private boolean plus;
    private boolean minus;
    private boolean sharp;
    private boolean blank;
    private boolean zero;
    private int width;
    private int precision;

    Printf(String format, List<Object> values) {
      this.format = format;
      this.values = values;
    }

    String run() {
      while (at < format.length()) {
        int percent = format.indexOf('%', at);
        if (percent < 0) {
          out.append(format, at, format.length());
          break;
        }
        out.append(format, at, percent);
        at = percent + 1;
        directive();
        bounded(out);
      }
      if (!reordered && next < values.size()) {
        extra();
      }
      return out.toString();
    }

    private void extra() {
      out.append("%!(EXTRA ");
      for (int i = next; i < values.size(); i++) {
        Object value = Values.unboxed(values.get(i));
        out.append(i > next ? ", " : "");
        out.append(value instanceof Absent ? "<nil>" : Values.typeName(value) + "=" + value(value));
        bounded(out);
      }
      out.append(')');
    }

    private void directive() {
      plus = minus = sharp = blank = zero = false;
      width = precision = -1;
      goodIndex = true;
      flags();
      boolean afterIndex = index();
      if (at < format.length() && format.charAt(at) == '*') {
        at++;
        width = star("%!(BADWIDTH)");
        if (width < -1) {
          minus = true;
          zero = false;
          width = -width;
        }
        afterIndex = false;
      } else {
        width = number();
        if (afterIndex && width >= 0) {
          goodIndex = false;
        }
      }
      if (at < format.length() && format.charAt(at) == '.') {
        at++;
        if (afterIndex) {
          goodIndex = false;
        }
        afterIndex = index();
        if (at < format.length() && format.charAt(at) == '*') {
          at++;
          precision = star("%!(BADPREC)");
          afterIndex = false;
        } else {
          precision = Math.max(0, number());
        }
      }
      if (!afterIndex) {
        index();
      }
      if (at >= format.length()) {
        out.append("%!(NOVERB)");
        return;
      }
      int verb = format.codePointAt(at);
      at += Character.charCount(verb);
      if (verb == '%') {
        out.append('%');
      } else if (!goodIndex) {
        out.append("%!").appendCodePoint(verb).append("(BADINDEX)");
      } else if (next >= values.size()) {
        out.append("%!").appendCodePoint(verb).append("(MISSING)");
      } else {
        verb(verb, Values.unboxed(values.get(next++)));
      }
    }

    private void flags() {
      for (; at < format.length(); at++) {
        switch (format.charAt(at)) {
          case '+' -> plus = true;
          case '-' -> minus = true;
          case '#' -> sharp = true;
          case ' ' -> blank = true;
          case '0' -> zero = true;
          default -> {
            return;
          }
        }
      }
    }

    /** Reads {@code [n]}, the number of the value to go on with. */
    private boolean index() {
      if (at >= format.length() || format.charAt(at) != '[') {
        return false;
      }
      reordered = true;
      int close = format.indexOf(']', at);
      if (close < 0) {
        goodIndex = false;
        at++;
        return false;
      }
      String digits = format.substring(at + 1, close);
      at = close + 1;
      if (!digits.matches("[0-9]{1,7}")
          || Integer.parseInt(digits) < 1
          || Integer.parseInt(digits) > values.size()) {
        goodIndex = false;
        return true;
      }
      next = Integer.parseInt(digits) - 1;
      return true;
    }

    private int number() {
      int from = at;
      int value = 0;
      while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
        value = Math.min(MAX_WIDTH, value * 10 + (format.charAt(at) - '0'));
        at++;
      }
      return at == from ? -1 : value;
    }

    private int star(String fault) {
      Object value = next < values.size() ? Values.unboxed(values.get(next++)) : Absent.NO_VALUE;
      if (value instanceof Long number && Math.abs(number) <= MAX_WIDTH) {
        return number.intValue();
      }
      out.append(fault);
      return -1;
    }

    private void verb(int verb, Object value) {
      // With the verb v, a plus asks for names of fields, not for signs.
      plus = plus && verb != 'v';
      if (value instanceof Absent) {
        if (verb == 'v' || verb == 'T') {
          pad("<nil>", false);
        } else {
          out.append("%!").appendCodePoint(verb).append("(<nil>)");
        }
        return;
      }
      if (verb == 'T') {
        pad(Values.typeName(value), false);
        return;
      }
      if (value instanceof MapValue || value instanceof ListValue) {
        structured(verb, value);
        return;
      }
      if (value instanceof HostValue host) {
        boolean textual = "vsxXq".indexOf(verb) >= 0;
        Object base = host.base();
        if (textual || base == null) {
          verb(verb, host.text());
        } else {
          verb(verb, base);
        }
        return;
      }
      if (value instanceof Double number) {
        floating(verb, number);
      } else if (value instanceof Long number) {
        integer(verb, number);
      } else if (value instanceof String text) {
        string(verb, text);
      } else if (verb == 't' || verb == 'v') {
        pad(value.toString(), false);
      } else {
        bad(verb, value);
      }
    }

    /** Maps and lists apply the verb to what is in them. */
    private void structured(int verb, Object value) {
      if (verb == 'v' && width < 0 && precision < 0) {
        out.append(value(value));
        return;
      }
      if (value instanceof MapValue map) {
        out.append("map[");
        String gap = "";
        for (var entry : new TreeMap<String, Object>(map.entries()).entrySet()) {
          out.append(gap);
          verb(verb, entry.getKey());
          out.append(':');
          verb(verb, Values.unboxed(entry.getValue()));
          gap = " ";
          bounded(out);
        }
        out.append(']');
      } else if (value instanceof ListValue list) {
        out.append('[');
        String gap = "";
        for (Object element : list.elements()) {
          out.append(gap);
          verb(verb, Values.unboxed(element));
          gap = " ";
          bounded(out);
        }
        out.append(']');
      }
    }

    private void bad(int verb, Object value) {
      out.append("%!")
          .appendCodePoint(verb)
          .append('(')
          .append(Values.typeName(value))
          .append('=')
          .append(value(value))
          .append(')');
    }

    private void string(int verb, String text) {
      String cut = text;
      if (precision >= 0 && precision < text.codePointCount(0, text.length())) {
        cut = text.substring(0, text.offsetByCodePoints(0, precision));
      }
      switch (verb) {
        case 'v' -> pad(sharp ? Quoting.quote(cut) : cut, false);
        case 's' -> pad(cut, false);
        case 'q' ->
            pad(sharp && cut.indexOf('`') < 0 ? "`" + cut + "`" : Quoting.quote(cut), false);
        case 'x', 'X' -> pad(hex(text, verb), false);
        default -> bad(verb, text);
      }
    }

    private String hex(String text, int verb) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int length = precision >= 0 ? Math.min(precision, bytes.length) : bytes.length;
      var hex = new StringBuilder();
      String prefix = sharp ? "0" + (char) verb : "";
      for (int i = 0; i < length; i++) {
        hex.append(i == 0 ? prefix : blank ? " " + prefix : "");
        hex.append(String.format(Locale.ROOT, verb == 'x' ? "%02x" : "%02X", bytes[i] & 0xFF));
      }
      return hex.toString();
    }

    private void integer(int verb, long value) {
      switch (verb) {
        case 'v', 'd' -> digits(value, 10, "", false);
        case 'b' -> digits(value, 2, sharp ? "0b" : "", false);
        case 'o' -> digits(value, 8, sharp ? "0" : "", false);
        case 'O' -> digits(value, 8, "0o", false);
        case 'x' -> digits(value, 16, sharp ? "0x" : "", false);
        case 'X' -> digits(value, 16, sharp ? "0X" : "", true);
        case 'c' -> pad(character(value), false);
        case 'q' -> pad("'" + character(value) + "'", false);
        case 'U' -> pad(String.format(Locale.ROOT, "U+%04X", value), false);
        default -> bad(verb, value);
      }
    }

    private static String character(long value) {
      return Character.toString(
          value >= 0 && value <= Character.MAX_CODE_POINT ? (int) value : 0xFFFD);
    }

    private void digits(long value, int radix, String prefix, boolean upper) {
      String digits = Long.toString(value, radix);
      boolean negative = value < 0;
      if (negative) {
        digits = digits.substring(1);
      }
      if (precision == 0 && value == 0) {
        pad("", false);
        return;
      }
      String sign = negative ? "-" : plus ? "+" : blank ? " " : "";
      int least = precision;
      if (precision < 0 && zero && !minus && width > 0) {
        least = width - sign.length();
      }
      digits = "0".repeat(Math.max(0, least - digits.length())) + digits;
      String text = sign + prefix + (upper ? digits.toUpperCase(Locale.ROOT) : digits);
      pad(text, false);
    }

    private void floating(int verb, double value) {
      String text;
      switch (verb) {
        case 'v' -> text = GoFloats.format(value, 'g', precision);
        case 'g', 'G' -> text = GoFloats.format(value, 'g', precision);
        case 'e', 'E' -> text = GoFloats.format(value, 'e', precision < 0 ? 6 : precision);
        case 'f', 'F' -> text = GoFloats.format(value, 'f', precision < 0 ? 6 : precision);
        default -> {
          bad(verb, value);
          return;
        }
      }
      boolean finite = Double.isFinite(value);
      if (finite && (verb == 'E' || verb == 'G')) {
        text = text.toUpperCase(Locale.ROOT);
      }
      if (text.startsWith("+") && !plus) {
        text = text.substring(1);
        text = blank ? text : "+" + text;
      }
      boolean signed = text.startsWith("-") || text.startsWith("+");
      if (!signed) {
        text = (plus ? "+" : blank ? " " : "") + text;
      }
      pad(text, finite);
    }

    /** Appends a text, filled up to the width. */
    private void pad(String text, boolean isNumber) {
      int missing = width - text.codePointCount(0, text.length());
      if (missing <= 0) {
        out.append(text);
      } else if (minus) {
        out.append(text).append(" ".repeat(missing));
      } else if (zero && isNumber) {
        boolean signed = !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0;
        out.append(signed ? text.substring(0, 1) : "").append("0".repeat(missing));
        out.append(signed ? text.substring(1) : text);
      } else {
        out.append(" ".repeat(missing)).append(text);
      }
    }
  }
}
