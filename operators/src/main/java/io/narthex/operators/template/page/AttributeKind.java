package io.narthex.operators.template.page;

import java.util.Locale;
import java.util.Set;

/** What the value of an attribute is read as. */
enum AttributeKind {
  PLAIN,
  /** An address, which must not be one that runs a script. */
  ADDRESS,
  SCRIPT,
  STYLE,
  /** It decides how something else is read, or it is a language of its own. */
  CLOSED;

  private static final Set<String> ADDRESSES =
      Set.of(
          "action",
          "archive",
          "background",
          "cite",
          "classid",
          "codebase",
          "data",
          "dynsrc",
          "formaction",
          "href",
          "icon",
          "longdesc",
          "lowsrc",
          "manifest",
          "ping",
          "poster",
          "profile",
          "src",
          "usemap",
          "xmlns");

  private static final Set<String> CLOSED_EVERYWHERE =
      Set.of("http-equiv", "imagesrcset", "srcdoc", "srcset");

  /** Of the elements of SVG that set an attribute of another one. */
  private static final Set<String> ANIMATED = Set.of("attributename", "by", "from", "to", "values");

  private static final Set<String> ANIMATIONS =
      Set.of("animate", "animatecolor", "animatemotion", "animatetransform", "set");

  /** Harmless as text, but not to be set by a value: they change what else the element does. */
  private static final Set<String> NOT_BY_VALUE =
      Set.of(
          "async",
          "charset",
          "content",
          "crossorigin",
          "defer",
          "enctype",
          "form",
          "formenctype",
          "formmethod",
          "formnovalidate",
          "language",
          "method",
          "novalidate",
          "pattern",
          "readonly",
          "rel",
          "sandbox",
          "type",
          "value");

  /**
   * @param element in lower case
   * @param attribute as it is written
   */
  static AttributeKind of(String element, String attribute) {
    String name = attribute.toLowerCase(Locale.ROOT);
    int colon = name.indexOf(':');
    if (name.startsWith("data-")) {
      name = name.substring("data-".length());
    } else if (colon >= 0) {
      if (name.startsWith("xmlns:")) {
        return ADDRESS;
      }
      name = name.substring(colon + 1);
    }
    if (name.startsWith("on")) {
      return SCRIPT;
    }
    if (name.equals("style")) {
      return STYLE;
    }
    boolean closed =
        CLOSED_EVERYWHERE.contains(name)
            || element.equals("script") && (name.equals("type") || name.equals("language"))
            || ANIMATIONS.contains(element) && ANIMATED.contains(name);
    if (closed) {
      return CLOSED;
    }
    // Names that scripts of the page give to addresses.
    boolean address =
        ADDRESSES.contains(name)
            || name.contains("src")
            || name.contains("uri")
            || name.contains("url");
    return address ? ADDRESS : PLAIN;
  }

  /** Whether a value may be the name of an attribute. */
  static boolean mayBeNamedByValue(String element, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return of(element, lower) == PLAIN && !NOT_BY_VALUE.contains(lower);
  }
}
