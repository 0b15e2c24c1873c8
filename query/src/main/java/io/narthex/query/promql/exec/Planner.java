package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.exec.VectorVector.Sides;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.plan.Durations;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Turns an expression into operands on a grid. Scalars are computed while planning. */
final class Planner implements Expr.Visitor<Operand> {
  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Durations durations;
  private final Use use;
  private @Nullable CommonParts common; // of the whole that is planned on the grid

  /** What is asked of histograms further up in the expression. */
  private enum Use {
    ANYTHING,
    /** Count or sum only, so far. */
    STATISTICS,
    /** Buckets, or samples that a sub-query repeats or leaves out. */
    WHOLE
  }

  Planner(Evaluation evaluation, TimeGrid grid, Durations durations) {
    this(evaluation, grid, durations, Use.ANYTHING, null);
  }

  private Planner(
      Evaluation evaluation,
      TimeGrid grid,
      Durations durations,
      Use use,
      @Nullable CommonParts common) {
    this.evaluation = evaluation;
    this.grid = grid;
    this.durations = durations;
    this.use = use;
    this.common = common;
  }

  /** For the arguments of functions that need count or sum of histograms only. */
  Planner forStatistics() {
    return use == Use.ANYTHING
        ? new Planner(evaluation, grid, durations, Use.STATISTICS, common)
        : this;
  }

  /** For the arguments of functions that need whole histograms, and for sub-queries. */
  Planner forWhole() {
    return new Planner(evaluation, grid, durations, Use.WHOLE, common);
  }

  Evaluation evaluation() {
    return evaluation;
  }

  TimeGrid grid() {
    return grid;
  }

  Planner on(TimeGrid other) {
    return new Planner(evaluation, other, durations, use, null);
  }

  /** Plans a part of the query. */
  Operand plan(Expr expr) {
    Expr outer = evaluation.enter(expr);
    evaluation.checkpoint();
    // Whatever it is, it computes into a column or an array of its own.
    evaluation.reserveColumns(expr, 1, grid.steps());
    @Nullable PlanRecorder recorder = evaluation.recorder();
    Operand operand =
        recorder == null ? once(expr) : recorder.plan(expr, evaluation, () -> once(expr));
    evaluation.enter(outer);
    return operand;
  }

  /** Plans a part, unless it was planned already for another place. */
  private Operand once(Expr expr) {
    var parts = common;
    if (parts == null) {
      parts = CommonParts.of(expr, evaluation.annotations(), evaluation::checkpoint);
      common = parts;
    }
    if (!parts.has(expr) || grid.tally().keepsSteps()) {
      return expr.accept(this);
    }
    var again = parts.again(expr, use, evaluation);
    if (again != null) {
      return again;
    }
    long total = evaluation.totalSamples();
    var vector = (Operand.Vector) expr.accept(this);
    return parts.keep(
        expr, use, vector, evaluation.totalSamples() - total, evaluation, grid.steps());
  }

  Operand.Vector vector(Expr expr) {
    return (Operand.Vector) plan(expr);
  }

  /** The values of a scalar by step. */
  double[] scalar(Expr expr) {
    return ((Operand.Scalar) plan(expr)).values();
  }

  String text(Expr expr) {
    return ((Operand.Text) plan(expr)).value();
  }

  /** The vector with names dropped, unless they are to be dropped from the result only. */
  Operand.Vector named(Operand.Vector vector) {
    return evaluation.delaysNames()
        ? vector
        : Relabeled.withoutNames(evaluation, vector, grid.steps());
  }

  Operand.Scalar constant(double value) {
    double[] values = new double[grid.steps()];
    Arrays.fill(values, value);
    return new Operand.Scalar(values);
  }

  Reach reach(TimeModifier time) {
    @Nullable DurationValue written = time.offset();
    long offset = written == null ? 0 : durations.millis(written);
    TimeModifier.At at = time.at();
    if (at instanceof TimeModifier.At.Timestamp timestamp) {
      return new Reach(true, timestamp.millis(), offset);
    }
    if (at instanceof TimeModifier.At.Start) {
      return new Reach(true, evaluation.queryStart(), offset);
    }
    if (at instanceof TimeModifier.At.End) {
      return new Reach(true, evaluation.queryEnd(), offset);
    }
    return new Reach(false, 0, offset);
  }

  long range(DurationValue range) {
    return durations.positive(range);
  }

  /** The series of a range selector or sub-query. */
  RangeSource source(Expr expr) {
    return source(expr, null);
  }

  /**
   * The series of a range selector or sub-query.
   *
   * @param summary what a function needs of a whole page; null if it needs all samples
   */
  RangeSource source(Expr expr, @Nullable PageSummary summary) {
    Expr outer = evaluation.enter(expr);
    @Nullable PlanRecorder recorder = evaluation.recorder();
    RangeSource source =
        recorder == null
            ? entered(expr, summary)
            : recorder.source(expr, evaluation, () -> entered(expr, summary));
    evaluation.enter(outer);
    return source;
  }

