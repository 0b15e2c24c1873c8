package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes random valid queries that use the whole language. Matchers are written in the order in
 * which they are printed.
 */
final class QueryGenerator {
  private static final String[] METRICS = {
    "up",
    "http_requests_total",
    "job:rate5m",
    "sum",
    "by",
    "offset",
    "start",
    "step",
    "and",
    "min_of",
    "fill",
    "_",
    "anchored"
  };
  private static final String[] LABELS = {"job", "le", "on", "instance", "\"a.b\"", "'ü'", "by"};
  private static final String[] STRINGS = {"\"x\"", "'it\\'s'", "`raw\\d`", "\"\\xff\\n\"", "''"};
  private static final String[] NUMBERS = {
    "1", "0.5", ".5", "5.", "1e3", "0x1F", "1_000", "Inf", "NaN", "-3", "+2", "1h30m", "017"
  };
  private static final String[] DURATIONS = {"5m", "1h30m", "30", "1.5", "500ms", "1y2w", "0x10"};
  private static final List<FunctionSignature> FUNCTIONS =
      FunctionSignatures.all().stream().filter(f -> !f.name().equals("info")).toList();

  private final Random random;

  QueryGenerator(Random random) {
    this.random = random;
  }

  String query() {
    return switch (random.nextInt(8)) {
      case 0 -> scalar(3);
      case 1 -> matrix(3);
      case 2 -> pick(STRINGS);
      default -> vector(4);
    };
  }

  private String vector(int depth) {
    if (depth == 0) {
      return selector() + extension() + time();
    }
    return switch (random.nextInt(7)) {
      case 0 -> selector() + extension() + time();
      case 1 -> aggregate(depth - 1);
      case 2, 3 -> call(ValueType.VECTOR, depth - 1);
      case 4 -> "(" + vector(depth - 1) + ")";
      case 5 -> sign() + space() + "(" + vector(depth - 1) + ")";
      default -> binary(depth - 1);
    };
  }

