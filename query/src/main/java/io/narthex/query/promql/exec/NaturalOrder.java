package io.narthex.query.promql.exec;

import java.util.ArrayList;
import java.util.List;

/** An order of texts in which numbers inside of them count as numbers. */
final class NaturalOrder {
  private NaturalOrder() {}

  /** Whether one text comes before another, different one. */
  static boolean before(String a, String b) {
    List<String> x = chunks(a);
    List<String> y = chunks(b);
    for (int i = 0; i < x.size(); i++) {
      if (i >= y.size()) {
        return false;
      }
      String left = x.get(i);
      String right = y.get(i);
      if (isNumber(left) && isNumber(right)) {
        int compared = compareNumbers(left, right);
        if (compared != 0) {
          return compared < 0;
        }
        if (left.length() != right.length()) {
          return left.length() > right.length();
        }
      } else if (!left.equals(right)) {
        return left.compareTo(right) < 0;
      }
    }
    return true;
  }

  private static List<String> chunks(String text) {
    var chunks = new ArrayList<String>();
    int from = 0;
    for (int i = 1; i <= text.length(); i++) {
      if (i == text.length() || isDigit(text.charAt(i)) != isDigit(text.charAt(i - 1))) {
        chunks.add(text.substring(from, i));
        from = i;
      }
    }
    return chunks;
  }

  private static int compareNumbers(String a, String b) {
    String x = a.replaceFirst("^0+(?=.)", "");
    String y = b.replaceFirst("^0+(?=.)", "");
    return x.length() != y.length() ? Integer.compare(x.length(), y.length()) : x.compareTo(y);
  }

  private static boolean isNumber(String chunk) {
    return isDigit(chunk.charAt(0));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
