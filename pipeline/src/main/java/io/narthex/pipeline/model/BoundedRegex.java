package io.narthex.pipeline.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Compiles regular expressions (RE2 syntax) of which nobody knows how large they are. Matching
 * takes linear time in any case, but repetitions inside each other multiply the program, classes
 * have tables, and the compiler takes time that grows with the square of the text. So its size and
 * its work are estimated, before it is compiled, from the text alone.
 */
public final class BoundedRegex {
  /** Most instructions of a program, estimated. */
  static final int MAX_SIZE = 300_000;

  /** Most ranges of characters in all classes of a program, estimated. */
  static final int MAX_RANGES = 2_000_000;

  /**
   * Most bytes that the compiler allocates, estimated, which take about as many nanoseconds. They
   * do not live long, but nothing can stop it meanwhile.
   */
  static final long MAX_WORK = 10_000_000_000L;

  /** Deepest nesting of groups; as in Go. */
  private static final int MAX_DEPTH = 1000;

  /** What an instruction takes, with its place in the two queues of a running match. */
  private static final long INSTRUCTION_BYTES = 88;

  /** What a character of the text takes while it is read. */
  private static final long CHARACTER_BYTES = 40;

  private static final long RANGE_BYTES = 8;

  /** Ranges of a class as \\pL that stands in a table, at most. */
  private static final int TABLE_RANGES = 700;

  /** Ranges of a class as \\w or [:alpha:], at most. */
  private static final int NAMED_RANGES = 5;

  /** Ranges of all letters that have another case, at most. */
  private static final int FOLDED_RANGES = 1500;

  /** Ranges of a letter and its other cases, at most. */
  private static final int CASES = 4;

  /** By the square of how many stand in a row. */
  private static final long WORK_OF_LITERAL = 2;

  /** By the square of how many alternatives a group has. */
  private static final long WORK_OF_ALTERNATIVE = 17;

  private static final int COPIES_OF_CLASS = 3;
  private static final int COPIES_OF_ESCAPE = 2;
  private static final int COPIES_OF_FLAGS = 3;

  private final String text;
  private int at;
  private boolean folds;
  private long ranges;
  private long work;

  private BoundedRegex(String text) {
    this.text = text;
  }

  /**
   * Compiles an expression that must match a whole text, in which a dot stands for any character.
   *
   * @throws PatternSyntaxException if it is faulty or too large
   */
  public static Pattern whole(String expression) {
    return whole(expression, ReadingBudget.unwatched());
  }

  /**
   * As above.
   *
   * @param budget what it is counted against before it is compiled
   */
  public static Pattern whole(String expression, ReadingBudget budget) {
    budget.regex(expression);
    return Pattern.compile("^(?s:" + expression + ")$");
  }

  /**
   * What an expression takes once it is compiled, estimated.
   *
   * @throws PatternSyntaxException if it is too large
   */
  public static long bytes(String expression) {
    var regex = new BoundedRegex(expression);
    long size = regex.sequence(0);
    if (size > MAX_SIZE) {
      throw new PatternSyntaxException(
          "expression is too large: it takes more than " + MAX_SIZE + " instructions");
    }
    if (regex.ranges > MAX_RANGES) {
      throw new PatternSyntaxException(
          "expression is too large: its classes have more than " + MAX_RANGES + " ranges");
    }
    if (regex.work > MAX_WORK) {
      throw new PatternSyntaxException(
          "expression is too large: it has too many characters, classes and groups in a row, and"
              + " would take too long to compile");
    }
    return INSTRUCTION_BYTES * size
        + CHARACTER_BYTES * expression.length()
        + RANGE_BYTES * regex.ranges;
  }

  private boolean isTooLarge(long total) {
    return total > MAX_SIZE || ranges > MAX_RANGES || work > MAX_WORK;
  }

  /** The size of what stands up to the end of the group; stops early where it is too large. */
  private long sequence(int depth) {
    long total = 0;
    long last = 0;
    long literals = 0; // in a row
    long alternatives = 0; // that are more than literals
    while (at < text.length() && !isTooLarge(total)) {
      char c = text.charAt(at++);
      long before = ranges;
      int added = 1;
      switch (c) {
        case '(' -> {
          readFlags();
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
          copyRest(COPIES_OF_CLASS);
          readClass();
          last = 1;
          total++;
        }
        case '|' -> {
          if (last > 0 && literals == 0) {
            work += WORK_OF_ALTERNATIVE * 2 * ++alternatives;
          }
          last = 0;
          total++;
        }
        case '\\' -> {
          copyRest(COPIES_OF_ESCAPE);
          added = skipEscape();
          last = 1;
          total += added;
        }
        default -> {
          last = 1;
          total++;
        }
      }
      boolean isLiteral = "([|*+?{".indexOf(c) < 0 && ranges == before;
      literals = isLiteral ? literals + added : 0;
      work += isLiteral ? WORK_OF_LITERAL * 2 * literals * added : 0;
    }
    return total;
  }

  /** The compiler copies what it has not read yet. */
  private void copyRest(int times) {
    work += (long) times * (text.length() - at);
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

  /** Whether letters stand for all their cases from here on; they are taken to do so to the end. */
  private void readFlags() {
    if (at >= text.length() || text.charAt(at) != '?') {
      copyRest(1);
      return;
    }
    copyRest(COPIES_OF_FLAGS);
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'i') {
        folds = true;
      } else if (c != 's' && c != 'm' && c != 'U' && c != '-') {
        return;
      }
    }
  }

  /** Passes a class, and counts its ranges. */
  private void readClass() {
    ranges++;
    if (at < text.length() && text.charAt(at) == '^') {
      at++;
    }
    boolean first = true;
    int low = -1; // of a range whose dash was read
    int previous = -1;
    while (at < text.length() && (first || text.charAt(at) != ']')) {
      first = false;
      char c = text.charAt(at);
      if (text.startsWith("[:", at)) {
        int end = text.indexOf(":]", at + 2);
        at = end < 0 ? at + 2 : end + 2;
        ranges += folds ? CASES * NAMED_RANGES : NAMED_RANGES;
        low = -1;
        previous = -1;
      } else if (c == '-' && previous >= 0 && low < 0) {
        at++;
        low = previous;
      } else {
        int high = c == '\\' ? Character.MAX_CODE_POINT : c;
        at++;
        if (c == '\\') {
          copyRest(COPIES_OF_ESCAPE);
          skipEscape();
        }
        ranges += !folds ? 1 : low < 0 ? CASES : Math.min(FOLDED_RANGES, Math.abs(high - low) + 1);
        previous = low < 0 ? (c == '\\' ? 0 : c) : -1;
        low = -1;
      }
    }
    at++;
  }

  /** Passes an escape, and says how many characters it stands for; counts the ranges of a class. */
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
    boolean table = kind == 'p' || kind == 'P';
    if ((table || kind == 'x') && at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      at = end < 0 ? text.length() : end + 1;
    }
    if (table) {
      ranges += folds ? 2 * TABLE_RANGES : TABLE_RANGES;
    } else if ("dDsSwW".indexOf(kind) >= 0) {
      ranges += folds ? CASES * NAMED_RANGES : NAMED_RANGES;
    }
    return 1;
  }
}
