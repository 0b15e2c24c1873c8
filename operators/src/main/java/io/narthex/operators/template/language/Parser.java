package io.narthex.operators.template.language;

import io.narthex.operators.template.language.Node.Branch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tokens to the trees of templates, by recursive descent. The first fault ends it. */
final class Parser {
  private final String name;
  private final TokenReader in;
  private final PipelineParser pipelines;
  private final Map<String, Node.Nodes> templates = new HashMap<>();

  private Parser(String name, String text, Set<String> functions, Collection<String> variables) {
    this.name = name;
    in = new TokenReader(name, text);
    pipelines = new PipelineParser(in, functions, new ParsedScope(variables));
  }

  /**
   * Reads a template.
   *
   * @param functions names that can be called
   * @param variables names, with their dollars, that are there from the beginning
   * @return the template and those that it defines, by name
   * @throws TemplateException for the first thing that is wrong
   */
  static Map<String, Node.Nodes> parse(
      String name, String text, Set<String> functions, Collection<String> variables) {
    var parser = new Parser(name, text, functions, variables);
    parser.main();
    return parser.templates;
  }

  private void main() {
    var nodes = new ArrayList<Node>();
    int at = in.peek().at();
    while (in.peek().type() != TokenType.END_OF_TEXT) {
      if (in.peek().type() == TokenType.LEFT_DELIMITER && definition()) {
        continue;
      }
      Node node = textOrAction();
      if (node instanceof Node.End) {
        throw in.fault("unexpected " + node);
      }
      nodes.add(node);
    }
    add(name, new Node.Nodes(at, List.copyOf(nodes)));
  }

  private boolean definition() {
    int mark = in.mark();
    in.skip();
    if (in.nextNonSpace().type() != TokenType.DEFINE) {
      in.reset(mark);
      return false;
    }
    Token quoted = in.nextNonSpace();
    String defined = templateName(quoted, "define clause");
    in.expect(TokenType.RIGHT_DELIMITER, "define clause");
    define(defined, "define clause");
    return true;
  }

  /** Reads the body of a template of its own. */
  private void define(String defined, String context) {
    ParsedScope outer = pipelines.scope();
    pipelines.scope(new ParsedScope(List.of()));
    var list = nodes();
    if (list.end.isElse()) {
      throw in.fault("unexpected " + list.end + " in " + context);
    }
    add(defined, list.nodes);
    pipelines.scope(outer);
  }

  private void add(String defined, Node.Nodes nodes) {
    Node.Nodes known = templates.get(defined);
    if (known == null || isEmpty(known)) {
      templates.put(defined, nodes);
    } else if (!isEmpty(nodes)) {
      throw in.fault("template: multiple definition of template " + Quoting.quote(defined));
    }
  }

  private static boolean isEmpty(Node.Nodes nodes) {
    return nodes.nodes().stream()
        .allMatch(n -> n instanceof Node.Text text && text.text().isBlank());
  }

  private record Body(Node.Nodes nodes, Node.End end) {}

  private Body nodes() {
    var nodes = new ArrayList<Node>();
    int at = in.peekNonSpace().at();
    in.enter();
    while (in.peekNonSpace().type() != TokenType.END_OF_TEXT) {
      Node node = textOrAction();
      if (node instanceof Node.End end) {
        in.leave();
        return new Body(new Node.Nodes(at, List.copyOf(nodes)), end);
      }
      nodes.add(node);
    }
    throw in.fault("unexpected EOF");
  }

  private Node textOrAction() {
    Token token = in.nextNonSpace();
    switch (token.type()) {
      case TEXT -> {
        return new Node.Text(token.at(), token.text());
      }
      case LEFT_DELIMITER -> {
        in.actionLine(token.line());
        Node node = action();
        in.actionLine(0);
        return node;
      }
      default -> throw in.unexpected(token, "input");
    }
  }

  private Node action() {
    Token token = in.nextNonSpace();
    int at = token.at();
    switch (token.type()) {
      case BLOCK -> {
        return block();
      }
      case BREAK -> {
        loopControl("{{break}}");
        return new Node.Break(at);
      }
      case CONTINUE -> {
        loopControl("{{continue}}");
        return new Node.Continue(at);
      }
      case ELSE -> {
        return otherwise();
      }
      case END -> {
        return new Node.End(in.expect(TokenType.RIGHT_DELIMITER, "end").at(), false);
      }
      case IF -> {
        return branch(Branch.Kind.IF, "if");
      }
      case RANGE -> {
        return branch(Branch.Kind.RANGE, "range");
      }
      case WITH -> {
        return branch(Branch.Kind.WITH, "with");
      }
      case TEMPLATE -> {
        return call();
      }
      default -> {
        in.back();
        return new Node.Action(at, pipelines.pipe("command", TokenType.RIGHT_DELIMITER));
      }
    }
  }

  private void loopControl(String word) {
    in.expect(TokenType.RIGHT_DELIMITER, word);
    if (pipelines.scope().loops == 0) {
      throw in.fault(word + " outside {{range}}");
    }
  }

  private Node otherwise() {
    Token token = in.peekNonSpace();
    if (token.type() == TokenType.IF || token.type() == TokenType.WITH) {
      return new Node.End(token.at(), true);
    }
    return new Node.End(in.expect(TokenType.RIGHT_DELIMITER, "else").at(), true);
  }

  private Branch branch(Branch.Kind kind, String context) {
    int variables = pipelines.scope().variables.size();
    Node.Pipe pipe = pipelines.pipe(context, TokenType.RIGHT_DELIMITER);
    pipelines.scope().loops += kind == Branch.Kind.RANGE ? 1 : 0;
    Body body = nodes();
    pipelines.scope().loops -= kind == Branch.Kind.RANGE ? 1 : 0;
    Node.Nodes otherwise = null;
    if (body.end.isElse()) {
      boolean chained =
          kind == Branch.Kind.IF && in.peek().type() == TokenType.IF
              || kind == Branch.Kind.WITH && in.peek().type() == TokenType.WITH;
      if (chained) {
        in.skip();
        in.enter();
        otherwise = new Node.Nodes(body.end.at(), List.of(branch(kind, context)));
        in.leave();
      } else {
        Body rest = nodes();
        if (rest.end.isElse()) {
          throw in.fault("expected end; found " + rest.end);
        }
        otherwise = rest.nodes;
      }
    }
    while (pipelines.scope().variables.size() > variables) {
      pipelines.scope().variables.removeLast();
    }
    return new Branch(kind, pipe.at(), pipe, body.nodes, otherwise);
  }

  private Node.Call block() {
    Token token = in.nextNonSpace();
    String called = templateName(token, "block clause");
    Node.Pipe pipe = pipelines.pipe("block clause", TokenType.RIGHT_DELIMITER);
    define(called, "block clause");
    return new Node.Call(token.at(), called, pipe);
  }

  private Node.Call call() {
    Token token = in.nextNonSpace();
    String called = templateName(token, "template clause");
    if (in.nextNonSpace().type() == TokenType.RIGHT_DELIMITER) {
      return new Node.Call(token.at(), called, null);
    }
    in.back();
    return new Node.Call(
        token.at(), called, pipelines.pipe("template clause", TokenType.RIGHT_DELIMITER));
  }

  private String templateName(Token token, String context) {
    if (token.type() != TokenType.STRING && token.type() != TokenType.RAW_STRING) {
      throw in.unexpected(token, context);
    }
    return pipelines.unquote(token);
  }
}
