package io.narthex.query.promql.print;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.wire.DoubleText;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.FunctionSignature;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.TimeModifier.At;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.ast.VectorMatching;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree as nested maps in the shape of Prometheus' {@code /api/v1/parse_query}: keys are sorted,
 * durations and timestamps are milliseconds, computed durations are 0.
 */
public final class ExprTree implements Expr.Visitor<Map<String, @Nullable Object>> {

  private ExprTree() {}

  /** The tree as maps, lists, strings, numbers, booleans and nulls. */
  public static Map<String, @Nullable Object> of(Expr expr) {
    return expr.accept(new ExprTree());
  }

  @Override
  public Map<String, @Nullable Object> number(Expr.NumberLiteral node) {
    var map = node("numberLiteral");
    map.put("val", DoubleText.plain(node.value()));
    return map;
  }

  @Override
  public Map<String, @Nullable Object> string(Expr.StringLiteral node) {
    var map = node("stringLiteral");
    map.put("val", node.value());
    return map;
  }

  @Override
  public Map<String, @Nullable Object> vectorSelector(Expr.VectorSelector node) {
    var map = node("vectorSelector");
    selector(map, node);
    return map;
  }

  @Override
  public Map<String, @Nullable Object> matrixSelector(Expr.MatrixSelector node) {
    var map = node("matrixSelector");
    selector(map, node.vector());
    map.put("range", millis(node.range()));
    return map;
  }

  @Override
  public Map<String, @Nullable Object> subquery(Expr.Subquery node) {
    var map = node("subquery");
    map.put("expr", of(node.expr()));
    map.put("range", millis(node.range()));
    map.put("step", millis(node.step()));
    time(map, node.time());
    return map;
  }

  @Override
  public Map<String, @Nullable Object> unary(Expr.Unary node) {
    var map = node("unaryExpr");
    map.put("op", node.negative() ? "-" : "+");
    map.put("expr", of(node.expr()));
    return map;
  }

  @Override
  public Map<String, @Nullable Object> binary(Expr.Binary node) {
    VectorMatching matching = node.matching();
    var map = node("binaryExpr");
    map.put("op", node.op().text());
    map.put("lhs", of(node.left()));
    map.put("rhs", of(node.right()));
    map.put("bool", node.returnBool());
    map.put("matching", matching == null ? null : matching(matching));
    return map;
  }

  @Override
  public Map<String, @Nullable Object> aggregate(Expr.Aggregate node) {
    Expr parameter = node.parameter();
    var map = node("aggregation");
    map.put("op", node.op().text());
    map.put("expr", of(node.expr()));
    map.put("param", parameter == null ? null : of(parameter));
    map.put("grouping", node.grouping());
    map.put("without", node.without());
    return map;
  }

  @Override
  public Map<String, @Nullable Object> call(Expr.Call node) {
    FunctionSignature function = node.function();
    Map<String, @Nullable Object> signature = new TreeMap<>();
    signature.put("name", function.name());
    signature.put("argTypes", function.argumentTypes().stream().map(ValueType::symbol).toList());
    signature.put("variadic", function.variadic());
    signature.put("returnType", function.returnType().symbol());
    var map = node("call");
    map.put("func", signature);
    map.put("args", node.arguments().stream().map(ExprTree::of).toList());
    return map;
  }

  @Override
  public Map<String, @Nullable Object> paren(Expr.Paren node) {
    var map = node("parenExpr");
    map.put("expr", of(node.expr()));
    return map;
  }

  @Override
  public Map<String, @Nullable Object> stepInvariant(Expr.StepInvariant node) {
    return of(node.expr());
  }

  private static Map<String, @Nullable Object> node(String type) {
    Map<String, @Nullable Object> map = new TreeMap<>();
    map.put("type", type);
    return map;
  }

  private static void selector(Map<String, @Nullable Object> map, Expr.VectorSelector node) {
    map.put("name", node.name());
    map.put("matchers", node.matchers().stream().map(ExprTree::matcher).toList());
    map.put("anchored", node.extension() == Extension.ANCHORED);
    map.put("smoothed", node.extension() == Extension.SMOOTHED);
    time(map, node.time());
  }

  private static Map<String, String> matcher(Matcher matcher) {
    Map<String, String> map = new TreeMap<>();
    map.put("name", matcher.name());
    map.put("value", matcher.value());
    map.put("type", matcher.type().symbol());
    return map;
  }

  private static void time(Map<String, @Nullable Object> map, TimeModifier time) {
    At at = time.at();
    map.put("offset", millis(time.offset()));
    map.put("timestamp", at instanceof At.Timestamp timestamp ? timestamp.millis() : null);
    map.put("startOrEnd", at instanceof At.Start ? "start" : at instanceof At.End ? "end" : null);
  }

  private static Map<String, @Nullable Object> matching(VectorMatching matching) {
    Map<String, @Nullable Object> fill = new TreeMap<>();
    fill.put("lhs", matching.fillLeft());
    fill.put("rhs", matching.fillRight());
    Map<String, @Nullable Object> map = new TreeMap<>();
    map.put("card", matching.cardinality().text());
    map.put("labels", matching.labels());
    map.put("on", matching.on());
    map.put("include", matching.include());
    map.put("fillValues", fill);
    return map;
  }

  private static long millis(@Nullable DurationValue value) {
    return value instanceof DurationValue.Literal literal ? literal.millis() : 0;
  }
}
