package io.narthex.operators.template.language;

import io.narthex.operators.template.language.Node.Branch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens to trees, by recursive descent. The first fault ends it. */
final class Parser {
  private static final int MAX_DEPTH = 200;

  private final String name;
  private final Set<String> functions;
  private final List<Token> tokens;
  private final Map<String, Node.Nodes> templates = new HashMap<>();
  private int next;
  private int actionLine;
  private int depth;
  private Scope scope;

  /** Variables and loops of one template; definitions inside have their own. */
  private static final class Scope {
    final Deque<String> variables = new ArrayDeque<>();
    int loops;

    Scope(Collection<String> names) {
      names.forEach(variables::addLast);
    }
  }

  private Parser(String name, String text, Set<String> functions, Collection<String> variables) {
    this.name = name;
    this.functions = functions;
    tokens = Lexer.tokens(text);
    scope = new Scope(variables);
    scope.variables.addLast("$");
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
    int at = peek().at();
    while (peek().type() != TokenType.END_OF_TEXT) {
      if (peek().type() == TokenType.LEFT_DELIMITER && definition()) {
        continue;
      }
      Node node = textOrAction();
      if (node instanceof Node.End) {
        throw fault("unexpected " + node);
      }
      nodes.add(node);
    }
    add(name, new Node.Nodes(at, List.copyOf(nodes)));
  }

  private boolean definition() {
    int mark = next;
    next++;
    if (nextNonSpace().type() != TokenType.DEFINE) {
      next = mark;
      return false;
    }
    Token quoted = nextNonSpace();
    String defined = templateName(quoted, "define clause");
    expect(TokenType.RIGHT_DELIMITER, "define clause");
    define(defined, "define clause");
    return true;
  }

  /** Reads the body of a template of its own. */
  private void define(String defined, String context) {
    Scope outer = scope;
    scope = new Scope(List.of("$"));
    var list = nodes();
    if (list.end.isElse()) {
      throw fault("unexpected " + list.end + " in " + context);
    }
    add(defined, list.nodes);
    scope = outer;
  }

  private void add(String defined, Node.Nodes nodes) {
    Node.Nodes known = templates.get(defined);
    if (known == null || isEmpty(known)) {
      templates.put(defined, nodes);
    } else if (!isEmpty(nodes)) {
      throw fault("template: multiple definition of template " + Quoting.quote(defined));
    }
  }

  private static boolean isEmpty(Node.Nodes nodes) {
    return nodes.nodes().stream()
        .allMatch(n -> n instanceof Node.Text text && text.text().isBlank());
  }

  private record Body(Node.Nodes nodes, Node.End end) {}

  private Body nodes() {
    var nodes = new ArrayList<Node>();
    int at = peekNonSpace().at();
    enter();
    while (peekNonSpace().type() != TokenType.END_OF_TEXT) {
      Node node = textOrAction();
      if (node instanceof Node.End end) {
        depth--;
        return new Body(new Node.Nodes(at, List.copyOf(nodes)), end);
      }
      nodes.add(node);
    }
    throw fault("unexpected EOF");
  }

  private Node textOrAction() {
    Token token = nextNonSpace();
    switch (token.type()) {
      case TEXT -> {
        return new Node.Text(token.at(), token.text());
      }
      case LEFT_DELIMITER -> {
        actionLine = token.line();
        Node node = action();
        actionLine = 0;
        return node;
      }
      default -> throw unexpected(token, "input");
    }
  }

