package io.narthex.operators.template.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Text to tokens. Outside of actions there is only text; inside, blanks are tokens since they
 * divide operands. The last token is the end of the text or an error.
 */
final class Lexer {
  private static final String LEFT = "{{";
  private static final String RIGHT = "}}";
  private static final Map<String, TokenType> WORDS =
      Map.ofEntries(
          Map.entry(".", TokenType.DOT),
          Map.entry("block", TokenType.BLOCK),
          Map.entry("break", TokenType.BREAK),
          Map.entry("continue", TokenType.CONTINUE),
          Map.entry("define", TokenType.DEFINE),
          Map.entry("else", TokenType.ELSE),
          Map.entry("end", TokenType.END),
          Map.entry("if", TokenType.IF),
          Map.entry("nil", TokenType.NIL),
          Map.entry("range", TokenType.RANGE),
          Map.entry("template", TokenType.TEMPLATE),
          Map.entry("with", TokenType.WITH));
  private static final int NONE = -1;

  private final String input;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int start;
  private int startLine = 1;
  private int depth;
  private boolean failed;

  private Lexer(String input) {
    this.input = input;
  }

  static List<Token> tokens(String input) {
    var lexer = new Lexer(input);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (!failed) {
      int action = input.indexOf(LEFT, at);
      if (action < 0) {
        at = input.length();
        emitText(at);
        emit(TokenType.END_OF_TEXT);
        return;
      }
      at = action;
      boolean trims = hasLeftTrim(action + 2);
      emitText(trims ? withoutTrailingSpace(action) : action);
      skip(action);
      leftDelimiter(trims);
    }
  }

  private void emitText(int end) {
    if (end > start) {
      int saved = at;
      at = end;
      emit(TokenType.TEXT);
      at = saved;
    }
  }

  private int withoutTrailingSpace(int end) {
    int to = end;
    while (to > start && isSpace(input.charAt(to - 1))) {
      to--;
    }
    return to;
  }

  private void leftDelimiter(boolean trims) {
    int after = at + LEFT.length() + (trims ? 2 : 0);
    if (input.startsWith("/*", after)) {
      skip(after);
      comment();
      return;
    }
    at += LEFT.length();
    emit(TokenType.LEFT_DELIMITER);
    skip(after);
    depth = 0;
    insideAction();
  }

  private void comment() {
    int end = input.indexOf("*/", at);
    if (end < 0) {
      fail("unclosed comment");
      return;
    }
    at = end + 2;
    boolean trims = hasRightTrim(at);
    if (!trims && !input.startsWith(RIGHT, at)) {
      fail("comment ends before closing delimiter");
      return;
    }
    at += RIGHT.length() + (trims ? 2 : 0);
    skip(trims ? afterSpace(at) : at);
  }

  private int afterSpace(int from) {
    int to = from;
    while (to < input.length() && isSpace(input.charAt(to))) {
      to++;
    }
    return to;
  }

  private void insideAction() {
    while (!failed) {
      boolean trims = hasRightTrim(at);
      if (trims || input.startsWith(RIGHT, at)) {
        if (depth > 0) {
          fail("unclosed left paren");
          return;
        }
        skip(trims ? at + 2 : at);
        at += RIGHT.length();
        emit(TokenType.RIGHT_DELIMITER);
        if (trims) {
          skip(afterSpace(at));
        }
        return;
      }
      if (at >= input.length()) {
        fail("unclosed action");
        return;
      }
      inner(input.codePointAt(at));
    }
  }

