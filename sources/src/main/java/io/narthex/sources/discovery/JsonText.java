package io.narthex.sources.discovery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON text as maps, lists, strings, doubles, booleans and null. The YAML reader will not do:
 * JSON may be indented with tabs. Source: RFC 8259.
 */
final class JsonText {
  private static final int DEEPEST = 64;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /**
   * Reads a whole text.
   *
   * @throws IllegalArgumentException if it is not JSON; the message names line and column
   */
  static @Nullable Object read(String text) {
    var reader = new JsonText(text);
    reader.space();
    var value = reader.value(0);
    if (reader.at < text.length()) {
      throw reader.fault("nothing more expected");
    }
    return value;
  }

  private @Nullable Object value(int depth) {
    if (depth > DEEPEST) {
      throw fault("nested too deeply");
    }
    char c = peek();
    var value =
        switch (c) {
          case '{' -> object(depth);
          case '[' -> array(depth);
          case '"' -> string();
          case 't' -> word("true", true);
          case 'f' -> word("false", false);
          case 'n' -> word("null", null);
          default -> number();
        };
    space();
    return value;
  }

  private Map<String, @Nullable Object> object(int depth) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    take('{');
    while (peek() != '}') {
      if (!map.isEmpty()) {
        take(',');
      }
      String name = string();
      space();
      take(':');
      map.put(name, value(depth + 1));
    }
    take('}');
    return map;
  }

  private List<@Nullable Object> array(int depth) {
    var list = new ArrayList<@Nullable Object>();
    take('[');
    while (peek() != ']') {
      if (!list.isEmpty()) {
        take(',');
      }
      list.add(value(depth + 1));
    }
    take(']');
    return list;
  }

  private String string() {
    if (peek() != '"') {
      throw fault("want a string");
    }
    at++;
    var out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return out.toString();
      } else if (c == '\\') {
        out.append(escaped());
      } else if (c < 0x20) {
        at--;
        throw fault("control character in a string");
      } else {
        out.append(c);
      }
    }
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(next(), 16);
          if (digit < 0) {
            throw fault("want four hexadecimal digits after \\u");
          }
          code = 16 * code + digit;
        }
        yield (char) code;
      }
      default -> throw fault("unknown escape \\" + c);
    };
  }

  private Double number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(from, at));
    } catch (NumberFormatException e) {
      at = from;
      throw fault("want a value");
    }
  }

  private @Nullable Object word(String word, @Nullable Object value) {
    if (!text.startsWith(word, at)) {
      throw fault("want a value");
    }
    at += word.length();
    return value;
  }

  private void take(char wanted) {
    if (peek() != wanted) {
      throw fault("want '" + wanted + "'");
    }
    at++;
    space();
  }

  private char peek() {
    if (at >= text.length()) {
      throw fault("unexpected end");
    }
    return text.charAt(at);
  }

  private char next() {
    char c = peek();
    at++;
    return c;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException fault(String what) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, text.length()); i++) {
      column++;
      if (text.charAt(i) == '\n') {
        line++;
        column = 1;
      }
    }
    return new IllegalArgumentException("line " + line + ", column " + column + ": " + what);
  }
}
