package io.narthex.query.promql.parse;

import static io.narthex.query.promql.parse.TokenType.ADD;
import static io.narthex.query.promql.parse.TokenType.AT;
import static io.narthex.query.promql.parse.TokenType.COLON;
import static io.narthex.query.promql.parse.TokenType.COMMA;
import static io.narthex.query.promql.parse.TokenType.DIV;
import static io.narthex.query.promql.parse.TokenType.DURATION;
import static io.narthex.query.promql.parse.TokenType.END;
import static io.narthex.query.promql.parse.TokenType.EQL;
import static io.narthex.query.promql.parse.TokenType.EQLC;
import static io.narthex.query.promql.parse.TokenType.EQL_REGEX;
import static io.narthex.query.promql.parse.TokenType.ERROR;
import static io.narthex.query.promql.parse.TokenType.GTE;
import static io.narthex.query.promql.parse.TokenType.GTR;
import static io.narthex.query.promql.parse.TokenType.IDENTIFIER;
import static io.narthex.query.promql.parse.TokenType.LEFT_BRACE;
import static io.narthex.query.promql.parse.TokenType.LEFT_BRACKET;
import static io.narthex.query.promql.parse.TokenType.LEFT_PAREN;
import static io.narthex.query.promql.parse.TokenType.LSS;
import static io.narthex.query.promql.parse.TokenType.LTE;
import static io.narthex.query.promql.parse.TokenType.METRIC_IDENTIFIER;
import static io.narthex.query.promql.parse.TokenType.MOD;
import static io.narthex.query.promql.parse.TokenType.MUL;
import static io.narthex.query.promql.parse.TokenType.NEQ;
import static io.narthex.query.promql.parse.TokenType.NEQ_REGEX;
import static io.narthex.query.promql.parse.TokenType.NUMBER;
import static io.narthex.query.promql.parse.TokenType.POW;
import static io.narthex.query.promql.parse.TokenType.RIGHT_BRACE;
import static io.narthex.query.promql.parse.TokenType.RIGHT_BRACKET;
import static io.narthex.query.promql.parse.TokenType.RIGHT_PAREN;
import static io.narthex.query.promql.parse.TokenType.STRING;
import static io.narthex.query.promql.parse.TokenType.SUB;
import static io.narthex.query.promql.parse.TokenType.TRIM_LOWER;
import static io.narthex.query.promql.parse.TokenType.TRIM_UPPER;

/**
 * Cuts a query into tokens, one at a time. What a character means depends on where it stands:
 * inside braces all words are identifiers; after a left bracket, before the first number, only
 * duration expressions are understood; elsewhere a colon belongs to a name unless a bracket is
 * open.
 *
 * <p>{@link #next} leaves the token between {@code start} and {@code pos}. After {@link
 * TokenType#ERROR} nothing more can be read.
 */
final class Lexer extends ByteScanner {
  private int parenDepth;
  private boolean braceOpen;
  private boolean bracketOpen;
  private boolean expectDuration;
  private boolean gotDuration;
  private boolean gotColon;
  private String error = "";

  Lexer(byte[] query) {
    super(query);
  }

  /** What is wrong, after {@link TokenType#ERROR}. */
  String error() {
    return error;
  }

  /** Reads the next token; comments and white space are skipped. */
  TokenType next() {
    skipSpaces();
    while (!expectDuration && peek() == '#') {
      while (peek() != '\n' && peek() != '\r' && peek() != END_OF_INPUT) {
        pos++;
      }
      skipSpaces();
    }
    if (braceOpen) {
      return insideBraces();
    }
    return expectDuration ? durationExpression() : statement();
  }

  private TokenType statement() {
    int c = take();
    return switch (c) {
      case END_OF_INPUT -> endOfStatement();
      case ',' -> COMMA;
      case '*', '/', '%', '+', '-', '^' -> arithmetic(c);
      case '@' -> AT;
      case '=' -> equals();
      case '!' -> {
        int second = take();
        yield second == '=' ? NEQ : unexpectedAfter('!', "", second);
      }
      case '<' -> accept("=") ? LTE : accept("/") ? TRIM_UPPER : LSS;
      case '>' -> accept("=") ? GTE : accept("/") ? TRIM_LOWER : GTR;
      case '"', '\'', '`' -> string(c);
      case '(' -> openParen();
      case ')' -> closeParen();
      case '{' -> {
        braceOpen = true;
        yield LEFT_BRACE;
      }
      case '[' -> openBracket();
      case ']' -> closeBracket();
      default -> statementWord(c);
    };
  }

  private TokenType statementWord(int c) {
    if (isDigit(c) || (c == '.' && isDigit(peek()))) {
      pos = start;
      return numberOrDuration();
    }
    if (!isAlpha(c) && c != ':') {
      return fail("unexpected character: " + GoText.quoteCharacter(c));
    }
    return bracketOpen ? wordInBracket(c) : keywordOrIdentifier();
  }

  private TokenType wordInBracket(int c) {
    if (c == ':') {
      if (gotColon) {
        return fail("unexpected colon ':'");
      }
      gotColon = true;
      return COLON;
    }
    TokenType function = durationFunction();
    return function == ERROR
        ? fail("unexpected character: " + GoText.quoteCharacter(c) + ", expected ':'")
        : function;
  }

