package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.BinaryOp;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the lexer tells apart. */
enum TokenType {
  END(Kind.LITERAL, "end of input"),
  /** The lexer cannot go on; its message says why. */
  ERROR(Kind.LITERAL, "error"),
  IDENTIFIER(Kind.LITERAL, "identifier"),
  METRIC_IDENTIFIER(Kind.LITERAL, "metric identifier"),
  STRING(Kind.LITERAL, "string"),
  NUMBER(Kind.LITERAL, "number"),
  DURATION(Kind.LITERAL, "duration"),

  LEFT_PAREN(Kind.PUNCTUATION, "("),
  RIGHT_PAREN(Kind.PUNCTUATION, ")"),
  LEFT_BRACE(Kind.PUNCTUATION, "{"),
  RIGHT_BRACE(Kind.PUNCTUATION, "}"),
  LEFT_BRACKET(Kind.PUNCTUATION, "["),
  RIGHT_BRACKET(Kind.PUNCTUATION, "]"),
  COMMA(Kind.PUNCTUATION, ","),
  COLON(Kind.PUNCTUATION, ":"),
  EQL(Kind.PUNCTUATION, "="),

  ADD(BinaryOp.ADD, Precedence.ADDITIVE),
  SUB(BinaryOp.SUB, Precedence.ADDITIVE),
  MUL(BinaryOp.MUL, Precedence.MULTIPLICATIVE),
  DIV(BinaryOp.DIV, Precedence.MULTIPLICATIVE),
  MOD(BinaryOp.MOD, Precedence.MULTIPLICATIVE),
  ATAN2(BinaryOp.ATAN2, Precedence.MULTIPLICATIVE),
  POW(BinaryOp.POW, Precedence.POWER),
  EQLC(BinaryOp.EQUAL, Precedence.COMPARISON),
  NEQ(BinaryOp.NOT_EQUAL, Precedence.COMPARISON),
  LTE(BinaryOp.LESS_OR_EQUAL, Precedence.COMPARISON),
  LSS(BinaryOp.LESS, Precedence.COMPARISON),
  GTE(BinaryOp.GREATER_OR_EQUAL, Precedence.COMPARISON),
  GTR(BinaryOp.GREATER, Precedence.COMPARISON),
  TRIM_UPPER(BinaryOp.TRIM_UPPER, Precedence.COMPARISON),
  TRIM_LOWER(BinaryOp.TRIM_LOWER, Precedence.COMPARISON),
  LAND(BinaryOp.AND, Precedence.AND),
  LUNLESS(BinaryOp.UNLESS, Precedence.AND),
  LOR(BinaryOp.OR, Precedence.OR),
  EQL_REGEX(Kind.OPERATOR, "=~"),
  NEQ_REGEX(Kind.OPERATOR, "!~"),
  AT(Kind.OPERATOR, "@"),

  SUM(AggregateOp.SUM),
  AVG(AggregateOp.AVG),
  COUNT(AggregateOp.COUNT),
  MIN(AggregateOp.MIN),
  MAX(AggregateOp.MAX),
  GROUP(AggregateOp.GROUP),
  STDDEV(AggregateOp.STDDEV),
  STDVAR(AggregateOp.STDVAR),
  TOPK(AggregateOp.TOPK),
  BOTTOMK(AggregateOp.BOTTOMK),
  COUNT_VALUES(AggregateOp.COUNT_VALUES),
  QUANTILE(AggregateOp.QUANTILE),
  LIMITK(AggregateOp.LIMITK),
  LIMIT_RATIO(AggregateOp.LIMIT_RATIO),

  OFFSET(Kind.KEYWORD, "offset"),
  SMOOTHED(Kind.KEYWORD, "smoothed"),
  ANCHORED(Kind.KEYWORD, "anchored"),
  BY(Kind.KEYWORD, "by"),
  WITHOUT(Kind.KEYWORD, "without"),
  ON(Kind.KEYWORD, "on"),
  IGNORING(Kind.KEYWORD, "ignoring"),
  GROUP_LEFT(Kind.KEYWORD, "group_left"),
  GROUP_RIGHT(Kind.KEYWORD, "group_right"),
  FILL(Kind.KEYWORD, "fill"),
  FILL_LEFT(Kind.KEYWORD, "fill_left"),
  FILL_RIGHT(Kind.KEYWORD, "fill_right"),
  BOOL(Kind.KEYWORD, "bool"),

