package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.QueryPlan;
import io.narthex.query.promql.QueryPlan.Node;
import io.narthex.query.promql.QueryPlan.Operator;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.plan.Durations;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes how an expression is evaluated, with what its selectors find in the store, and with
 * what was measured if it was run.
 */
final class PlanWriter implements Expr.Visitor<Node> {
  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Durations durations;
  private final @Nullable PlanRecorder recorder;

  /**
   * @param evaluation by which the store is asked
   * @param recorder what was measured; null if the query was not run
   */
  PlanWriter(
      Evaluation evaluation, TimeGrid grid, Durations durations, @Nullable PlanRecorder recorder) {
    this.evaluation = evaluation;
    this.grid = grid;
    this.durations = durations;
    this.recorder = recorder;
  }

  @Override
  public Node number(Expr.NumberLiteral node) {
    return operator(node, Operator.NUMBER, ExprPrinter.print(node), List.of());
  }

  @Override
  public Node string(Expr.StringLiteral node) {
    return operator(node, Operator.STRING, ExprPrinter.print(node), List.of());
  }

  @Override
  public Node vectorSelector(Expr.VectorSelector node) {
    Reach reach = planner().reach(node.time());
    long lookback = evaluation.lookbackMillis();
    long beyond = RangeFunction.beyond(node.extension(), lookback);
    return selector(
        node,
        Operator.INSTANT_SELECTOR,
        node.matchers(),
        reach.first(grid) - lookback + 1,
        reach.last(grid) + beyond);
  }

  @Override
  public Node matrixSelector(Expr.MatrixSelector node) {
    Planner planner = planner();
    Expr.VectorSelector vector = node.vector();
    Reach reach = planner.reach(vector.time());
    long lookback = evaluation.lookbackMillis();
    long range = planner.range(node.range());
    return selector(
        node,
        Operator.RANGE_SELECTOR,
        vector.matchers(),
        reach.first(grid) - range - RangeFunction.before(vector.extension(), lookback) + 1,
        reach.last(grid) + RangeFunction.beyond(vector.extension(), lookback));
  }

  @Override
  public Node subquery(Expr.Subquery node) {
    Planner planner = planner();
    @Nullable DurationValue written = node.step();
    long interval =
        written == null
            ? evaluation.options().subqueryStep().toMillis()
            : durations.positive(written);
    TimeGrid inner =
        SubqueryRange.grid(
            evaluation, grid, planner.reach(node.time()), planner.range(node.range()), interval);
    String text = ExprPrinter.print(node);
    String brackets = text.substring(text.lastIndexOf('['));
    return operator(node, Operator.SUBQUERY, brackets, List.of(on(inner, node.expr())));
  }

  @Override
  public Node unary(Expr.Unary node) {
    return operator(
        node, Operator.UNARY, node.negative() ? "-" : "+", List.of(node.expr().accept(this)));
  }

  @Override
  public Node binary(Expr.Binary node) {
    return operator(
        node,
        Operator.BINARY,
        ExprPrinter.operator(node),
        List.of(node.left().accept(this), node.right().accept(this)));
  }

  @Override
  public Node aggregate(Expr.Aggregate node) {
    var inputs = new ArrayList<Node>();
    @Nullable Expr parameter = node.parameter();
    if (parameter != null) {
      inputs.add(parameter.accept(this));
    }
    inputs.add(node.expr().accept(this));
    return operator(node, Operator.AGGREGATION, ExprPrinter.head(node).strip(), inputs);
  }

  @Override
  public Node call(Expr.Call node) {
    List<Node> inputs = node.arguments().stream().map(argument -> argument.accept(this)).toList();
    return operator(node, Operator.FUNCTION, node.function().name(), inputs);
  }

  @Override
  public Node paren(Expr.Paren node) {
    return node.expr().accept(this);
  }

  @Override
  public Node stepInvariant(Expr.StepInvariant node) {
    Node once = on(grid.steps() == 0 ? grid : TimeGrid.single(grid.start()), node.expr());
    return operator(node, Operator.ONCE, "once for all steps", List.of(once));
  }

  private Planner planner() {
    return new Planner(evaluation, grid, durations);
  }

  private Node on(TimeGrid other, Expr expr) {
    return expr.accept(new PlanWriter(evaluation, other, durations, recorder));
  }

  private Node selector(Expr node, Operator operator, List<Matcher> matchers, long from, long to) {
    PlanRecorder.@Nullable Measure measure = recorder == null ? null : recorder.of(node);
    long pages = 0;
    long samples = 0;
    SeriesSelection selection = evaluation.select(matchers, from, to);
    for (int series = 0; series < selection.size(); series++) {
      evaluation.checkpoint();
      PageCursor cursor = selection.pages(series);
      while (cursor.next()) {
        pages++;
        samples += cursor.count();
      }
    }
    var read =
        measure == null
            ? null
            : new QueryPlan.Read(
                measure.seriesRead.sum(), measure.samplesRead.sum(), measure.pagesSkipped.sum());
    var found =
        new QueryPlan.Selection(
            matchers.stream().map(Matcher::toString).toList(),
            from,
            to,
            selection.size(),
            pages,
            samples,
            read);
    var pushedDown = new ArrayList<>(List.of("matchers", "time range"));
    if (read != null && read.pagesSkipped() > 0) {
      pushedDown.add("page statistics");
    }
    return new Node(
        operator,
        ExprPrinter.print(node),
        node.span(),
        node.type(),
        grid.steps(),
        found,
        pushedDown,
        measured(node, List.of()),
        List.of());
  }

  private Node operator(Expr node, Operator operator, String label, List<Node> inputs) {
    return new Node(
        operator,
        label,
        node.span(),
        node.type(),
        grid.steps(),
        null,
        List.of(),
        measured(node, inputs),
        inputs);
  }

  private QueryPlan.@Nullable Measured measured(Expr node, List<Node> inputs) {
    PlanRecorder.@Nullable Measure measure = recorder == null ? null : recorder.of(node);
    if (measure == null) {
      return null;
    }
    long nanos = measure.nanos.sum();
    long bytes = measure.bytes.sum();
    long ownNanos = nanos;
    for (Node input : inputs) {
      QueryPlan.@Nullable Measured below = input.measured();
      if (below != null) {
        ownNanos -= below.nanos();
      }
    }
    return new QueryPlan.Measured(
        measure.series.sum(),
        measure.points.sum(),
        nanos,
        Math.max(0, ownNanos),
        Math.max(0, bytes));
  }
}
