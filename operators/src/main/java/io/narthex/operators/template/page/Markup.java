package io.narthex.operators.template.page;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where one stands in a page of HTML, followed character by character as browsers read it. */
final class Markup {
  /** Elements whose content is no markup, and ends with their end tag only. */
  private static final Set<String> RAW =
      Set.of(
          "iframe",
          "noembed",
          "noframes",
          "plaintext",
          "script",
          "style",
          "textarea",
          "title",
          "xmp");

  private static final Set<String> SCRIPT_TYPES =
      Set.of(
          "",
          "application/ecmascript",
          "application/javascript",
          "application/json",
          "application/ld+json",
          "application/x-ecmascript",
          "application/x-javascript",
          "importmap",
          "module",
          "text/ecmascript",
          "text/javascript",
          "text/x-ecmascript",
          "text/x-javascript");

  /** What a character is part of. */
  enum Place {
    TEXT,
    /** Behind the bracket that begins a tag. */
    TAG_BEGIN,
    TAG_NAME,
    /** Between attributes. */
    TAG,
    ATTRIBUTE_NAME,
    AFTER_NAME,
    BEFORE_VALUE,
    VALUE,
    COMMENT,
    /** What begins with an exclamation or question mark. */
    DECLARATION,
    /** The content of an element of {@link #RAW}. */
    RAW
  }

  private Place place = Place.TEXT;
  private final StringBuilder name = new StringBuilder();
  private String element = "";
  private boolean isEndTag;
  private boolean slashLast;
  private String scriptType = "";
  private int dashes;
  private boolean bang;
  private int ofEndTag;
  private @Nullable String lost;

  // Of the attribute whose value is read.
  private AttributeKind kind = AttributeKind.PLAIN;
  private char quote;
  private References references = new References();
  private Address address = new Address();
  private Script script = new Script();
  private final StringBuilder typeValue = new StringBuilder();
  private boolean isType;

  void feed(char c) {
    switch (place) {
      case TEXT -> {
        if (c == '<') {
          place = Place.TAG_BEGIN;
          name.setLength(0);
          isEndTag = false;
        }
      }
      case TAG_BEGIN -> tagBegin(c);
      case TAG_NAME -> tagName(c);
      case TAG -> tag(c);
      case ATTRIBUTE_NAME -> attributeName(c);
      case AFTER_NAME -> afterName(c);
      case BEFORE_VALUE -> beforeValue(c);
      case VALUE -> value(c);
      case COMMENT -> comment(c);
      case DECLARATION -> declaration(c);
      case RAW -> raw(c);
    }
  }

  Place place() {
    return place;
  }

  /** Whether what comes next is shown as text. */
  boolean showsText() {
    return place == Place.TEXT || place == Place.RAW && !isScript() && !isStyle();
  }

  /** The element of the tag or of the raw content, in lower case. */
  String element() {
    return element;
  }

  boolean isScript() {
    return element.equals("script");
  }

  boolean isStyle() {
    return element.equals("style");
  }

  /** Whether a script is of a language that is understood here. */
  boolean isKnownScript() {
    return SCRIPT_TYPES.contains(scriptType);
  }

  /** The script of the element or of the attribute. */
  Script script() {
    return script;
  }

  /** What the attribute's value is read as. */
  AttributeKind kind() {
    return kind;
  }

  /** The attribute's name. */
  String attribute() {
    return name.toString();
  }

  Address address() {
    return address;
  }

  /** Whether the attribute's value has no quotes. */
  boolean isUnquoted() {
    return quote == 0;
  }

  /** Whether the value has character references that are not understood. */
  boolean hasUnknownReference() {
    references.flush(this::decoded);
    return references.unknown();
  }

  /** Whether an end tag seems to begin. */
  boolean isInEndTag() {
    return ofEndTag > 1 || ofEndTag == 1 && !isScript();
  }

  /** Why it is not known how browsers read what comes next; null if it is. */
  @Nullable String lost() {
    return lost;
  }

  /** A value comes, which belongs to what comes next rather than to what was before. */
  void beforeAction() {
    if (place == Place.BEFORE_VALUE) {
      beginValue((char) 0);
    } else if (place == Place.AFTER_NAME || place == Place.TAG) {
      beginName();
    } else if (place == Place.RAW && ofEndTag == 1 && isScript()) {
      ofEndTag = 0; // it was an operator
    }
  }

  /** A value is, or goes on with, the name of an attribute. */
  void nameGoesOn(String part) {
    name.append(part);
  }

