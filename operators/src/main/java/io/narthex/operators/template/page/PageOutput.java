package io.narthex.operators.template.page;

import io.narthex.operators.template.language.Absent;
import io.narthex.operators.template.language.FunctionException;
import io.narthex.operators.template.language.GoFormat;
import io.narthex.operators.template.language.HtmlText;
import io.narthex.operators.template.language.Output;

/**
 * A page of HTML whose values are escaped for the place where they stand, as Go's {@code
 * html/template} does it: a value never becomes markup, a script or an address that runs one. What
 * cannot be escaped becomes {@code ZgotmplZ}, as there. In a script a value becomes an expression,
 * in its texts a part of them. The template's own text is trusted, and so is HTML that is marked as
 * such.
 *
 * <p>Places are followed in the output itself, so branches may end in different ones. Refused, with
 * a message, are values in patterns of scripts, in scripts of unknown types, in names of tags and
 * in attributes that are languages of their own.
 */
public final class PageOutput implements Output {
  private final Markup markup = new Markup();

  @Override
  public void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      markup.feed(text.charAt(i));
    }
  }

  @Override
  public String value(Object value, String escaper) {
    if (markup.lost() != null) {
      throw refused("behind " + markup.lost());
    }
    markup.beforeAction();
    return switch (markup.place()) {
      case TEXT -> inText(value, escaper);
      case RAW -> inRaw(value, escaper);
      case VALUE -> inValue(value, escaper);
      case ATTRIBUTE_NAME -> {
        String name = Escapes.attributeName(markup.element(), text(value));
        markup.nameGoesOn(name);
        if (!AttributeKind.mayBeNamedByValue(markup.element(), markup.attribute())) {
          throw refused("in the name of the attribute " + markup.attribute());
        }
        yield name;
      }
      case COMMENT, DECLARATION -> "";
      case TAG_BEGIN, TAG_NAME -> throw refused("in the name of a tag");
      case TAG, AFTER_NAME, BEFORE_VALUE ->
          throw new IllegalStateException("the value begins a name or a value");
    };
  }

  @Override
  public void end() {
    if (markup.place() != Markup.Place.TEXT && markup.place() != Markup.Place.TAG_BEGIN) {
      throw new FunctionException("ends in a non-text context: " + where());
    }
  }

  private String inText(Object value, String escaper) {
    if (value instanceof HtmlText html) {
      text(html.text());
      return html.text();
    }
    return escaper.equals("html") ? text(value) : Escapes.html(text(value));
  }

  private String inRaw(Object value, String escaper) {
    if (markup.isInEndTag()) {
      throw refused("in an end tag");
    }
    if (markup.isStyle()) {
      return Escapes.style(text(value));
    }
    if (markup.isScript()) {
      if (!markup.isKnownScript()) {
        throw refused("in a script whose type is not known");
      }
      return inScript(value);
    }
    if (value instanceof HtmlText html) {
      return Escapes.html(html.text(), false);
    }
    return escaper.equals("html") ? text(value) : Escapes.html(text(value));
  }

  private String inValue(Object value, String escaper) {
    boolean isHtml = escaper.equals("html");
    if (isHtml && markup.isUnquoted()) {
      throw new FunctionException(
          "predefined escaper \"html\" disallowed in template: the attribute "
              + markup.attribute()
              + " has no quotes");
    }
    boolean unknown = markup.hasUnknownReference();
    return switch (markup.kind()) {
      case CLOSED -> throw refused("in the attribute " + markup.attribute());
      case STYLE -> quoted(Escapes.style(text(value)), true);
      case SCRIPT -> {
        if (unknown) {
          throw refused("behind a character reference that is not understood in a script");
        }
        yield quoted(inScript(value), true);
      }
      case ADDRESS -> {
        if (markup.address().runs()) {
          throw refused("in an address that is a script or a document");
        }
        yield quoted(markup.address().value(text(value), escaper.equals("urlquery")), true);
      }
      case PLAIN -> {
        if (value instanceof HtmlText html) {
          yield quoted(Escapes.withoutTags(html.text()), false);
        }
        yield isHtml ? text(value) : quoted(text(value), true);
      }
    };
  }

  /** A value of an attribute, escaped as its quotes ask for it. */
  private String quoted(String text, boolean ampersands) {
    return markup.isUnquoted()
        ? Escapes.unquoted(text, ampersands)
        : Escapes.html(text, ampersands);
  }

  private String inScript(Object value) {
    Script script = markup.script();
    if (script.escaped()) {
      throw refused("behind a backslash");
    }
    if (script.place() == Script.Place.PATTERN || script.atPattern()) {
      throw refused("in a regular expression of a script: use new RegExp with a text");
    }
    script.value();
    return switch (script.place()) {
      case CODE -> ScriptValues.of(value);
      case TEXT, TEMPLATE -> Escapes.scriptText(text(value));
      case COMMENT, LINE_COMMENT, PATTERN -> "";
    };
  }

  private static String text(Object value) {
    return value instanceof Absent ? "" : GoFormat.value(value);
  }

  private static FunctionException refused(String where) {
    return new FunctionException("no value can stand " + where);
  }

  private String where() {
    return switch (markup.place()) {
      case RAW -> "the content of <" + markup.element() + "> has no end";
      case VALUE -> "the value of the attribute " + markup.attribute() + " has no end";
      case COMMENT -> "a comment has no end";
      default -> "a tag has no end";
    };
  }
}