  private String binary(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> operand(vector(depth)) + " " + arithmetic() + space() + operand(scalar(depth));
      case 1 -> operand(scalar(depth)) + " " + comparison() + " " + operand(vector(depth));
      case 2 ->
          operand(vector(depth))
              + pick(" and ", " or ", " unless ", " AND ")
              + (random.nextBoolean() ? "on" + labels() + " " : "")
              + operand(vector(depth));
      default ->
          operand(vector(depth))
              + " "
              + pick(arithmetic(), comparison(), "</", ">/")
              + " "
              + matching()
              + operand(vector(depth));
    };
  }

  private String matching() {
    return switch (random.nextInt(5)) {
      case 0 -> "on" + labels() + fill();
      case 1 -> "ignoring " + labels() + " group_left () ";
      case 2 -> "on(x1) group_right(x2, 'x 3')" + fill();
      default -> fill();
    };
  }

  private String fill() {
    return pick(" ", " ", " fill(0) ", " fill_left(-1.5) ", " fill_right(Inf) fill_left(3) ");
  }

  private String aggregate(int depth) {
    AggregateOp op = pick(AggregateOp.values());
    String parameter =
        switch (op.parameter()) {
          case NONE -> "";
          case SCALAR -> scalar(depth) + ", ";
          case STRING -> pick(STRINGS) + ",";
        };
    String body = "(" + parameter + vector(depth) + ")";
    String grouping = pick("", " by " + labels(), " without" + labels());
    return random.nextBoolean() ? op.text() + grouping + body : op.text() + body + grouping;
  }

  private String call(ValueType type, int depth) {
    FunctionSignature function = pick(FUNCTIONS.toArray(new FunctionSignature[0]));
    while (function.returnType() != type) {
      function = pick(FUNCTIONS.toArray(new FunctionSignature[0]));
    }
    List<ValueType> types = function.argumentTypes();
    int count = types.size();
    if (function.variadic() != 0) {
      int more = function.variadic() < 0 ? 3 : function.variadic();
      count = types.size() - 1 + random.nextInt(more + 1);
    }
    var arguments = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      arguments.add(
          switch (types.get(Math.min(i, types.size() - 1))) {
            case SCALAR -> scalar(depth);
            case VECTOR -> vector(depth);
            case MATRIX -> matrix(depth);
            case STRING -> pick(STRINGS);
          });
    }
    return function.name() + space() + "(" + String.join("," + space(), arguments) + ")";
  }

  private String scalar(int depth) {
    if (depth <= 0) {
      return pick(NUMBERS);
    }
    return switch (random.nextInt(5)) {
      case 0 -> call(ValueType.SCALAR, depth - 1);
      case 1 -> operand(scalar(depth - 1)) + " " + arithmetic() + " " + scalar(depth - 1);
      case 2 -> scalar(depth - 1) + pick(" == bool ", " >bool ") + operand(scalar(depth - 1));
      case 3 -> sign() + operand(scalar(depth - 1));
      default -> pick(NUMBERS);
    };
  }

  private String matrix(int depth) {
    if (depth <= 0 || random.nextBoolean()) {
      return selector() + pick("[", "[ \n") + duration(2) + "]" + extension() + time();
    }
    String inner = random.nextBoolean() ? selector() + time() : operand(vector(depth - 1));
    String step = random.nextBoolean() ? duration(1) : "";
    return inner + "[" + duration(2) + ":" + step + "]" + time();
  }

  private String duration(int depth) {
    if (depth == 0) {
      return pick(DURATIONS);
    }
    return switch (random.nextInt(9)) {
      case 0 -> "step()";
      case 1 -> "range ( )";
      case 2 -> pick("min_of(", "MAX_OF(") + duration(depth - 1) + "," + duration(0) + ")";
      case 3 -> "(" + duration(depth - 1) + ")";
      case 4 -> "(" + duration(depth - 1) + ")" + pick("+", " - ", "*", "/", "%", "^") + "2";
      case 5 -> "3" + pick("+", " - ", "*", "/", "%", "^") + "-" + duration(depth - 1);
      case 6 -> "-(" + duration(depth - 1) + ")";
      default -> pick(DURATIONS);
    };
  }

  private String time() {
    String offset =
        pick(
            "",
            "",
            " offset " + pick(DURATIONS),
            " offset -(" + duration(1) + ")",
            " offset -range()");
    offset = random.nextInt(8) == 0 ? " OFFSET (" + duration(2) + ")" : offset;
    String at = pick("", "", "", " @ 1603774568.123", " @ -7", " @ start()", "@end ( )");
    return random.nextBoolean() ? offset + at : at + offset;
  }

  private String selector() {
    String name = random.nextInt(6) == 0 ? "" : pick(METRICS);
    if (!name.isEmpty() && random.nextBoolean()) {
      return name;
    }
    var conditions = new ArrayList<String>();
    if (random.nextBoolean()) {
      conditions.add("\"a.b\"" + pick("=", "!=") + pick(STRINGS));
    }
    if (name.isEmpty()) {
      conditions.add(pick("\"my.metric\"", "__name__=~\"a.+\"", "__name__ = 'x'"));
    }
    if (random.nextBoolean()) {
      conditions.add(pick("instance", "job", "on") + space() + "=~" + pick("\".*\"", "'a|b'"));
    }
    if (random.nextBoolean()) {
      conditions.add("zone!~\"x\"" + pick("", ","));
    }
    return name + "{" + String.join("," + space(), conditions) + "}";
  }

  private String extension() {
    return pick("", "", "", "", " anchored", " smoothed");
  }

  private String labels() {
    return pick("()", "(" + pick(LABELS) + ")", "(" + pick(LABELS) + ", " + pick(LABELS) + ",)");
  }

  private static String operand(String query) {
    return "(" + query + ")";
  }

  private String arithmetic() {
    return pick("+", "-", "*", "/", "%", "^", "atan2");
  }

  private String comparison() {
    return pick("==", "!=", "<", ">", "<=", ">=", "== bool", "> bool");
  }

  private String sign() {
    return pick("-", "+", "- +");
  }

  private String space() {
    return pick("", "", " ", "\n\t", " # a comment (\n");
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
