package io.narthex.query.promql.parse;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.TimeModifier.At;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Makes trees of ours from the Go literals of the reference tables. */
final class GoTree {
  private static final Map<String, BinaryOp> OPERATORS =
      Map.ofEntries(
          Map.entry("ADD", BinaryOp.ADD),
          Map.entry("SUB", BinaryOp.SUB),
          Map.entry("MUL", BinaryOp.MUL),
          Map.entry("DIV", BinaryOp.DIV),
          Map.entry("MOD", BinaryOp.MOD),
          Map.entry("POW", BinaryOp.POW),
          Map.entry("EQLC", BinaryOp.EQUAL),
          Map.entry("NEQ", BinaryOp.NOT_EQUAL),
          Map.entry("GTR", BinaryOp.GREATER),
          Map.entry("GTE", BinaryOp.GREATER_OR_EQUAL),
          Map.entry("LSS", BinaryOp.LESS),
          Map.entry("LTE", BinaryOp.LESS_OR_EQUAL),
          Map.entry("LAND", BinaryOp.AND),
          Map.entry("LOR", BinaryOp.OR),
          Map.entry("LUNLESS", BinaryOp.UNLESS));

  private GoTree() {}

  static Expr expr(JsonNode node) {
    return switch (node.path("$type").asText().replace("parser.", "")) {
      case "NumberLiteral" ->
          new Expr.NumberLiteral(
              GoLiterals.number(node.get("Val")), flag(node, "Duration"), span(node));
      case "StringLiteral" ->
          new Expr.StringLiteral(GoLiterals.escapedText(node.get("Val")), span(node));
      case "VectorSelector" -> selector(node);
      case "MatrixSelector" -> matrix(node);
      case "SubqueryExpr" -> subquery(node);
      case "UnaryExpr" -> unary(node);
      case "BinaryExpr" -> binary(node);
      case "AggregateExpr" -> aggregate(node);
      case "Call" -> call(node);
      case "ParenExpr" -> new Expr.Paren(expr(node.get("Expr")), span(node));
      default -> throw new IllegalArgumentException("no expression: " + node);
    };
  }

  static Span span(JsonNode node) {
    JsonNode range = node.has("PosRange") ? node.get("PosRange") : node.path("PositionRange");
    return new Span(range.path("Start").asInt(), range.path("End").asInt());
  }

  static DurationExpr duration(JsonNode node) {
    if (node.path("$type").asText().endsWith("NumberLiteral")) {
      return new DurationExpr.Literal(
          GoLiterals.number(node.get("Val")), flag(node, "Duration"), span(node));
    }
    String op = node.at("/Op/$id").asText().replace("parser.", "");
    DurationExpr left = node.path("LHS").isObject() ? duration(node.get("LHS")) : null;
    DurationExpr right = node.path("RHS").isObject() ? duration(node.get("RHS")) : null;
    var written = new Span(node.path("StartPos").asInt(), node.path("EndPos").asInt());
    return switch (op) {
      case "STEP" -> new DurationExpr.Step(written);
      case "RANGE" -> new DurationExpr.Range(written);
      case "MIN_OF", "MAX_OF" -> {
        var kind = op.equals("MIN_OF") ? DurationExpr.Op.MIN : DurationExpr.Op.MAX;
        yield new DurationExpr.Operation(kind, left, Objects.requireNonNull(right), false, written);
      }
      default -> {
        boolean wrapped = flag(node, "Wrapped");
        int start = left == null ? written.start() : left.span().start();
        boolean plus = left == null && op.equals("ADD");
        int end = plus ? written.end() : Objects.requireNonNull(right).span().end();
        yield new DurationExpr.Operation(
            DurationExpr.Op.valueOf(op),
            left,
            Objects.requireNonNull(right),
            wrapped,
            new Span(start, end));
      }
    };
  }

  private static VectorSelector selector(JsonNode node) {
    var matchers = new ArrayList<Matcher>();
    for (JsonNode item : node.at("/LabelMatchers/$items")) {
      JsonNode name = item.at("/args/1");
      matchers.add(
          Matcher.of(
              name.has("$id") ? Labels.METRIC_NAME : GoLiterals.text(name),
              type(item.at("/args/0/$id").asText()),
              GoLiterals.text(item.at("/args/2"))));
    }
    Extension extension =
        flag(node, "Anchored")
            ? Extension.ANCHORED
            : flag(node, "Smoothed") ? Extension.SMOOTHED : Extension.NONE;
    return new VectorSelector(
        node.path("Name").asText(), matchers, time(node), extension, span(node));
  }

