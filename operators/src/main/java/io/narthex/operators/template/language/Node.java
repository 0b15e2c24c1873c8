package io.narthex.operators.template.language;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A node of a parsed template. Its text is what messages show of it. */
sealed interface Node {

  /** Where it begins, in characters of the template's text. */
  int at();

  /** What can be an operand of a command. */
  sealed interface Operand extends Node {}

  /** What stands for itself and so cannot take arguments. */
  sealed interface Literal extends Operand {}

  record Nodes(int at, List<Node> nodes) implements Node {}

  record Text(int at, String text) implements Node {}

  record Action(int at, Pipe pipe) implements Node {}

  record Break(int at) implements Node {}

  record Continue(int at) implements Node {}

  /** The end of a list of nodes; not part of the tree. */
  record End(int at, boolean isElse) implements Node {
    @Override
    public String toString() {
      return isElse ? "{{else}}" : "{{end}}";
    }
  }

  /** {@code if}, {@code with} and {@code range}. */
  record Branch(Kind kind, int at, Pipe pipe, Nodes body, @Nullable Nodes otherwise)
      implements Node {
    enum Kind {
      IF,
      WITH,
      RANGE
    }
  }

  record Call(int at, String name, @Nullable Pipe pipe) implements Node {
    @Override
    public String toString() {
      return "{{template " + Quoting.quote(name) + (pipe == null ? "" : " " + pipe) + "}}";
    }
  }

  /**
   * Commands, each of which gets the result of the one before as its last argument.
   *
   * @param assigns whether the variables are there already
   */
  record Pipe(int at, boolean assigns, List<Variable> variables, List<Command> commands)
      implements Operand {
    @Override
    public String toString() {
      String names = variables.stream().map(Variable::toString).collect(Collectors.joining(", "));
      String text = commands.stream().map(Command::toString).collect(Collectors.joining(" | "));
      return names.isEmpty() ? text : names + (assigns ? " = " : " := ") + text;
    }
  }

  record Command(int at, List<Operand> operands) implements Node {
    @Override
    public String toString() {
      return operands.stream()
          .map(operand -> operand instanceof Pipe ? "(" + operand + ")" : operand.toString())
          .collect(Collectors.joining(" "));
    }
  }

  record Identifier(int at, String name) implements Operand {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A variable, with its dollar, and fields of it. */
  record Variable(int at, String name, List<String> fields) implements Operand {
    @Override
    public String toString() {
      return fields.isEmpty() ? name : name + "." + String.join(".", fields);
    }
  }

  record Field(int at, List<String> names) implements Operand {
    @Override
    public String toString() {
      return "." + String.join(".", names);
    }
  }

  /** Fields of what an operand gives. */
  record Chain(int at, Operand operand, List<String> fields) implements Operand {
    @Override
    public String toString() {
      String inner = operand instanceof Pipe ? "(" + operand + ")" : operand.toString();
      return inner + "." + String.join(".", fields);
    }
  }

  record Dot(int at) implements Literal {
    @Override
    public String toString() {
      return ".";
    }
  }

  record Nil(int at) implements Literal {
    @Override
    public String toString() {
      return "nil";
    }
  }

  record Bool(int at, boolean value) implements Literal {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  record Str(int at, String quoted, String value) implements Literal {
    @Override
    public String toString() {
      return quoted;
    }
  }

  /**
   * A number.
   *
   * @param whole null if it is no integer of 64 bits
   * @param real the same as a float
   * @param ideal whether it is written as a float
   */
  record Num(int at, String text, @Nullable Long whole, double real, boolean ideal)
      implements Literal {
    @Override
    public String toString() {
      return text;
    }
  }
}