  private Node action() {
    Token token = nextNonSpace();
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
        return new Node.End(expect(TokenType.RIGHT_DELIMITER, "end").at(), false);
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
        next--;
        return new Node.Action(at, pipe("command", TokenType.RIGHT_DELIMITER));
      }
    }
  }

  private void loopControl(String word) {
    expect(TokenType.RIGHT_DELIMITER, word);
    if (scope.loops == 0) {
      throw fault(word + " outside {{range}}");
    }
  }

  private Node otherwise() {
    Token token = peekNonSpace();
    if (token.type() == TokenType.IF || token.type() == TokenType.WITH) {
      return new Node.End(token.at(), true);
    }
    return new Node.End(expect(TokenType.RIGHT_DELIMITER, "else").at(), true);
  }

  private Branch branch(Branch.Kind kind, String context) {
    int variables = scope.variables.size();
    Node.Pipe pipe = pipe(context, TokenType.RIGHT_DELIMITER);
    scope.loops += kind == Branch.Kind.RANGE ? 1 : 0;
    Body body = nodes();
    scope.loops -= kind == Branch.Kind.RANGE ? 1 : 0;
    Node.Nodes otherwise = null;
    if (body.end.isElse()) {
      boolean chained =
          kind == Branch.Kind.IF && peek().type() == TokenType.IF
              || kind == Branch.Kind.WITH && peek().type() == TokenType.WITH;
      if (chained) {
        next++;
        enter();
        otherwise = new Node.Nodes(body.end.at(), List.of(branch(kind, context)));
        depth--;
      } else {
        Body rest = nodes();
        if (rest.end.isElse()) {
          throw fault("expected end; found " + rest.end);
        }
        otherwise = rest.nodes;
      }
    }
    while (scope.variables.size() > variables) {
      scope.variables.removeLast();
    }
    return new Branch(kind, pipe.at(), pipe, body.nodes, otherwise);
  }

  private Node.Call block() {
    Token token = nextNonSpace();
    String called = templateName(token, "block clause");
    Node.Pipe pipe = pipe("block clause", TokenType.RIGHT_DELIMITER);
    define(called, "block clause");
    return new Node.Call(token.at(), called, pipe);
  }

  private Node.Call call() {
    Token token = nextNonSpace();
    String called = templateName(token, "template clause");
    if (nextNonSpace().type() == TokenType.RIGHT_DELIMITER) {
      return new Node.Call(token.at(), called, null);
    }
    next--;
    return new Node.Call(token.at(), called, pipe("template clause", TokenType.RIGHT_DELIMITER));
  }

  private String templateName(Token token, String context) {
    if (token.type() != TokenType.STRING && token.type() != TokenType.RAW_STRING) {
      throw unexpected(token, context);
    }
    return unquote(token);
  }

  private String unquote(Token token) {
    String text = Quoting.unquote(token.text());
    if (text == null) {
      throw fault("invalid syntax");
    }
    return text;
  }

  private Node.Pipe pipe(String context, TokenType end) {
    Token first = peekNonSpace();
    var variables = new ArrayList<Node.Variable>();
    boolean assigns = declarations(context, variables);
    var commands = new ArrayList<Node.Command>();
    while (true) {
      Token token = nextNonSpace();
      if (token.type() == end) {
        checkStages(commands, context);
        return new Node.Pipe(first.at(), assigns, List.copyOf(variables), List.copyOf(commands));
      }
      switch (token.type()) {
        case BOOL,
            CHARACTER_CONSTANT,
            DOT,
            FIELD,
            IDENTIFIER,
            NUMBER,
            NIL,
            RAW_STRING,
            STRING,
            VARIABLE,
            LEFT_PAREN -> {
          next--;
          commands.add(command());
        }
        default -> throw unexpected(token, context);
      }
    }
  }

  /** Reads variables before {@code :=} or {@code =}; says whether it was the latter. */
  private boolean declarations(String context, List<Node.Variable> variables) {
    while (peekNonSpace().type() == TokenType.VARIABLE) {
      int mark = next;
      Token variable = tokens.get(next++);
      Token token = peekNonSpace();
      boolean comma = token.type() == TokenType.CHARACTER && token.text().equals(",");
      boolean declares = token.type() == TokenType.ASSIGN || token.type() == TokenType.DECLARE;
      if (!comma && !declares) {
        next = mark;
        return false;
      }
      next++;
      variables.add(new Node.Variable(variable.at(), variable.text(), List.of()));
      scope.variables.addLast(variable.text());
      if (declares) {
        return token.type() == TokenType.ASSIGN;
      }
      if (!context.equals("range") || variables.size() > 1) {
        throw fault("too many declarations in " + context);
      }
      TokenType second = peekNonSpace().type();
      if (second != TokenType.VARIABLE
          && second != TokenType.RIGHT_DELIMITER
          && second != TokenType.RIGHT_PAREN) {
        throw fault("range can only initialize variables");
      }
    }
    return false;
  }

  private void checkStages(List<Node.Command> commands, String context) {
    if (commands.isEmpty()) {
      throw fault("missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      if (commands.get(i).operands().get(0) instanceof Node.Literal) {
        throw fault("non executable command in pipeline stage " + (i + 1));
      }
    }
  }

  private Node.Command command() {
    int at = peekNonSpace().at();
    var operands = new ArrayList<Node.Operand>();
    while (true) {
      peekNonSpace();
      Node.Operand operand = operand();
      if (operand != null) {
        operands.add(operand);
      }
      Token token = take();
      switch (token.type()) {
        case SPACE -> {
          continue;
        }
        case RIGHT_DELIMITER, RIGHT_PAREN -> next--;
        case PIPE -> {}
        default -> throw unexpected(token, "operand");
      }
      break;
    }
    if (operands.isEmpty()) {
      throw fault("empty command");
    }
    return new Node.Command(at, List.copyOf(operands));
  }

  private Node.@Nullable Operand operand() {
    Node.Operand term = term();
    if (term == null || peek().type() != TokenType.FIELD) {
      return term;
    }
    int at = peek().at();
    var fields = new ArrayList<String>();
    while (peek().type() == TokenType.FIELD) {
      fields.add(take().text().substring(1));
    }
    if (term instanceof Node.Field field) {
      return new Node.Field(at, joined(field.names(), fields));
    }
    if (term instanceof Node.Variable variable) {
      return new Node.Variable(at, variable.name(), joined(variable.fields(), fields));
    }
    if (term instanceof Node.Literal) {
      throw fault("unexpected . after term " + Quoting.quote(term.toString()));
    }
    return new Node.Chain(at, term, List.copyOf(fields));
  }

  private static List<String> joined(List<String> first, List<String> second) {
    var all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private Node.@Nullable Operand term() {
    Token token = nextNonSpace();
    int at = token.at();
    switch (token.type()) {
      case IDENTIFIER -> {
        if (!functions.contains(token.text())) {
          throw fault("function " + Quoting.quote(token.text()) + " not defined");
        }
        return new Node.Identifier(at, token.text());
      }
      case DOT -> {
        return new Node.Dot(at);
      }
      case NIL -> {
        return new Node.Nil(at);
      }
      case VARIABLE -> {
        if (!scope.variables.contains(token.text())) {
          throw fault("undefined variable " + Quoting.quote(token.text()));
        }
        return new Node.Variable(at, token.text(), List.of());
      }
      case FIELD -> {
        return new Node.Field(at, List.of(token.text().substring(1)));
      }
      case BOOL -> {
        return new Node.Bool(at, token.text().equals("true"));
      }
      case NUMBER, CHARACTER_CONSTANT -> {
        return number(token);
      }
      case LEFT_PAREN -> {
        enter();
        Node.Pipe pipe = pipe("parenthesized pipeline", TokenType.RIGHT_PAREN);
        depth--;
        return pipe;
      }
      case STRING, RAW_STRING -> {
        return new Node.Str(at, token.text(), unquote(token));
      }
      default -> {
        next--;
        return null;
      }
    }
  }

  private Node.Num number(Token token) {
    if (token.type() == TokenType.CHARACTER_CONSTANT) {
      Node.Num character = Numbers.character(token.at(), token.text());
      if (character == null) {
        throw fault("malformed character constant: " + token.text());
      }
      return character;
    }
    if (token.text().endsWith("i")) {
      throw fault("complex numbers are not supported: " + token.text());
    }
    Node.Num number = Numbers.number(token.at(), token.text());
    if (number == null) {
      throw fault("illegal number syntax: " + Quoting.quote(token.text()));
    }
    return number;
  }

  private void enter() {
    depth++;
    if (depth > MAX_DEPTH) {
      throw fault("max expression depth exceeded");
    }
  }

  private Token take() {
    Token token = tokens.get(next);
    if (next < tokens.size() - 1) {
      next++;
    } else {
      // The last one, an error or the end, is there for good; stepping back finds it again.
      tokens.add(token);
      next++;
    }
    return token;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token nextNonSpace() {
    Token token = take();
    while (token.type() == TokenType.SPACE) {
      token = take();
    }
    return token;
  }

  private Token peekNonSpace() {
    while (peek().type() == TokenType.SPACE) {
      next++;
    }
    return peek();
  }

  private Token expect(TokenType type, String context) {
    Token token = nextNonSpace();
    if (token.type() != type) {
      throw unexpected(token, context);
    }
    return token;
  }

  private TemplateException unexpected(Token token, String context) {
    if (token.type() != TokenType.ERROR) {
      return fault("unexpected " + token.describe() + " in " + context);
    }
    String extra = "";
    if (actionLine != 0 && actionLine != token.line()) {
      extra =
          (token.text().endsWith(" action") ? "" : " in action")
              + " started at "
              + name
              + ":"
              + actionLine;
    }
    return fault(token.text() + extra);
  }

  private TemplateException fault(String message) {
    int line = tokens.get(Math.max(0, Math.min(next, tokens.size()) - 1)).line();
    return new TemplateException("template: " + name + ":" + line + ": " + message, line);
  }
}
