package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Span;
import java.nio.charset.StandardCharsets;

/**
 * One thing wrong with a query.
 *
 * @param span where it is
 * @param message what is wrong and, where it can be said, what would be right
 */
public record ParseError(Span span, String message) {

  /**
   * The message behind its place, {@code line:column: parse error: message}; both count from 1, the
   * column in bytes. An empty query has no places.
   */
  public String describe(String query) {
    if (query.isEmpty()) {
      return "unknown position: parse error: " + message;
    }
    byte[] text = query.getBytes(StandardCharsets.UTF_8);
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < Math.min(span.start(), text.length); i++) {
      if (text[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return line + ":" + (span.start() - lineStart + 1) + ": parse error: " + message;
  }
}
