package io.narthex.operators.template.language;

/**
 * A token of a template.
 *
 * @param text as it stands there; of an error, what is wrong
 * @param at where it begins, in characters of the text
 * @param line where it begins, counted from 1
 */
record Token(TokenType type, String text, int at, int line) {

  /** The token as error messages name it. */
  String describe() {
    if (type == TokenType.END_OF_TEXT) {
      return "EOF";
    }
    if (type == TokenType.ERROR) {
      return text;
    }
    if (type.isWord()) {
      return "<" + text + ">";
    }
    int points = text.codePointCount(0, text.length());
    return points > 10
        ? Quoting.quote(text.substring(0, text.offsetByCodePoints(0, 10))) + "..."
        : Quoting.quote(text);
  }
}
