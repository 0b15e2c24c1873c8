package io.narthex.operators.template;

import java.time.OffsetDateTime;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;

/** Times in UTC by Go's layouts, which show how the second of January 2006 would look. */
final class TimeLayout {
  // What begins with another one stands before it.
  private static final List<String> PARTS =
      List.of(
          "January",
          "Jan",
          "Monday",
          "Mon",
          "MST",
          "2006",
          "002",
          "01",
          "02",
          "03",
          "04",
          "05",
          "06",
          "15",
          "PM",
          "pm",
          "-07:00:00",
          "-070000",
          "-07:00",
          "-0700",
          "-07",
          "Z07:00:00",
          "Z070000",
          "Z07:00",
          "Z0700",
          "Z07",
          "__2",
          "_2",
          "1",
          "2",
          "3",
          "4",
          "5");

  private TimeLayout() {}

  /** The text of a time by a layout. */
  static String format(String layout, OffsetDateTime time) {
    var out = new StringBuilder();
    for (int at = 0; at < layout.length(); ) {
      int fraction = fractionLength(layout, at);
      if (fraction > 0) {
        fraction(layout, at, fraction, time, out);
        at += fraction;
        continue;
      }
      String part = part(layout, at);
      if (part.isEmpty()) {
        out.append(layout.charAt(at));
        at++;
      } else {
        write(part, time, out);
        at += part.length();
      }
    }
    return out.toString();
  }

  private static String part(String layout, int at) {
    if (layout.startsWith("_2006", at)) {
      return "";
    }
    for (String part : PARTS) {
      boolean matches = layout.startsWith(part, at);
      if (matches && part.equals("Jan") && isLower(layout, at + 3)) {
        continue;
      }
      if (matches && part.equals("Mon") && isLower(layout, at + 3)) {
        continue;
      }
      if (matches) {
        return part;
      }
    }
    return "";
  }

  private static boolean isLower(String layout, int at) {
    return at < layout.length() && layout.charAt(at) >= 'a' && layout.charAt(at) <= 'z';
  }

  /** The length of a fraction of a second such as {@code .000} or {@code ,999}; 0 if none. */
  private static int fractionLength(String layout, int at) {
    char first = layout.charAt(at);
    if ((first != '.' && first != ',') || at + 1 >= layout.length()) {
      return 0;
    }
    char digit = layout.charAt(at + 1);
    if (digit != '0' && digit != '9') {
      return 0;
    }
    int to = at + 1;
    while (to < layout.length() && layout.charAt(to) == digit) {
      to++;
    }
    return to < layout.length() && Character.isDigit(layout.charAt(to)) ? 0 : to - at;
  }

  private static void fraction(
      String layout, int at, int length, OffsetDateTime time, StringBuilder out) {
    String digits = String.format(Locale.ROOT, "%09d", time.getNano());
    digits = length - 1 <= 9 ? digits.substring(0, length - 1) : digits;
    if (layout.charAt(at + 1) == '9') {
      digits = digits.replaceAll("0+$", "");
      if (digits.isEmpty()) {
        return;
      }
    }
    out.append(layout.charAt(at)).append(digits);
  }

  private static void write(String part, OffsetDateTime time, StringBuilder out) {
    int hour12 = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
    switch (part) {
      case "January" -> out.append(time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
      case "Jan" -> out.append(time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
      case "Monday" ->
          out.append(time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH));
      case "Mon" -> out.append(time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH));
      case "MST" -> out.append("UTC");
      case "2006" -> number(out, time.getYear(), 4, '0');
      case "06" -> number(out, time.getYear() % 100, 2, '0');
      case "01" -> number(out, time.getMonthValue(), 2, '0');
      case "1" -> out.append(time.getMonthValue());
      case "002" -> number(out, time.getDayOfYear(), 3, '0');
      case "__2" -> number(out, time.getDayOfYear(), 3, ' ');
      case "02" -> number(out, time.getDayOfMonth(), 2, '0');
      case "_2" -> number(out, time.getDayOfMonth(), 2, ' ');
      case "2" -> out.append(time.getDayOfMonth());
      case "15" -> number(out, time.getHour(), 2, '0');
      case "03" -> number(out, hour12, 2, '0');
      case "3" -> out.append(hour12);
      case "04" -> number(out, time.getMinute(), 2, '0');
      case "4" -> out.append(time.getMinute());
      case "05" -> number(out, time.getSecond(), 2, '0');
      case "5" -> out.append(time.getSecond());
      case "PM" -> out.append(time.getHour() < 12 ? "AM" : "PM");
      case "pm" -> out.append(time.getHour() < 12 ? "am" : "pm");
      case "-07:00:00" -> out.append("+00:00:00");
      case "-070000" -> out.append("+000000");
      case "-07:00" -> out.append("+00:00");
      case "-0700" -> out.append("+0000");
      case "-07" -> out.append("+00");
      default -> out.append('Z');
    }
  }

  private static void number(StringBuilder out, int value, int width, char fill) {
    String digits = Integer.toString(value);
    out.append(String.valueOf(fill).repeat(Math.max(0, width - digits.length()))).append(digits);
  }
}