  private void tagBegin(char c) {
    if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
      place = Place.TAG_NAME;
      tagName(c);
    } else if (c == '/' && !isEndTag) {
      isEndTag = true;
    } else if (c == '!' && !isEndTag || c == '?' || isEndTag && c != '>') {
      place = Place.DECLARATION;
      dashes = c == '!' ? 0 : -1;
    } else {
      place = Place.TEXT;
      feed(c == '>' ? ' ' : c);
    }
  }

  private void tagName(char c) {
    if (isBlank(c) || c == '/' || c == '>') {
      element = name.toString().toLowerCase(Locale.ROOT);
      scriptType = "";
      slashLast = false;
      place = Place.TAG;
      tag(c);
    } else {
      name.append(c);
    }
  }

  private void tag(char c) {
    if (c == '>') {
      endTag();
    } else if (!isBlank(c) && c != '/') {
      beginName();
      name.append(c);
    }
    slashLast = c == '/';
  }

  private void beginName() {
    place = Place.ATTRIBUTE_NAME;
    name.setLength(0);
  }

  private void attributeName(char c) {
    if (isBlank(c)) {
      place = Place.AFTER_NAME;
    } else if (c == '/' || c == '>') {
      place = Place.TAG;
      tag(c);
    } else if (c == '=') {
      place = Place.BEFORE_VALUE;
    } else {
      name.append(c);
    }
  }

  private void afterName(char c) {
    if (c == '=') {
      place = Place.BEFORE_VALUE;
    } else if (!isBlank(c)) {
      place = Place.TAG;
      tag(c);
    }
  }

  private void beforeValue(char c) {
    if (isBlank(c)) {
      return;
    }
    if (c == '>') {
      endTag();
    } else if (c == '"' || c == '\'') {
      beginValue(c);
    } else {
      beginValue((char) 0);
      value(c);
    }
  }

  private void beginValue(char delimiter) {
    place = Place.VALUE;
    quote = delimiter;
    kind = AttributeKind.of(element, name.toString());
    references = new References();
    address = new Address();
    script = new Script();
    isType = isScript() && name.toString().equalsIgnoreCase("type");
    typeValue.setLength(0);
  }

  private void value(char c) {
    boolean ends = quote == 0 ? isBlank(c) || c == '>' : c == quote;
    if (!ends) {
      references.feed(c, this::decoded);
      return;
    }
    references.flush(this::decoded);
    if (isType) {
      scriptType = typeOf(typeValue.toString());
    }
    slashLast = false;
    place = Place.TAG;
    if (c == '>' && quote == 0) {
      endTag();
    }
  }

  private void decoded(char c) {
    switch (kind) {
      case ADDRESS -> address.feed(c);
      case SCRIPT -> script.feed(c);
      case PLAIN, STYLE -> {}
      case CLOSED -> {
        if (isType && typeValue.length() < 64) { // longer than any type that is known
          typeValue.append(c);
        }
      }
    }
  }

  private static String typeOf(String written) {
    int parameters = written.indexOf(';');
    String type = parameters < 0 ? written : written.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /** A tag ends. */
  private void endTag() {
    place = Place.TEXT;
    if (isEndTag || !RAW.contains(element)) {
      return;
    }
    if (slashLast) {
      lost = "<" + element + "/>, which HTML does not know: close it by </" + element + ">";
    }
    place = Place.RAW;
    ofEndTag = 0;
    script = new Script();
  }

  private void raw(char c) {
    int length = element.length() + 2;
    if (ofEndTag == length && (isBlank(c) || c == '/' || c == '>')) {
      isEndTag = true;
      ofEndTag = 0;
      slashLast = false;
      place = Place.TAG;
      tag(c);
      return;
    }
    char next =
        ofEndTag == 0
            ? '<'
            : ofEndTag == 1 ? '/' : ofEndTag < length ? element.charAt(ofEndTag - 2) : 0;
    ofEndTag = Character.toLowerCase(c) == next ? ofEndTag + 1 : c == '<' ? 1 : 0;
    if (isScript()) {
      script.feed(c);
    }
  }

  private void declaration(char c) {
    if (dashes >= 0 && c == '-') {
      dashes++;
      if (dashes == 2) {
        place = Place.COMMENT;
        bang = false;
      }
    } else {
      dashes = -1;
      if (c == '>') {
        place = Place.TEXT;
      }
    }
  }

  private void comment(char c) {
    if (c == '>' && (dashes >= 2 || bang)) {
      place = Place.TEXT;
    }
    bang = c == '!' && dashes >= 2;
    dashes = c == '-' ? dashes + 1 : 0;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
  }
}
