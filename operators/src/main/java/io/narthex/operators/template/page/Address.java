package io.narthex.operators.template.page;

import java.util.Locale;
import java.util.Set;

/** The value of an attribute that is an address, as far as it is written. */
final class Address {
  /** Stands for an address that is not allowed; it leads nowhere. */
  static final String REFUSED = "#" + Escapes.REFUSED;

  /** Schemes that values may bring. */
  private static final Set<String> ALLOWED = Set.of("http", "https", "mailto");

  private static final Set<String> RUNNING = Set.of("javascript", "vbscript", "data");

  /** What stands before the first colon or slash. */
  private final StringBuilder scheme = new StringBuilder();

  private boolean schemeOpen = true;
  private boolean runs;
  private boolean begun;
  private boolean inQuery;

  /** A character of the template's own, character references replaced. */
  void feed(char c) {
    if (c <= ' ') {
      return; // which browsers skip before and within the scheme
    }
    begun = true;
    inQuery |= c == '?' || c == '#';
    if (schemeOpen) {
      schemeFeed(c);
    }
  }

  private void schemeFeed(char c) {
    if (c == ':') {
      runs = RUNNING.contains(scheme());
      schemeOpen = false;
    } else if (c == '/' || c == '?' || c == '#') {
      schemeOpen = false;
    } else {
      scheme.append(c);
    }
  }

  private String scheme() {
    return scheme.toString().toLowerCase(Locale.ROOT);
  }

  /** Whether it is a script or a document of its own, in which no value can stand. */
  boolean runs() {
    return runs;
  }

  /**
   * A value as it stands here.
   *
   * @param isEscaped whether it is escaped for a query already
   */
  String value(String text, boolean isEscaped) {
    if (inQuery) {
      return isEscaped ? text : Escapes.query(text);
    }
    if (schemeOpen && !mayFollow(text)) {
      return begun ? Escapes.REFUSED : REFUSED;
    }
    if (schemeOpen) {
      for (int i = 0; i < text.length() && schemeOpen; i++) {
        if (text.charAt(i) > ' ') {
          schemeFeed(text.charAt(i));
        }
      }
    }
    return isEscaped ? text : Escapes.address(text);
  }

  /** Whether no scheme comes of the value but an allowed one. */
  private boolean mayFollow(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '/' || c == '?' || c == '#') {
        return true;
      }
      if (c == ':') {
        return ALLOWED.contains((scheme() + text.substring(0, i)).toLowerCase(Locale.ROOT));
      }
    }
    return true;
  }
}
