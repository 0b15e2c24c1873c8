package io.narthex.operators.template.language;

/** What a token is; those from {@link #BLOCK} on are the words of the language. */
enum TokenType {
  ERROR,
  END_OF_TEXT,
  TEXT,
  LEFT_DELIMITER,
  RIGHT_DELIMITER,
  SPACE,
  BOOL,
  CHARACTER,
  CHARACTER_CONSTANT,
  NUMBER,
  STRING,
  RAW_STRING,
  FIELD,
  VARIABLE,
  IDENTIFIER,
  ASSIGN,
  DECLARE,
  PIPE,
  LEFT_PAREN,
  RIGHT_PAREN,
  BLOCK,
  BREAK,
  CONTINUE,
  DOT,
  DEFINE,
  ELSE,
  END,
  IF,
  NIL,
  RANGE,
  TEMPLATE,
  WITH;

  boolean isWord() {
    return compareTo(BLOCK) >= 0;
  }
}
