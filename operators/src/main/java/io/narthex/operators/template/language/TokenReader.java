package io.narthex.operators.template.language;

import java.util.List;

/** The tokens of a template, with a place among them to which faults belong. */
final class TokenReader {
  private static final int MAX_DEPTH = 200;

  private final String name;
  private final List<Token> tokens;
  private int next;
  private int actionLine;
  private int depth;

  /**
   * Reads a text.
   *
   * @param name of the template, for faults
   */
  TokenReader(String name, String text) {
    this.name = name;
    tokens = Lexer.tokens(text);
  }

  /** The line in which the action begins whose tokens come now; 0 outside of actions. */
  void actionLine(int line) {
    actionLine = line;
  }

  /** Where the reader is, for {@link #reset}. */
  int mark() {
    return next;
  }

  void reset(int mark) {
    next = mark;
  }

  /** Goes back by one token. */
  void back() {
    next--;
  }

  /** Goes over the token that was peeked at. */
  void skip() {
    next++;
  }

  /** Begins something that may hold more of its kind. */
  void enter() {
    depth++;
    if (depth > MAX_DEPTH) {
      throw fault("max expression depth exceeded");
    }
  }

  void leave() {
    depth--;
  }

  Token take() {
    Token token = tokens.get(next);
    if (next < tokens.size() - 1) {
      next++;
    } else {
      // The last one, an error or the end, is there for good; stepping back finds it again.
      tokens.add(token);
      next++;
    }
    return token;
  }

  Token peek() {
    return tokens.get(next);
  }

  Token nextNonSpace() {
    Token token = take();
    while (token.type() == TokenType.SPACE) {
      token = take();
    }
    return token;
  }

  Token peekNonSpace() {
    while (peek().type() == TokenType.SPACE) {
      next++;
    }
    return peek();
  }

  Token expect(TokenType type, String context) {
    Token token = nextNonSpace();
    if (token.type() != type) {
      throw unexpected(token, context);
    }
    return token;
  }

  TemplateException unexpected(Token token, String context) {
    if (token.type() != TokenType.ERROR) {
      return fault("unexpected " + token.describe() + " in " + context);
    }
    String extra = "";
    if (actionLine != 0 && actionLine != token.line()) {
      extra =
          (token.text().endsWith(" action") ? "" : " in action")
              + " started at "
              + name
              + ":"
              + actionLine;
    }
    return fault(token.text() + extra);
  }

  TemplateException fault(String message) {
    int line = tokens.get(Math.max(0, Math.min(next, tokens.size()) - 1)).line();
    return new TemplateException("template: " + name + ":" + line + ": " + message, line);
  }
}