  private void inner(int c) {
    if (isSpace(c)) {
      while (at < input.length() && isSpace(input.charAt(at)) && !hasRightTrim(at)) {
        at++;
      }
      emit(TokenType.SPACE);
      return;
    }
    at += Character.charCount(c);
    switch (c) {
      case '=' -> emit(TokenType.ASSIGN);
      case ':' -> {
        if (peek() != '=') {
          fail("expected :=");
          return;
        }
        at++;
        emit(TokenType.DECLARE);
      }
      case '|' -> emit(TokenType.PIPE);
      case '"' -> quoted('"', TokenType.STRING, "unterminated quoted string");
      case '`' -> rawString();
      case '\'' -> quoted('\'', TokenType.CHARACTER_CONSTANT, "unterminated character constant");
      case '$' -> fieldOrVariable(TokenType.VARIABLE);
      case '.' -> {
        if (isDigit(peek())) {
          at--;
          number();
        } else {
          fieldOrVariable(TokenType.FIELD);
        }
      }
      case '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        at--;
        number();
      }
      case '(' -> {
        emit(TokenType.LEFT_PAREN);
        depth++;
      }
      case ')' -> {
        depth--;
        if (depth < 0) {
          fail("unexpected right paren");
          return;
        }
        emit(TokenType.RIGHT_PAREN);
      }
      default -> {
        if (isAlphanumeric(c)) {
          identifier();
        } else if (c > ' ' && c < 0x7F) {
          emit(TokenType.CHARACTER);
        } else {
          fail("unrecognized character in action: " + Quoting.unicode(c));
        }
      }
    }
  }

  private void identifier() {
    alphanumerics();
    if (!atTerminator()) {
      fail("bad character " + Quoting.unicode(peek()));
      return;
    }
    String word = input.substring(start, at);
    TokenType type = WORDS.get(word);
    if (type == null) {
      type = word.equals("true") || word.equals("false") ? TokenType.BOOL : TokenType.IDENTIFIER;
    }
    emit(type);
  }

  private void fieldOrVariable(TokenType type) {
    if (atTerminator()) {
      emit(type == TokenType.VARIABLE ? TokenType.VARIABLE : TokenType.DOT);
      return;
    }
    alphanumerics();
    if (atTerminator()) {
      emit(type);
    } else {
      fail("bad character " + Quoting.unicode(peek()));
    }
  }

  private void alphanumerics() {
    while (at < input.length() && isAlphanumeric(input.codePointAt(at))) {
      at += Character.charCount(input.codePointAt(at));
    }
  }

  private boolean atTerminator() {
    int c = peek();
    return c == NONE || isSpace(c) || ".,|:()".indexOf(c) >= 0 || input.startsWith(RIGHT, at);
  }

  private void quoted(int end, TokenType type, String unterminated) {
    while (true) {
      int c = peek();
      if (c == '\\') {
        at++;
        c = peek();
        if (c == NONE || c == '\n') {
          fail(unterminated);
          return;
        }
        at++;
        continue;
      }
      if (c == NONE || c == '\n') {
        fail(unterminated);
        return;
      }
      at++;
      if (c == end) {
        emit(type);
        return;
      }
    }
  }

  private void rawString() {
    int end = input.indexOf('`', at);
    if (end < 0) {
      fail("unterminated raw quoted string");
      return;
    }
    at = end + 1;
    emit(TokenType.RAW_STRING);
  }

  private void number() {
    scanNumber();
    if (isAlphanumeric(peek())) {
      at += Character.charCount(peek());
      fail("bad number syntax: " + Quoting.quote(input.substring(start, at)));
      return;
    }
    emit(TokenType.NUMBER);
  }

  private void scanNumber() {
    accept("+-");
    String digits = "0123456789_";
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
      } else if (accept("oO")) {
        digits = "01234567_";
      } else if (accept("bB")) {
        digits = "01_";
      }
    }
    acceptAll(digits);
    if (accept(".")) {
      acceptAll(digits);
    }
    boolean exponent =
        digits.length() == 11 && accept("eE") || digits.length() == 23 && accept("pP");
    if (exponent) {
      accept("+-");
      acceptAll("0123456789_");
    }
    accept("i");
  }

  private boolean accept(String valid) {
    int c = peek();
    if (c != NONE && valid.indexOf(c) >= 0) {
      at++;
      return true;
    }
    return false;
  }

  private void acceptAll(String valid) {
    while (accept(valid)) {}
  }

  private int peek() {
    return at < input.length() ? input.codePointAt(at) : NONE;
  }

  /** Whether a minus and a blank stand there, behind an opening delimiter. */
  private boolean hasLeftTrim(int position) {
    return position + 1 < input.length()
        && input.charAt(position) == '-'
        && isSpace(input.charAt(position + 1));
  }

  /** Whether a blank, a minus and a closing delimiter stand there. */
  private boolean hasRightTrim(int position) {
    return position < input.length()
        && isSpace(input.charAt(position))
        && input.startsWith("-" + RIGHT, position + 1);
  }

  private void emit(TokenType type) {
    tokens.add(new Token(type, input.substring(start, at), start, startLine));
    skip(at);
  }

  /** Lets the next token begin at a position. */
  private void skip(int position) {
    for (int i = start; i < position; i++) {
      if (input.charAt(i) == '\n') {
        startLine++;
      }
    }
    start = position;
    at = position;
  }

  private void fail(String message) {
    tokens.add(new Token(TokenType.ERROR, message, start, startLine));
    failed = true;
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isAlphanumeric(int c) {
    return c == '_' || (c >= 0 && Character.isLetterOrDigit(c));
  }
}