  private RangeSource entered(Expr expr, @Nullable PageSummary summary) {
    if (expr instanceof Expr.MatrixSelector selector) {
      Expr.VectorSelector vector = selector.vector();
      long lookback = evaluation.lookbackMillis();
      boolean resolves = use == Use.STATISTICS;
      return new StoredRange(
          evaluation,
          grid,
          vector.matchers(),
          reach(vector.time()),
          range(selector.range()),
          new StoredRange.Margin(
              Math.max(RangeFunction.before(vector.extension(), lookback), resolves ? lookback : 0),
              RangeFunction.beyond(vector.extension(), lookback),
              resolves,
              grid.isSingle() && !resolves && vector.extension() == Expr.Extension.NONE
                  ? summary
                  : null));
    }
    if (expr instanceof Expr.Paren paren) {
      return source(paren.expr(), summary);
    }
    var subquery = (Expr.Subquery) expr;
    Reach reach = reach(subquery.time());
    long range = range(subquery.range());
    @Nullable DurationValue written = subquery.step();
    long interval =
        written == null
            ? evaluation.options().subqueryStep().toMillis()
            : durations.positive(written);
    TimeGrid inner = SubqueryRange.grid(evaluation, grid, reach, range, interval);
    return new SubqueryRange(
        evaluation, vectorOf(on(inner).forWhole(), subquery.expr()), inner, reach, range);
  }

  /** An expression as a vector; a scalar becomes the one element without labels. */
  private static Operand.Vector vectorOf(Planner planner, Expr expr) {
    Operand operand = planner.plan(expr);
    return operand instanceof Operand.Scalar scalar
        ? new Constant(scalar.values())
        : (Operand.Vector) operand;
  }

  @Override
  public Operand number(Expr.NumberLiteral node) {
    return constant(node.value());
  }

  @Override
  public Operand string(Expr.StringLiteral node) {
    return new Operand.Text(node.value());
  }

  @Override
  public Operand vectorSelector(Expr.VectorSelector node) {
    Reach reach = reach(node.time());
    return node.extension() == Expr.Extension.SMOOTHED
        ? new SmoothedSelector(evaluation, grid, node.matchers(), reach, node.span())
        : new InstantSelector(
            evaluation,
            grid,
            node.matchers(),
            reach,
            use == Use.STATISTICS
                ? InstantSelector.Part.VALUE_WITH_HINT
                : InstantSelector.Part.VALUE);
  }

  @Override
  public Operand matrixSelector(Expr.MatrixSelector node) {
    throw new IllegalStateException("a range selector has no value at single steps");
  }

  @Override
  public Operand subquery(Expr.Subquery node) {
    throw new IllegalStateException("a sub-query has no value at single steps");
  }

  @Override
  public Operand unary(Expr.Unary node) {
    Operand inner = plan(node.expr());
    if (!node.negative()) {
      return inner;
    }
    if (inner instanceof Operand.Scalar scalar) {
      double[] negated = scalar.values().clone();
      negate(negated);
      return new Operand.Scalar(negated);
    }
    return named(new ColumnFunction((Operand.Vector) inner, true, Planner::negate));
  }

  private static void negate(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
  }

  private static void negate(Column column) {
    negate(column.values());
    if (column.hasHistograms()) {
      for (int step = 0; step < column.steps(); step++) {
        var histogram = column.histogram(step);
        if (column.has(step) && histogram != null) {
          column.set(step, HistogramMath.multiply(histogram, -1));
        }
      }
    }
  }

  @Override
  public Operand binary(Expr.Binary node) {
    Operand left = plan(node.left());
    Operand right = plan(node.right());
    if (left instanceof Operand.Scalar a && right instanceof Operand.Scalar b) {
      return scalars(node.op(), a.values(), b.values());
    }
    var operation =
        new ElementOperation(node.op(), node.returnBool(), evaluation.annotations(), node.span());
    if (right instanceof Operand.Scalar scalar) {
      return named(new VectorScalar((Operand.Vector) left, scalar.values(), false, operation));
    }
    if (left instanceof Operand.Scalar scalar) {
      return named(new VectorScalar((Operand.Vector) right, scalar.values(), true, operation));
    }
    return vectors(node, (Operand.Vector) left, (Operand.Vector) right, operation);
  }

  private static Operand.Scalar scalars(BinaryOp op, double[] left, double[] right) {
    double[] values = new double[left.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = BinaryFloats.scalar(op, left[i], right[i]);
    }
    return new Operand.Scalar(values);
  }

  private Operand.Vector vectors(
      Expr.Binary node, Operand.Vector left, Operand.Vector right, ElementOperation operation) {
    VectorMatching matching = node.matching();
    if (matching == null) {
      throw new IllegalStateException("two vectors without matching");
    }
    if (node.op().isSet()) {
      Operand.Vector set =
          new SetOperation(evaluation, node.op(), matching, left, right, grid.steps());
      return node.op() == BinaryOp.OR ? Relabeled.merged(evaluation, set, grid.steps()) : set;
    }
    Sides sides = Sides.of(left, right, matching, operation);
    return named(VectorVector.of(evaluation, sides, grid.steps()));
  }

  @Override
  public Operand aggregate(Expr.Aggregate node) {
    return new AggregatePlanner(this).plan(node);
  }

  @Override
  public Operand call(Expr.Call node) {
    return FunctionPlanner.plan(this, node);
  }

  @Override
  public Operand paren(Expr.Paren node) {
    return plan(node.expr());
  }

  @Override
  public Operand stepInvariant(Expr.StepInvariant node) {
    if (grid.steps() == 0) {
      return plan(node.expr());
    }
    var single = TimeGrid.single(grid.start()).with(StepTally.invariant(grid));
    Operand once = on(single).plan(node.expr());
    if (once instanceof Operand.Scalar scalar) {
      return constant(scalar.values()[0]);
    }
    return once instanceof Operand.Vector vector && !grid.isSingle() ? new Broadcast(vector) : once;
  }
}
