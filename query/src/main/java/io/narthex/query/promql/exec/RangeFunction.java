package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.RangeKernel;
import io.narthex.query.promql.function.StepRanges;
import io.narthex.query.promql.function.Window;
import org.jspecify.annotations.Nullable;

/** A function over range vectors: a window slides over the samples of each series. */
final class RangeFunction implements Operand.Vector {
  /** Samples looked at between two checkpoints, at most some milliseconds' work. */
  private static final long CHECKPOINT_WORK = 200_000;

  /** What a step counts for beside its samples. */
  private static final long STEP_WORK = 4;

  /** Steps that a kernel computes at once; as many as bits in a word of a column. */
  private static final int STEPS_AT_ONCE = 64;

  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final RangeSource source;
  private final RangeKernel.Factory factory;
  private final RangeKernel kernel;
  private final RangeKernel.Call call;
  private final Traits traits;
  private final long before;
  private final long beyond;
  private final boolean plain;
  private final StepRanges.Kept kept;
  private final Window window = new Window();

  /**
   * How a function treats names.
   *
   * @param keepsName whether the result has the series' name
   * @param wantsCounter whether it notes metrics that do not look like counters
   */
  record Traits(boolean keepsName, boolean wantsCounter) {}

  RangeFunction(
      Evaluation evaluation,
      TimeGrid grid,
      RangeSource source,
      RangeKernel.Factory factory,
      RangeKernel.Call call,
      Traits traits) {
    this.evaluation = evaluation;
    this.grid = grid;
    this.source = source;
    this.call = call;
    this.traits = traits;
    this.factory = factory;
    kernel = factory.create(call);
    plain = call.extension() == Extension.NONE;
    kept =
        new StepRanges.Kept(source.reach().ranges(grid, source.range()), evaluation.columnBudget());
    before = before(call.extension(), evaluation.lookbackMillis());
    beyond = beyond(call.extension(), evaluation.lookbackMillis());
  }

  /** How far before its range an extended selector looks. */
  static long before(Extension extension, long lookback) {
    return extension == Extension.NONE ? 0 : lookback;
  }

  /** How far after its range an extended selector looks. */
  static long beyond(Extension extension, long lookback) {
    return extension == Extension.SMOOTHED ? lookback : 0;
  }

  @Override
  public int size() {
    return source.size();
  }

  @Override
  public Labels labels(int series) {
    return source.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return traits.keepsName ? source.dropsName(series) : true;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    @Nullable RangeSource twin = source.twin(helper);
    return twin == null || !helper.mayReserve(StepRanges.bytes(grid.steps(), size()))
        ? null
        : new RangeFunction(helper, grid, twin, factory, call.noting(helper.annotations()), traits);
  }

  @Override
  public void evaluate(int series, Column out) {
    evaluation.checkpoint();
    source.load(series, window);
    kernel.begin(window);
    long looked = plain && window.hasFloatsOnly() ? evaluateFloats(out) : evaluateAnything(out);
    evaluation.countTotal(grid, looked);
    if (traits.wantsCounter) {
      noteNonCounter(series, out);
    }
  }

  /** Evaluates a series of floats; gives how many samples its ranges have. */
  private long evaluateFloats(Column out) {
    StepRanges ranges = StepRanges.of(kept, window.floatTimes(), window.allFloats());
    int steps = grid.steps();
    long samples = ranges.samples();
    if (grid.tally().keepsSteps()) {
      for (int step = 0; step < steps; step++) {
        grid.tally().add(step, ranges.to()[step] - ranges.from()[step]);
      }
    }
    if (samples + STEP_WORK * steps <= CHECKPOINT_WORK) {
      kernel.steps(window, ranges, 0, steps, out);
      return samples;
    }
    int atOnce = kernel.isAtOnce(window) ? STEPS_AT_ONCE : 1;
    long work = 0;
    int first = 0;
    for (int next = atOnce; first < steps; next = Math.min(steps, next + atOnce)) {
      int end = Math.min(steps, next);
      int inRange = ranges.to()[end - 1] - ranges.from()[end - 1];
      work += (STEP_WORK + inRange) * atOnce;
      if (work > CHECKPOINT_WORK || end == steps) {
        kernel.steps(window, ranges, first, end, out);
        evaluation.checkpoint();
        work = 0;
        first = end;
      }
    }
    return samples;
  }

  private long evaluateAnything(Column out) {
    Reach reach = source.reach();
    long range = source.range();
    long looked = 0;
    long sinceCheckpoint = 0;
    for (int step = 0; step < grid.steps(); step++) {
      long end = reach.at(grid, step);
      long start = end - range;
      window.slide(start - before, end + beyond);
      if (window.isEmpty()) {
        continue;
      }
      window.range(start, end, grid.at(step));
      kernel.step(window, step, out);
      int inWindow = window.floats() + window.histograms();
      looked += inWindow;
      grid.tally().add(step, inWindow);
      sinceCheckpoint += STEP_WORK + inWindow;
      if (sinceCheckpoint > CHECKPOINT_WORK) {
        sinceCheckpoint = 0;
        evaluation.checkpoint();
      }
    }
    return looked;
  }

  private void noteNonCounter(int series, Column out) {
    String metric = source.labels(series).metricName();
    if (metric.isEmpty() || !hasFloat(out)) {
      return;
    }
    if (evaluation.has(Feature.TYPE_AND_UNIT_LABELS)) {
      String type = source.labels(series).get("__type__");
      if (!type.equals("counter") && !type.equals("histogram")) {
        evaluation
            .annotations()
            .info(Notes.possibleNonCounterType(metric, type), call.spans().get(0));
      }
    } else if (!metric.endsWith("_total")
        && !metric.endsWith("_sum")
        && !metric.endsWith("_count")
        && !metric.endsWith("_bucket")) {
      evaluation.annotations().info(Notes.possibleNonCounter(metric), call.spans().get(0));
    }
  }

  private static boolean hasFloat(Column column) {
    if (!column.hasHistograms()) {
      return !column.isEmpty();
    }
    for (int step = 0; step < column.steps(); step++) {
      if (column.hasFloat(step)) {
        return true;
      }
    }
    return false;
  }
}
