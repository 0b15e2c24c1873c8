package io.narthex.operators.template.page;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Where one stands in a script, followed character by character. Whether a slash divides or begins
 * a regular expression is told by what stands before it, as far as that goes without a parser:
 * after a closing brace it begins one.
 */
final class Script {
  private static final String COMMENT_OF_HTML = "<!--";
  private static final String BEFORE_EXPRESSION = ",<>=*%&|^?!~([:;{}";
  private static final Set<String> WORDS_BEFORE_EXPRESSION =
      Set.of(
          "await",
          "break",
          "case",
          "continue",
          "delete",
          "do",
          "else",
          "finally",
          "in",
          "instanceof",
          "new",
          "of",
          "return",
          "throw",
          "try",
          "typeof",
          "void",
          "yield");
  private static final Set<String> WORDS_BEFORE_CONDITION = Set.of("for", "if", "while", "with");

  /** What a character is part of. */
  enum Place {
    CODE,
    /** In single or double quotes. */
    TEXT,
    /** In back quotes. */
    TEMPLATE,
    PATTERN,
    LINE_COMMENT,
    COMMENT
  }

  private Place place = Place.CODE;
  private char quote;
  private boolean escaped;
  private boolean carriageReturn;
  private boolean inClass;
  private boolean starBefore;
  private boolean slash;
  private boolean dollar;
  private int ofComment;

  /** The last character of code that is no blank; 0 at the beginning. */
  private char last;

  /** How often it stands there in a row. */
  private int run;

  private final StringBuilder word = new StringBuilder();
  private boolean wordOpen;
  private boolean wordIsMember;
  private boolean afterCondition;

  /** For each open parenthesis, whether it holds the condition of a statement. */
  private final Deque<Boolean> parentheses = new ArrayDeque<>();

  /** For each open expression in a template, how many braces are open in it. */
  private final Deque<Integer> expressions = new ArrayDeque<>();

  void feed(char c) {
    switch (place) {
      case CODE -> code(c);
      case TEXT -> text(c);
      case TEMPLATE -> template(c);
      case PATTERN -> pattern(c);
      case LINE_COMMENT -> {
        if (isLineEnd(c)) {
          place = Place.CODE;
        }
      }
      case COMMENT -> {
        if (starBefore && c == '/') {
          place = Place.CODE;
        }
        starBefore = c == '*';
      }
    }
  }

  Place place() {
    return place;
  }

  /** Whether the next character is behind a backslash. */
  boolean escaped() {
    return escaped;
  }

  /** Whether what comes next would belong to a pattern that a slash has just begun. */
  boolean atPattern() {
    return slash && slashBeginsPattern();
  }

  /** A value stands here as an expression. */
  void value() {
    if (place == Place.CODE) {
      slash = false;
      operand();
    }
    carriageReturn = false;
    dollar = false;
  }

  private void code(char c) {
    if (slash) {
      slash = false;
      if (c == '/') {
        place = Place.LINE_COMMENT;
        return;
      }
      if (c == '*') {
        place = Place.COMMENT;
        starBefore = false;
        return;
      }
      if (slashBeginsPattern()) {
        place = Place.PATTERN;
        inClass = false;
        pattern(c);
        return;
      }
      significant('*'); // it divides, which is like any other operator
    }
    ofComment =
        ofComment > 0 && c == COMMENT_OF_HTML.charAt(ofComment) ? ofComment + 1 : c == '<' ? 1 : 0;
    if (ofComment == COMMENT_OF_HTML.length()) {
      ofComment = 0;
      place = Place.LINE_COMMENT;
      return;
    }
    switch (c) {
      case '/' -> slash = true;
      case '"', '\'' -> {
        place = Place.TEXT;
        quote = c;
      }
      case '`' -> template();
      case '(' -> {
        parentheses.push(
            wordLast() && !wordIsMember && WORDS_BEFORE_CONDITION.contains(word.toString()));
        significant(c);
      }
      case ')' -> {
        boolean condition = !parentheses.isEmpty() && parentheses.pop();
        significant(c);
        afterCondition = condition;
      }
      case '{' -> {
        braces(1);
        significant(c);
      }
      case '}' -> {
        if (!expressions.isEmpty() && expressions.peek() == 0) {
          expressions.pop();
          template();
        } else {
          braces(-1);
          significant(c);
        }
      }
      default -> {
        if (isBlank(c)) {
          wordOpen = false;
          run = 0;
        } else {
          significant(c);
        }
      }
    }
  }

  private void template() {
    place = Place.TEMPLATE;
    dollar = false;
  }

  private void braces(int more) {
    if (!expressions.isEmpty()) {
      expressions.push(expressions.pop() + more);
    }
  }

  private void significant(char c) {
    afterCondition = false;
    if (isOfWord(c)) {
      if (!wordOpen) {
        word.setLength(0);
        wordIsMember = last == '.';
        wordOpen = true;
      }
      if (word.length() < 32) { // longer than any word that matters
        word.append(c);
      }
    } else {
      wordOpen = false;
    }
    run = c == last ? run + 1 : 1;
    last = c;
  }

  /** Something that has a value ended. */
  private void operand() {
    significant(')');
    wordOpen = false;
  }

  private boolean wordLast() {
    return last != 0 && isOfWord(last);
  }

  private boolean slashBeginsPattern() {
    if (last == 0) {
      return true;
    }
    if (last == ')') {
      return afterCondition;
    }
    if (last == '+' || last == '-') {
      return run % 2 == 1; // two of them belong to the operand before
    }
    if (last == '.') {
      return word.length() == 0 || !Character.isDigit(word.charAt(0));
    }
    if (wordLast()) {
      return !wordIsMember && WORDS_BEFORE_EXPRESSION.contains(word.toString());
    }
    return BEFORE_EXPRESSION.indexOf(last) >= 0;
  }

  private void text(char c) {
    if (carriageReturn && c == '\n') {
      carriageReturn = false;
      return;
    }
    carriageReturn = false;
    if (escaped) {
      escaped = false;
      carriageReturn = c == '\r';
    } else if (c == '\\') {
      escaped = true;
    } else if (c == quote || c == '\n' || c == '\r') {
      place = Place.CODE;
      operand();
    }
  }

  private void template(char c) {
    boolean afterDollar = dollar;
    dollar = false;
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '`') {
      place = Place.CODE;
      operand();
    } else if (c == '{' && afterDollar) {
      expressions.push(0);
      place = Place.CODE;
      significant('(');
    } else {
      dollar = c == '$';
    }
  }

  private void pattern(char c) {
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '[') {
      inClass = true;
    } else if (c == ']') {
      inClass = false;
    } else if (c == '/' && !inClass || isLineEnd(c)) {
      place = Place.CODE;
      operand();
    }
  }

  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '#';
  }

  private static boolean isBlank(char c) {
    return c <= ' ' || c == 0xA0 || c == 0xFEFF || Character.isWhitespace(c);
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029';
  }
}
