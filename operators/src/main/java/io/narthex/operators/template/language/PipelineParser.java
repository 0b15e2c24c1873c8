package io.narthex.operators.template.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens to pipelines: what stands within the braces of an action. */
final class PipelineParser {
  private final TokenReader in;
  private final Set<String> functions;
  private ParsedScope scope;

  /**
   * A parser.
   *
   * @param functions names that can be called
   * @param scope of the first template
   */
  PipelineParser(TokenReader in, Set<String> functions, ParsedScope scope) {
    this.in = in;
    this.functions = functions;
    this.scope = scope;
  }

  ParsedScope scope() {
    return scope;
  }

  /** From now on names are those of another template. */
  void scope(ParsedScope next) {
    scope = next;
  }

  /** The text of a quoted token. */
  String unquote(Token token) {
    String text = Quoting.unquote(token.text());
    if (text == null) {
      throw in.fault("invalid syntax");
    }
    return text;
  }

  /** Reads a pipeline and what ends it. */
  Node.Pipe pipe(String context, TokenType end) {
    Token first = in.peekNonSpace();
    var variables = new ArrayList<Node.Variable>();
    boolean assigns = declarations(context, variables);
    var commands = new ArrayList<Node.Command>();
    while (true) {
      Token token = in.nextNonSpace();
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
          in.back();
          commands.add(command());
        }
        default -> throw in.unexpected(token, context);
      }
    }
  }

  /** Reads variables before {@code :=} or {@code =}; says whether it was the latter. */
  private boolean declarations(String context, List<Node.Variable> variables) {
    while (in.peekNonSpace().type() == TokenType.VARIABLE) {
      int mark = in.mark();
      Token variable = in.take();
      Token token = in.peekNonSpace();
      boolean comma = token.type() == TokenType.CHARACTER && token.text().equals(",");
      boolean declares = token.type() == TokenType.ASSIGN || token.type() == TokenType.DECLARE;
      if (!comma && !declares) {
        in.reset(mark);
        return false;
      }
      in.skip();
      variables.add(new Node.Variable(variable.at(), variable.text(), List.of()));
      scope.variables.addLast(variable.text());
      if (declares) {
        return token.type() == TokenType.ASSIGN;
      }
      if (!context.equals("range") || variables.size() > 1) {
        throw in.fault("too many declarations in " + context);
      }
      TokenType second = in.peekNonSpace().type();
      if (second != TokenType.VARIABLE
          && second != TokenType.RIGHT_DELIMITER
          && second != TokenType.RIGHT_PAREN) {
        throw in.fault("range can only initialize variables");
      }
    }
    return false;
  }

  private void checkStages(List<Node.Command> commands, String context) {
    if (commands.isEmpty()) {
      throw in.fault("missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      if (commands.get(i).operands().get(0) instanceof Node.Literal) {
        throw in.fault("non executable command in pipeline stage " + (i + 1));
      }
    }
  }

  private Node.Command command() {
    int at = in.peekNonSpace().at();
    var operands = new ArrayList<Node.Operand>();
    while (true) {
      in.peekNonSpace();
      Node.Operand operand = operand();
      if (operand != null) {
        operands.add(operand);
      }
      Token token = in.take();
      switch (token.type()) {
        case SPACE -> {
          continue;
        }
        case RIGHT_DELIMITER, RIGHT_PAREN -> in.back();
        case PIPE -> {}
        default -> throw in.unexpected(token, "operand");
      }
      break;
    }
    if (operands.isEmpty()) {
      throw in.fault("empty command");
    }
    return new Node.Command(at, List.copyOf(operands));
  }

  private Node.@Nullable Operand operand() {
    Node.Operand term = term();
    if (term == null || in.peek().type() != TokenType.FIELD) {
      return term;
    }
    int at = in.peek().at();
    var fields = new ArrayList<String>();
    while (in.peek().type() == TokenType.FIELD) {
      fields.add(in.take().text().substring(1));
    }
    if (term instanceof Node.Field field) {
      return new Node.Field(at, joined(field.names(), fields));
    }
    if (term instanceof Node.Variable variable) {
      return new Node.Variable(at, variable.name(), joined(variable.fields(), fields));
    }
    if (term instanceof Node.Literal) {
      throw in.fault("unexpected . after term " + Quoting.quote(term.toString()));
    }
    return new Node.Chain(at, term, List.copyOf(fields));
  }

  private static List<String> joined(List<String> first, List<String> second) {
    var all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private Node.@Nullable Operand term() {
    Token token = in.nextNonSpace();
    int at = token.at();
    switch (token.type()) {
      case IDENTIFIER -> {
        if (!functions.contains(token.text())) {
          throw in.fault("function " + Quoting.quote(token.text()) + " not defined");
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
          throw in.fault("undefined variable " + Quoting.quote(token.text()));
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
        in.enter();
        Node.Pipe pipe = pipe("parenthesized pipeline", TokenType.RIGHT_PAREN);
        in.leave();
        return pipe;
      }
      case STRING, RAW_STRING -> {
        return new Node.Str(at, token.text(), unquote(token));
      }
      default -> {
        in.back();
        return null;
      }
    }
  }

  private Node.Num number(Token token) {
    if (token.type() == TokenType.CHARACTER_CONSTANT) {
      Node.Num character = Numbers.character(token.at(), token.text());
      if (character == null) {
        throw in.fault("malformed character constant: " + token.text());
      }
      return character;
    }
    if (token.text().endsWith("i")) {
      throw in.fault("complex numbers are not supported: " + token.text());
    }
    Node.Num number = Numbers.number(token.at(), token.text());
    if (number == null) {
      throw in.fault("illegal number syntax: " + Quoting.quote(token.text()));
    }
    return number;
  }
}
