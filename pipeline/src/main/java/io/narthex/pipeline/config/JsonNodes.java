package io.narthex.pipeline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * JSON text (RFC 8259) to nodes with places. A YAML reader would not do: JSON may be indented with
 * tabs and has other escapes.
 */
final class JsonNodes {
  private static final int MAX_DEPTH = 50;
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final int[] NO_SNIPPET = new int[0];

  private final String text;
  private final String name;
  private int at;
  private int line;
  private int lineStart;

  private JsonNodes(String text, String name) {
    this.text = text;
    this.name = name;
  }

  /** The root of a document; null, with a fault in the context, if the text is not JSON. */
  static @Nullable Node compose(String text, ReadContext context) {
    context.onlyQuotedText();
    var json = new JsonNodes(text, "json");
    try {
      Node root = json.value(0);
      json.skipSpace();
      if (json.at < text.length()) {
        throw new NotJson("expected the end after the value");
      }
      return root;
    } catch (NotJson e) {
      context.faultAt(json.mark(), "", "not JSON: " + e.getMessage());
      return null;
    }
  }

  private Node value(int depth) throws NotJson {
    skipSpace();
    if (depth > MAX_DEPTH) {
      throw new NotJson("nested deeper than " + MAX_DEPTH + " levels");
    }
    Mark start = mark();
    return switch (peek()) {
      case '{' -> mapping(depth, start);
      case '[' -> sequence(depth, start);
      case '"' -> new ScalarNode(Tag.STR, string(), start, mark(), ScalarStyle.DOUBLE_QUOTED);
      default -> literal(start);
    };
  }

  private Node mapping(int depth, Mark start) throws NotJson {
    var tuples = new ArrayList<NodeTuple>();
    at++;
    skipSpace();
    while (peek() != '}') {
      if (!tuples.isEmpty()) {
        expect(',', "expected , or } in the object");
        skipSpace();
      }
      Mark key = mark();
      if (peek() != '"') {
        throw new NotJson("expected a key in double quotes");
      }
      Node keyNode = new ScalarNode(Tag.STR, string(), key, mark(), ScalarStyle.DOUBLE_QUOTED);
      skipSpace();
      expect(':', "expected : after the key");
      tuples.add(new NodeTuple(keyNode, value(depth + 1)));
      skipSpace();
    }
    at++;
    return new MappingNode(Tag.MAP, true, tuples, start, mark(), FlowStyle.FLOW);
  }

  private Node sequence(int depth, Mark start) throws NotJson {
    List<Node> items = new ArrayList<>();
    at++;
    skipSpace();
    while (peek() != ']') {
      if (!items.isEmpty()) {
        expect(',', "expected , or ] in the array");
      }
      items.add(value(depth + 1));
      skipSpace();
    }
    at++;
    return new SequenceNode(Tag.SEQ, true, items, start, mark(), FlowStyle.FLOW);
  }

  private Node literal(Mark start) throws NotJson {
    int from = at;
    while (at < text.length() && "{}[],:\" \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    Tag tag =
        switch (word) {
          case "null" -> Tag.NULL;
          case "true", "false" -> Tag.BOOL;
          default -> Tag.FLOAT;
        };
    if (tag.equals(Tag.FLOAT) && !NUMBER.matcher(word).matches()) {
      at = from;
      throw new NotJson("expected a value");
    }
    return new ScalarNode(tag, word, start, mark(), ScalarStyle.PLAIN);
  }

  private String string() throws NotJson {
    var out = new StringBuilder();
    for (at++; ; at++) {
      char c = peek();
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < ' ') {
        throw new NotJson("control character in a text");
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  /** The character of an escape; the place is then at its last character. */
  private char escaped() throws NotJson {
    at++;
    char c = peek();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> codeUnit();
      default -> throw new NotJson("unknown escape \\" + c);
    };
  }

  private char codeUnit() throws NotJson {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      at++;
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw new NotJson("expected four hexadecimal digits after \\u");
      }
      unit = 16 * unit + digit;
    }
    return (char) unit;
  }

  private void expect(char wanted, String otherwise) throws NotJson {
    if (peek() != wanted) {
      throw new NotJson(otherwise);
    }
    at++;
  }

  private char peek() throws NotJson {
    if (at >= text.length()) {
      throw new NotJson("unexpected end");
    }
    return text.charAt(at);
  }

  private void skipSpace() {
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        lineStart = at + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }

  private Mark mark() {
    return new Mark(name, at, line, at - lineStart, NO_SNIPPET, 0);
  }

  /** Ends the reading; the place is where the reader stands. */
  private static final class NotJson extends Exception {
    private static final long serialVersionUID = 1;

    NotJson(String message) {
      super(message);
    }
  }
}