  private TokenType keywordOrIdentifier() {
    boolean colon = input[start] == ':';
    while (isAlphaNumeric(peek()) || peek() == ':') {
      colon |= peek() == ':';
      pos++;
    }
    TokenType word = colon ? null : TokenType.ofWord(text());
    if (word == null) {
      return colon ? METRIC_IDENTIFIER : IDENTIFIER;
    }
    return switch (word) {
      case FILL, FILL_LEFT, FILL_RIGHT -> followedByParen() ? word : IDENTIFIER;
      default -> word;
    };
  }

  private TokenType durationExpression() {
    int c = take();
    if (isDigit(c) || (c == '.' && isDigit(peek()))) {
      pos = start;
      expectDuration = false;
      gotDuration = true;
      return numberOrDuration();
    }
    return switch (c) {
      case END_OF_INPUT -> fail("unexpected end of input in duration expression");
      case ']' -> closeBracket();
      case ':' -> colonInDuration();
      case '(' -> openParen();
      case ')' -> closeParen();
      case '*', '/', '%', '+', '-', '^' -> arithmetic(c);
      case ',' -> COMMA;
      default -> {
        TokenType function = isAlpha(c) ? durationFunction() : ERROR;
        yield function == ERROR
            ? fail("unexpected character in duration expression: " + GoText.quoteCharacter(c))
            : function;
      }
    };
  }

  private TokenType colonInDuration() {
    start = pos;
    if (!gotDuration) {
      return fail("unexpected colon before duration in duration expression");
    }
    if (gotColon) {
      return fail("unexpected repeated colon in duration expression");
    }
    start = pos - 1;
    gotColon = true;
    return COLON;
  }

  private TokenType durationFunction() {
    while (isAlpha(peek())) {
      pos++;
    }
    TokenType word = TokenType.ofWord(text());
    if (word == null) {
      return ERROR;
    }
    return switch (word) {
      case STEP, RANGE, MIN_OF, MAX_OF -> {
        gotDuration = true;
        yield word;
      }
      default -> ERROR;
    };
  }

  private TokenType insideBraces() {
    int c = take();
    return switch (c) {
      case END_OF_INPUT -> fail("unexpected end of input inside braces");
      case ',' -> COMMA;
      case '"', '\'', '`' -> string(c);
      case '=' -> accept("~") ? EQL_REGEX : EQL;
      case '!' -> {
        int second = take();
        yield second == '~'
            ? NEQ_REGEX
            : second == '=' ? NEQ : unexpectedAfter('!', " inside braces", second);
      }
      case '{' -> fail("unexpected left brace '{'");
      case '}' -> {
        braceOpen = false;
        yield RIGHT_BRACE;
      }
      default -> {
        if (!isAlpha(c)) {
          yield fail("unexpected character inside braces: " + GoText.quoteCharacter(c));
        }
        while (isAlphaNumeric(peek())) {
          pos++;
        }
        yield IDENTIFIER;
      }
    };
  }

  private TokenType endOfStatement() {
    if (parenDepth > 0) {
      return fail("unclosed left parenthesis");
    }
    return bracketOpen ? fail("unclosed left bracket") : END;
  }

  private TokenType equals() {
    if (peek() == '~') {
      return unexpectedAfter('=', "", '~');
    }
    return accept("=") ? EQLC : EQL;
  }

  private TokenType openParen() {
    parenDepth++;
    return LEFT_PAREN;
  }

  private TokenType closeParen() {
    parenDepth--;
    if (parenDepth < 0) {
      start = pos;
      return fail("unexpected right parenthesis ')'");
    }
    return RIGHT_PAREN;
  }

  private TokenType openBracket() {
    if (bracketOpen) {
      return fail("unexpected left bracket '['");
    }
    bracketOpen = true;
    expectDuration = true;
    gotDuration = false;
    gotColon = false;
    return LEFT_BRACKET;
  }

  private TokenType closeBracket() {
    if (!bracketOpen) {
      return fail("unexpected right bracket ']'");
    }
    bracketOpen = false;
    expectDuration = false;
    return RIGHT_BRACKET;
  }

  private TokenType string(int quote) {
    String problem = StringScanner.rest(this, quote);
    return problem == null ? STRING : fail(problem);
  }

  private TokenType numberOrDuration() {
    if (NumberScanner.number(this, false)) {
      return NUMBER;
    }
    return NumberScanner.duration(this)
        ? DURATION
        : fail("bad number or duration syntax: " + GoText.quote(text()));
  }

  private static TokenType arithmetic(int c) {
    return switch (c) {
      case '*' -> MUL;
      case '/' -> DIV;
      case '%' -> MOD;
      case '+' -> ADD;
      case '-' -> SUB;
      default -> POW;
    };
  }

  private boolean followedByParen() {
    int at = pos;
    while (at < input.length && isSpace(input[at])) {
      at++;
    }
    return at < input.length && input[at] == '(';
  }

  private TokenType unexpectedAfter(char first, String where, int second) {
    return fail(
        "unexpected character after '"
            + first
            + "'"
            + where
            + ": "
            + GoText.quoteCharacter(second));
  }

  private TokenType fail(String message) {
    error = message;
    return ERROR;
  }
}
