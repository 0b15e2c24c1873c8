package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Window;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures the operators of one query, while they are planned and while they evaluate. It puts
 * itself between them, so a planner that has a special way for some inputs must look at the
 * expression, not at the operand. Safe for use by several threads.
 */
final class PlanRecorder {
  private final Map<Part, Measure> measures = new ConcurrentHashMap<>();

  /** A part of the query; nodes at the same place are of different kinds. */
  private record Part(Class<?> kind, Span place) {
    static Part of(Expr expr) {
      return new Part(expr.getClass(), expr.span());
    }
  }

  /** What one operator cost, with its inputs. */
  static final class Measure {
    final LongAdder nanos = new LongAdder();
    final LongAdder series = new LongAdder();
    final LongAdder points = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LongAdder seriesRead = new LongAdder();
    final LongAdder samplesRead = new LongAdder();
    final LongAdder pagesSkipped = new LongAdder();
  }

  /** What a part cost; null if it was not evaluated by itself. */
  @Nullable Measure of(Expr part) {
    return measures.get(Part.of(part));
  }

  private Measure measure(Expr part) {
    return measures.computeIfAbsent(Part.of(part), key -> new Measure());
  }

  /** Measures the planning of a part, and puts itself before what it is planned to. */
  Operand plan(Expr part, Evaluation evaluation, Supplier<Operand> planning) {
    Measure measure = measure(part);
    Operand operand = timed(measure, evaluation, planning);
    if (operand instanceof Operand.Scalar scalar) {
      measure.series.increment();
      measure.points.add(scalar.values().length);
    }
    return operand instanceof Operand.Vector vector
        ? new MeteredVector(vector, evaluation, measure)
        : operand;
  }

  /** As {@link #plan}, for range vectors. */
  RangeSource source(Expr part, Evaluation evaluation, Supplier<RangeSource> planning) {
    Measure measure = measure(part);
    return new MeteredSource(timed(measure, evaluation, planning), evaluation, measure);
  }

  /** Puts itself before what a part selects. */
  SeriesSelection select(Expr part, SeriesSelection selection) {
    return new MeteredSelection(selection, measure(part));
  }

  private static <T> T timed(Measure measure, Evaluation evaluation, Supplier<T> work) {
    long begin = System.nanoTime();
    long before = evaluation.heldBytes();
    T done = work.get();
    measure.bytes.add(evaluation.heldBytes() - before);
    measure.nanos.add(System.nanoTime() - begin);
    return done;
  }

  /** Stands before an operator, and measures what it does with one series. */
  private abstract static class Metered<T extends SeriesList> implements SeriesList {
    final T inner;
    final Measure measure;
    private final Evaluation evaluation;

    Metered(T inner, Evaluation evaluation, Measure measure) {
      this.inner = inner;
      this.evaluation = evaluation;
      this.measure = measure;
    }

    final void measure(Runnable work) {
      timed(
          measure,
          evaluation,
          () -> {
            work.run();
            return measure;
          });
      measure.series.increment();
    }

    @Override
    public final int size() {
      return inner.size();
    }

    @Override
    public final Labels labels(int series) {
      return inner.labels(series);
    }

    @Override
    public final boolean dropsName(int series) {
      return inner.dropsName(series);
    }
  }

  private static final class MeteredVector extends Metered<Operand.Vector>
      implements Operand.Vector {
    MeteredVector(Operand.Vector inner, Evaluation evaluation, Measure measure) {
      super(inner, evaluation, measure);
    }

    @Override
    public Operand.@Nullable Vector twin(Evaluation helper) {
      Operand.@Nullable Vector twin = inner.twin(helper);
      return twin == null ? null : new MeteredVector(twin, helper, measure);
    }

    @Override
    public void evaluate(int series, Column out) {
      measure(() -> inner.evaluate(series, out));
      measure.points.add(out.count());
    }
  }

  private static final class MeteredSource extends Metered<RangeSource> implements RangeSource {
    MeteredSource(RangeSource inner, Evaluation evaluation, Measure measure) {
      super(inner, evaluation, measure);
    }

    @Override
    public @Nullable RangeSource twin(Evaluation helper) {
      @Nullable RangeSource twin = inner.twin(helper);
      return twin == null ? null : new MeteredSource(twin, helper, measure);
    }

    @Override
    public Reach reach() {
      return inner.reach();
    }

    @Override
    public long range() {
      return inner.range();
    }

    @Override
    public void load(int series, Window into) {
      measure(() -> inner.load(series, into));
    }
  }

  private record MeteredSelection(SeriesSelection inner, Measure measure)
      implements SeriesSelection {
    @Override
    public int size() {
      return inner.size();
    }

    @Override
    public Labels labels(int series) {
      return inner.labels(series);
    }

    @Override
    public void read(int series, long after, long to, SampleBuffer into) {
      int before = into.size();
      inner.read(series, after, to, into);
      measure.seriesRead.increment();
      measure.samplesRead.add(into.size() - before);
    }

    @Override
    public PageCursor pages(int series) {
      measure.seriesRead.increment();
      return new MeteredPages(inner.pages(series), measure);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  /** Counts pages that are passed without being decoded. */
  private static final class MeteredPages implements PageCursor {
    private final PageCursor inner;
    private final Measure measure;
    private boolean unread;

    MeteredPages(PageCursor inner, Measure measure) {
      this.inner = inner;
      this.measure = measure;
    }

    @Override
    public boolean next() {
      if (unread) {
        measure.pagesSkipped.increment();
      }
      unread = inner.next();
      return unread;
    }

    @Override
    public long minTime() {
      return inner.minTime();
    }

    @Override
    public long maxTime() {
      return inner.maxTime();
    }

    @Override
    public int count() {
      return inner.count();
    }

    @Override
    public @Nullable PageStatistics statistics() {
      return inner.statistics();
    }

    @Override
    public void read(SampleBuffer into) {
      int before = into.size();
      inner.read(into);
      unread = false;
      measure.samplesRead.add(into.size() - before);
    }
  }
}
