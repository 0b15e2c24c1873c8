package io.narthex.operators.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/** Where the web page shows an expression, below the server's address. */
public final class ExpressionLinks {
  private ExpressionLinks() {}

  /** The path of its table. */
  public static String table(String expression) {
    return link(expression, 1);
  }

  /** The path of its graph. */
  public static String graph(String expression) {
    return link(expression, 0);
  }

  /** Escapes for the query of a URL as Go does, which leaves {@code ~} and not {@code *}. */
  public static String escape(String text) {
    return URLEncoder.encode(text, UTF_8).replace("*", "%2A").replace("%7E", "~");
  }

  private static String link(String expression, int tab) {
    return "/graph?g0.expr=" + escape(expression) + "&g0.tab=" + tab;
  }
}
