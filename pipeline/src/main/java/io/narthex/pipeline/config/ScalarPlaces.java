package io.narthex.pipeline.config;

import io.narthex.pipeline.config.rules.Place;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * Finds where a character of a scalar's value stands in the text of its file. Folding, indentation
 * and quoting only add or change white space and escapes, so the n-th character that is no white
 * space is the same in both.
 */
final class ScalarPlaces {
  private final int[] text;

  /** Places in a text without byte order mark. */
  ScalarPlaces(String text) {
    this.text = text.codePoints().toArray();
  }

  /** Where a node begins. */
  static Place start(Node node) {
    return new Place(node.getStartMark().getLine() + 1, node.getStartMark().getColumn() + 1);
  }

  /**
   * Where a character of the value stands.
   *
   * @param offset in {@code char}s of the value; the end of the value is after its last character
   */
  Place of(Node node, int offset) {
    if (!(node instanceof ScalarNode scalar)) {
      return start(node);
    }
    String value = scalar.getValue();
    int end = Math.min(offset, value.length());
    int wanted = visible(value.substring(0, end));
    boolean atEnd = wanted == visible(value);
    int at = contentStart(scalar);
    int last = at;
    int limit = Math.min(text.length, scalar.getEndMark().getIndex());
    for (int seen = 0; at < limit; ) {
      int length = unitLength(at, scalar.getScalarStyle());
      if (isVisible(at, length, scalar.getScalarStyle())) {
        if (seen == wanted) {
          return at(at);
        }
        seen++;
        last = at + length;
        if (atEnd && seen == wanted) {
          break;
        }
      }
      at += length;
    }
    return at(Math.min(last, text.length));
  }

  /** Index of the first character after properties, quote or block header. */
  private int contentStart(ScalarNode node) {
    int at = node.getStartMark().getIndex();
    while (at < text.length && (text[at] == '&' || text[at] == '!')) {
      while (at < text.length && !Character.isWhitespace(text[at])) {
        at++;
      }
      while (at < text.length && Character.isWhitespace(text[at])) {
        at++;
      }
    }
    ScalarStyle style = node.getScalarStyle();
    if (style == ScalarStyle.LITERAL || style == ScalarStyle.FOLDED) {
      while (at < text.length && text[at] != '\n') {
        at++;
      }
      return Math.min(at + 1, text.length);
    }
    return style == ScalarStyle.PLAIN ? at : at + 1;
  }

  /** Characters of the text that make one of the value, or white space. */
  private int unitLength(int at, ScalarStyle style) {
    if (style == ScalarStyle.SINGLE_QUOTED && text[at] == '\'') {
      return 2;
    }
    if (style == ScalarStyle.DOUBLE_QUOTED && text[at] == '\\' && at + 1 < text.length) {
      return switch (text[at + 1]) {
        case 'x' -> 4;
        case 'u' -> 6;
        case 'U' -> 10;
        default -> 2;
      };
    }
    return 1;
  }

  private boolean isVisible(int at, int length, ScalarStyle style) {
    if (style == ScalarStyle.DOUBLE_QUOTED && length == 2) {
      return "ntr \n\t_NLPev".indexOf(text[at + 1]) < 0;
    }
    return !Character.isWhitespace(text[at]);
  }

  private static int visible(String value) {
    return (int) value.codePoints().filter(c -> !Character.isWhitespace(c)).count();
  }

  /** The place of a character, counted in code points from 0. */
  Place at(int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < index; i++) {
      if (text[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Place(line, index - lineStart + 1);
  }
}