  START(Kind.FUNCTION, "start"),
  END_FUNCTION(Kind.FUNCTION, "end"),
  STEP(Kind.FUNCTION, "step"),
  RANGE(Kind.FUNCTION, "range"),
  MIN_OF(Kind.FUNCTION, "min_of"),
  MAX_OF(Kind.FUNCTION, "max_of");

  private static final Map<String, TokenType> WORDS = words();

  private final Kind kind;
  private final String text;
  private final @Nullable BinaryOp binaryOp;
  private final @Nullable AggregateOp aggregateOp;
  private final int precedence;

  TokenType(Kind kind, String text) {
    this(kind, text, null, null, 0);
  }

  TokenType(BinaryOp op, int precedence) {
    this(Kind.OPERATOR, op.text(), op, null, precedence);
  }

  TokenType(AggregateOp op) {
    this(Kind.AGGREGATOR, op.text(), null, op, 0);
  }

  TokenType(
      Kind kind,
      String text,
      @Nullable BinaryOp binaryOp,
      @Nullable AggregateOp aggregateOp,
      int precedence) {
    this.kind = kind;
    this.text = text;
    this.binaryOp = binaryOp;
    this.aggregateOp = aggregateOp;
    this.precedence = precedence;
  }

  /** The keyword that a word is, in any case; null if it is none. {@code inf} is a number. */
  static @Nullable TokenType ofWord(String word) {
    return WORDS.get(word.toLowerCase(Locale.ROOT));
  }

  /** The operation between two expressions; null if the token is none. */
  @Nullable BinaryOp binaryOp() {
    return binaryOp;
  }

  /** The aggregation; null if the token is none. */
  @Nullable AggregateOp aggregateOp() {
    return aggregateOp;
  }

  /** How strongly an operation binds, see {@link Precedence}; 0 if the token is none. */
  int precedence() {
    return precedence;
  }

  /** Whether the word may stand as a metric's name without quotes. */
  boolean isMetricName() {
    return switch (this) {
      case IDENTIFIER, METRIC_IDENTIFIER, LAND, LOR, LUNLESS -> true;
      case BOOL, ON, IGNORING, GROUP_LEFT, GROUP_RIGHT -> false;
      default -> kind == Kind.AGGREGATOR || kind == Kind.KEYWORD || kind == Kind.FUNCTION;
    };
  }

  /** Whether the word may stand as a label's name in a list of labels. */
  boolean isLabelName() {
    return isMetricName() || kind == Kind.KEYWORD || this == ATAN2;
  }

  /** Whether the word may be the name in a call. */
  boolean isFunctionName() {
    return this == IDENTIFIER || kind == Kind.FUNCTION;
  }

  /** How error texts show a token of this type. */
  String describe(String written) {
    return switch (kind) {
      case LITERAL -> this == END ? text : text + " " + shortened(written);
      case KEYWORD -> "<" + written + ">";
      case OPERATOR -> "<op:" + written + ">";
      case AGGREGATOR -> "<aggr:" + written + ">";
      case PUNCTUATION, FUNCTION -> GoText.quote(written);
    };
  }

  private String shortened(String written) {
    boolean whole = this == IDENTIFIER || this == METRIC_IDENTIFIER;
    if (whole || written.codePointCount(0, written.length()) <= 10) {
      return GoText.quote(written);
    }
    return GoText.quote(written.substring(0, written.offsetByCodePoints(0, 10))) + "...";
  }

  private static Map<String, TokenType> words() {
    var words = new HashMap<String, TokenType>();
    for (TokenType type : values()) {
      boolean word = Character.isLetter(type.text.charAt(0)) && type.kind != Kind.LITERAL;
      if (word) {
        words.put(type.text, type);
      }
    }
    words.put("inf", NUMBER);
    words.put("nan", NUMBER);
    return words;
  }

  /** Groups of tokens that error texts show alike. */
  private enum Kind {
    LITERAL,
    PUNCTUATION,
    OPERATOR,
    AGGREGATOR,
    KEYWORD,
    FUNCTION
  }
}
