package io.narthex.pipeline.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Compiles regular expressions (RE2 syntax) of which nobody knows how large they are. Matching
 * takes linear time in any case, but repetitions inside each other multiply the program, so its
 * size is estimated, before it is compiled, from the text alone.
 */
public final class BoundedRegex {
  /** Most instructions of a program, estimated; some dozen bytes each. */
  static final int MAX_SIZE = 300_000;

  /** Deepest nesting of groups; as in Go. */
  private static final int MAX_DEPTH = 1000;

  private final String text;
  private int at;

  private BoundedRegex(String text) {
    this.text = text;
  }

  /**
   * Compiles an expression that must match a whole text, in which a dot stands for any character.
   *
   * @throws PatternSyntaxException if it is faulty or too large
   */
  public static Pattern whole(String expression) {
    check(expression);
    return Pattern.compile("^(?s:" + expression + ")$");
  }

  /**
   * Checks the size of an expression.
   *
   * @throws PatternSyntaxException if it is too large
   */
  static void check(String expression) {
    long size = new BoundedRegex(expression).sequence(0);
    if (size > MAX_SIZE) {
      throw new PatternSyntaxException(
          "expression is too large: it takes more than " + MAX_SIZE + " instructions");
    }
  }

  /** The size of what stands up to the end of the group; stops early where it is too large. */
  private long sequence(int depth) {
    long total = 0;
    long last = 0;
    while (at < text.length() && total <= MAX_SIZE) {
      char c = text.charAt(at++);
      switch (c) {
        case '(' -> {
          last = depth < MAX_DEPTH ? 2 + sequence(depth + 1) : MAX_SIZE + 1L;
          total += last;
        }
        case ')' -> {
          return total;
        }
        case '*', '+', '?' -> {
          last++;
          total++;
        }
        case '{' -> {
          long times = repetitions();
          total += last * (times - 1);
          last *= times;
        }
        case '[' -> {
          skipClass();
          last = 1;
          total++;
        }
        case '\\' -> {
          int literal = skipEscape();
          last = 1;
          total += literal;
        }
        default -> {
          last = 1;
          total++;
        }
      }
    }
    return total;
  }

  /** How often the braces repeat what stands before them; once if they are no repetition. */
  private long repetitions() {
    int close = text.indexOf('}', at);
    if (close < 0 || close - at > 20) {
      return 1;
    }
    long most = 0;
    long number = 0;
    for (int i = at; i < close; i++) {
      char c = text.charAt(i);
      if (c == ',') {
        number = 0;
      } else if (c >= '0' && c <= '9') {
        number = Math.min(MAX_SIZE, 10 * number + c - '0');
        most = Math.max(most, number);
      } else {
        return 1;
      }
    }
    at = close + 1;
    return Math.max(1, most + 1);
  }

  private void skipClass() {
    if (at < text.length() && text.charAt(at) == '^') {
      at++;
    }
    boolean first = true;
    while (at < text.length() && (first || text.charAt(at) != ']')) {
      first = false;
      if (text.startsWith("[:", at)) {
        int end = text.indexOf(":]", at + 2);
        at = end < 0 ? at + 2 : end + 2;
      } else {
        at += text.charAt(at) == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  /** Passes an escape, and says how many characters it stands for. */
  private int skipEscape() {
    if (at >= text.length()) {
      return 0;
    }
    char kind = text.charAt(at++);
    if (kind == 'Q') {
      int end = text.indexOf("\\E", at);
      int from = at;
      at = end < 0 ? text.length() : end + 2;
      return Math.max(1, (end < 0 ? text.length() : end) - from);
    }
    boolean braces = kind == 'p' || kind == 'P' || kind == 'x';
    if (braces && at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      at = end < 0 ? text.length() : end + 1;
    }
    return 1;
  }
}
