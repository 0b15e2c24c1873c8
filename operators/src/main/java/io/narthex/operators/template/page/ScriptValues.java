package io.narthex.operators.template.page;

import io.narthex.operators.template.language.Absent;
import io.narthex.operators.template.language.Boxed;
import io.narthex.operators.template.language.FunctionException;
import io.narthex.operators.template.language.GoFormat;
import io.narthex.operators.template.language.HostValue;
import io.narthex.operators.template.language.ListValue;
import io.narthex.operators.template.language.MapValue;
import io.narthex.operators.template.language.TemplateText;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/** Values as expressions of JavaScript: JSON without characters that mean something in HTML. */
final class ScriptValues {
  private ScriptValues() {}

  /** A value, with blanks around it where it could grow together with what stands beside it. */
  static String of(Object value) {
    var out = new StringBuilder();
    write(value, out);
    boolean closed = out.charAt(0) == '"' || out.charAt(0) == '[' || out.charAt(0) == '{';
    return closed ? out.toString() : " " + out + " ";
  }

  private static void write(Object boxed, StringBuilder out) {
    Object value = boxed instanceof Boxed box ? box.value() : boxed;
    if (value instanceof Double number) {
      // JSON has no others; a page that calculates with null gets no number either.
      out.append(
          Double.isNaN(number) || Double.isInfinite(number) ? "null" : GoFormat.value(number));
    } else if (value instanceof Long || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Absent) {
      out.append("null");
    } else if (value instanceof ListValue list) {
      elements(list.elements().iterator(), out);
    } else if (value instanceof MapValue map) {
      members(new TreeMap<String, Object>(map.entries()), out);
    } else if (value instanceof HostValue host && !host.members().isEmpty()) {
      members(host.members(), out);
    } else if (value instanceof HostValue host && host.base() instanceof Long number) {
      out.append(number);
    } else {
      text(GoFormat.value(value), out);
    }
  }

  private static void elements(Iterator<?> elements, StringBuilder out) {
    out.append('[');
    while (elements.hasNext()) {
      write(elements.next(), out);
      out.append(elements.hasNext() ? "," : "");
      bounded(out);
    }
    out.append(']');
  }

  private static void members(Map<String, Object> members, StringBuilder out) {
    String separator = "{";
    for (var member : members.entrySet()) {
      out.append(separator);
      text(member.getKey(), out);
      out.append(':');
      write(member.getValue(), out);
      separator = ",";
      bounded(out);
    }
    out.append(members.isEmpty() ? "{}" : "}");
  }

  private static void text(String text, StringBuilder out) {
    out.append('"').append(Escapes.scriptText(text)).append('"');
  }

  private static void bounded(StringBuilder out) {
    if (out.length() > TemplateText.MAX_LENGTH) {
      throw new FunctionException("text longer than " + TemplateText.MAX_LENGTH + " characters");
    }
  }
}
