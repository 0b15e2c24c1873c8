package io.narthex.operators.template.page;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Replaces the character references in the value of an attribute, as far as one must to know what a
 * script or an address there is. Others stay as they are written, which is told.
 */
final class References {
  private static final int LONGEST = 10;
  private static final Map<String, Character> NAMES =
      Map.of(
          "amp", '&', "apos", '\'', "colon", ':', "gt", '>', "lt", '<', "num", '#', "quest", '?',
          "quot", '"', "sol", '/');

  private static final Pattern WITHOUT_END =
      Pattern.compile("&(#|amp|lt|gt|quot)", Pattern.CASE_INSENSITIVE);

  private final StringBuilder pending = new StringBuilder();
  private boolean unknown;

  /** Takes a character as it is read. */
  @FunctionalInterface
  interface Reader {
    void feed(char c);
  }

  /** A character as it is written. */
  void feed(char c, Reader reader) {
    if (pending.length() == 0) {
      if (c == '&') {
        pending.append(c);
      } else {
        reader.feed(c);
      }
      return;
    }
    boolean more =
        c < 0x80 && (Character.isLetterOrDigit(c) || c == '#') && pending.length() < LONGEST;
    if (more) {
      pending.append(c);
    } else if (c == ';') {
      close(reader);
    } else {
      flush(reader);
      feed(c, reader);
    }
  }

  private void close(Reader reader) {
    String name = pending.substring(1);
    Character named = NAMES.get(name);
    int number = named == null ? number(name) : named;
    if (number < 0) {
      unknown = true;
      release(reader);
      reader.feed(';');
      return;
    }
    pending.setLength(0);
    for (char c : Character.toChars(number)) {
      reader.feed(c);
    }
  }

  private static int number(String name) {
    try {
      if (name.startsWith("#x") || name.startsWith("#X")) {
        return valid(Integer.parseInt(name.substring(2), 16));
      }
      return name.startsWith("#") ? valid(Integer.parseInt(name.substring(1))) : -1;
    } catch (NumberFormatException e) {
      return -1; // no number, so no reference that is known
    }
  }

  private static int valid(int number) {
    return Character.isValidCodePoint(number) ? number : -1;
  }

  /** What is pending is no reference, or none that is known. */
  void flush(Reader reader) {
    // Some are understood without a semicolon; of these, those of the language's own characters
    // count.
    unknown |= WITHOUT_END.matcher(pending).lookingAt();
    release(reader);
  }

  private void release(Reader reader) {
    for (int i = 0; i < pending.length(); i++) {
      reader.feed(pending.charAt(i));
    }
    pending.setLength(0);
  }

  /** Whether something may be a character reference that was not replaced. */
  boolean unknown() {
    return unknown;
  }
}