  private static Matcher.Type type(String id) {
    return switch (id) {
      case "labels.MatchEqual" -> Matcher.Type.EQUAL;
      case "labels.MatchNotEqual" -> Matcher.Type.NOT_EQUAL;
      case "labels.MatchRegexp" -> Matcher.Type.REGEX;
      case "labels.MatchNotRegexp" -> Matcher.Type.NOT_REGEX;
      default -> throw new IllegalArgumentException(id);
    };
  }

  private static TimeModifier time(JsonNode node) {
    At at = new At.None();
    if (node.has("Timestamp")) {
      at = new At.Timestamp((long) GoLiterals.number(node.get("Timestamp")));
    }
    String boundary = node.at("/StartOrEnd/$id").asText();
    if (!boundary.isEmpty()) {
      at = boundary.equals("START") ? new At.Start() : new At.End();
    }
    return new TimeModifier(value(node, "OriginalOffset", "OriginalOffsetExpr"), at);
  }

  private static DurationValue value(JsonNode node, String literal, String expression) {
    if (node.has(expression)) {
      DurationExpr expr = duration(node.get(expression));
      return new DurationValue.Expression(expr, expr.span());
    }
    long millis = node.has(literal) ? (long) (GoLiterals.number(node.get(literal)) / 1e6) : 0;
    return millis == 0 ? null : new DurationValue.Literal(millis, new Span(0, 0));
  }

  private static Expr matrix(JsonNode node) {
    VectorSelector vector = selector(node.get("VectorSelector"));
    return new Expr.MatrixSelector(
        vector,
        Objects.requireNonNull(value(node, "Range", "RangeExpr")),
        new Span(vector.span().start(), node.get("EndPos").asInt()));
  }

  private static Expr subquery(JsonNode node) {
    Expr inner = expr(node.get("Expr"));
    return new Expr.Subquery(
        inner,
        Objects.requireNonNull(value(node, "Range", "RangeExpr")),
        value(node, "Step", "StepExpr"),
        time(node),
        new Span(inner.span().start(), node.get("EndPos").asInt()));
  }

  private static Expr unary(JsonNode node) {
    Expr inner = expr(node.get("Expr"));
    boolean negative = node.at("/Op/$id").asText().equals("SUB");
    return new Expr.Unary(
        negative, inner, new Span(node.path("StartPos").asInt(), inner.span().end()));
  }

  private static Expr binary(JsonNode node) {
    Expr left = expr(node.get("LHS"));
    Expr right = expr(node.get("RHS"));
    VectorMatching matching = null;
    if (node.has("VectorMatching")) {
      JsonNode m = node.get("VectorMatching");
      matching =
          new VectorMatching(
              switch (m.at("/Card/$id").asText("CardOneToOne")) {
                case "CardManyToOne" -> Cardinality.MANY_TO_ONE;
                case "CardOneToMany" -> Cardinality.ONE_TO_MANY;
                case "CardManyToMany" -> Cardinality.MANY_TO_MANY;
                default -> Cardinality.ONE_TO_ONE;
              },
              texts(m.path("MatchingLabels")),
              flag(m, "On"),
              texts(m.path("Include")),
              null,
              null);
    }
    return new Expr.Binary(
        Objects.requireNonNull(OPERATORS.get(node.at("/Op/$id").asText())),
        left,
        right,
        flag(node, "ReturnBool"),
        matching,
        new Span(left.span().start(), right.span().end()));
  }

  private static Expr aggregate(JsonNode node) {
    return new Expr.Aggregate(
        AggregateOp.valueOf(node.at("/Op/$id").asText().toUpperCase(Locale.ROOT)),
        expr(node.get("Expr")),
        node.has("Param") ? expr(node.get("Param")) : null,
        texts(node.path("Grouping")),
        flag(node, "Without"),
        span(node));
  }

  private static Expr call(JsonNode node) {
    FunctionSignature function =
        Objects.requireNonNull(
            FunctionSignatures.find(node.at("/Func/args/0").asText()), "function");
    var arguments = new ArrayList<Expr>();
    node.at("/Args/$items").forEach(argument -> arguments.add(expr(argument)));
    return new Expr.Call(function, arguments, span(node));
  }

  private static List<String> texts(JsonNode node) {
    var texts = new ArrayList<String>();
    (node.has("$items") ? node.get("$items") : node)
        .forEach(item -> texts.add(GoLiterals.text(item)));
    return texts;
  }

  private static boolean flag(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.asBoolean() || value.path("$id").asText().equals("true");
  }
}
