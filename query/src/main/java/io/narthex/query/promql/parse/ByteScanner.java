package io.narthex.query.promql.parse;

import java.nio.charset.StandardCharsets;

/**
 * Walks over UTF-8 text. {@code start} is where the present token begins, {@code pos} where the
 * walk stands, both in bytes.
 */
class ByteScanner {
  static final int END_OF_INPUT = -1;
  static final int MALFORMED = 0xFFFD;

  final byte[] input;
  int start;
  int pos;

  ByteScanner(byte[] input) {
    this.input = input;
  }

  final int length() {
    return input.length;
  }

  /** The present token's text. */
  final String text() {
    return text(start, pos);
  }

  final String text(int from, int to) {
    return new String(input, from, to - from, StandardCharsets.UTF_8);
  }

  /** The next byte, not taken; {@link #END_OF_INPUT} at the end. */
  final int peek() {
    return pos < input.length ? input[pos] & 0xFF : END_OF_INPUT;
  }

  /** The character that begins at {@code pos}, not taken; {@link #MALFORMED} for bad UTF-8. */
  final int peekCharacter() {
    int first = peek();
    if (first < 0x80) {
      return first;
    }
    int size = characterSize();
    if (size == 1) {
      return MALFORMED;
    }
    int c = first & (0xFF >> (size + 1));
    for (int i = 1; i < size; i++) {
      c = c << 6 | input[pos + i] & 0x3F;
    }
    boolean shortest = c >= (size == 2 ? 0x80 : size == 3 ? 0x800 : 0x10000);
    boolean valid = c <= Character.MAX_CODE_POINT && (c < 0xD800 || c > 0xDFFF);
    return shortest && valid ? c : MALFORMED;
  }

  /** Takes the character that begins at {@code pos}; of bad UTF-8 one byte. */
  final int take() {
    int c = peekCharacter();
    if (c == END_OF_INPUT) {
      return c;
    }
    pos += c < 0x80 ? 1 : c == MALFORMED && !isReplacement() ? 1 : characterSize();
    return c;
  }

  /** Takes the next byte if it is one of these characters. */
  final boolean accept(String valid) {
    int c = peek();
    if (c >= 0 && c < 0x80 && valid.indexOf(c) >= 0) {
      pos++;
      return true;
    }
    return false;
  }

  /** Takes the next bytes as long as they are of these characters. */
  final void acceptRun(String valid) {
    boolean taken = true;
    while (taken) {
      taken = accept(valid);
    }
  }

  final void skipSpaces() {
    while (isSpace(peek())) {
      pos++;
    }
    start = pos;
  }

  static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isAlpha(int c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean isAlphaNumeric(int c) {
    return isAlpha(c) || isDigit(c);
  }

  /** Whether U+FFFD itself is written here. */
  private boolean isReplacement() {
    return pos + 3 <= input.length
        && input[pos] == (byte) 0xEF
        && input[pos + 1] == (byte) 0xBF
        && input[pos + 2] == (byte) 0xBD;
  }

  private int characterSize() {
    int first = input[pos] & 0xFF;
    int size = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (first >= 0xF8 || pos + size > input.length) {
      return 1;
    }
    for (int i = 1; i < size; i++) {
      if ((input[pos + i] & 0xC0) != 0x80) {
        return 1;
      }
    }
    return size;
  }
}
