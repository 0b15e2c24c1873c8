package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.function.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The series of a range selector, read from the store. */
final class StoredRange implements RangeSource {
  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Reach reach;
  private final long range;
  private final long after;
  private final long to;
  private final SeriesSelection selection;
  private final Expr site;
  private final Margin margin;
  private final SampleBuffer buffer;
  private final ResetHints hints;

  /**
   * What is read besides the samples of the ranges.
   *
   * @param before milliseconds before the first range that are needed as well
   * @param beyond milliseconds after the last range that are needed as well
   * @param resolvesHints whether histograms must say whether there was a reset before them
   * @param summary what may stand for a whole page if there is one range only; null if nothing
   */
  record Margin(long before, long beyond, boolean resolvesHints, @Nullable PageSummary summary) {}

  StoredRange(
      Evaluation evaluation,
      TimeGrid grid,
      List<Matcher> matchers,
      Reach reach,
      long range,
      Margin margin) {
    this.margin = margin;
    this.evaluation = evaluation;
    this.grid = grid;
    this.reach = reach;
    this.range = range;
    after = reach.first(grid) - range - margin.before;
    to = reach.last(grid) + margin.beyond;
    site = evaluation.site();
    buffer = evaluation.buffer();
    hints = new ResetHints(evaluation);
    selection = evaluation.select(matchers, after + 1, to);
  }

  private StoredRange(StoredRange other, Evaluation helper, SampleBuffer buffer) {
    margin = other.margin;
    evaluation = helper;
    grid = other.grid;
    reach = other.reach;
    range = other.range;
    after = other.after;
    to = other.to;
    site = other.site;
    this.buffer = buffer;
    hints = new ResetHints(helper);
    selection = other.selection;
  }

  @Override
  public @Nullable RangeSource twin(Evaluation helper) {
    helper.enter(site);
    @Nullable SampleBuffer own = helper.bufferLike(buffer);
    return own == null ? null : new StoredRange(this, helper, own);
  }

  @Override
  public int size() {
    return selection.size();
  }

  @Override
  public Labels labels(int series) {
    return selection.labels(series);
  }

  @Override
  public Reach reach() {
    return reach;
  }

  @Override
  public long range() {
    return range;
  }

  @Override
  public void load(int series, Window into) {
    buffer.clear();
    if (margin.summary == null) {
      selection.read(series, after, to, buffer);
      evaluation.countRead(buffer.size());
    } else {
      summarize(margin.summary, series);
    }
    evaluation.look(site, buffer.size());
    SampleBuffer samples = margin.resolvesHints ? hints.resolve(buffer) : buffer;
    into.load(selection.labels(series), samples, evaluation.has(Feature.USE_START_TIMESTAMPS));
  }

  /** Reads pages that reach out of the range; of each other page, the one value that counts. */
  private void summarize(PageSummary summary, int series) {
    PageCursor pages = selection.pages(series);
    while (pages.next()) {
      @Nullable PageStatistics statistics =
          pages.minTime() > after && pages.maxTime() <= to ? pages.statistics() : null;
      // Zeros have a sign that statistics need not have.
      if (statistics != null && summary.value(statistics) != 0) {
        buffer.add(pages.maxTime(), summary.value(statistics));
        evaluation.countTotal(grid, statistics.count() - 1L);
        grid.tally().add(0, statistics.count() - 1L);
      } else {
        int before = buffer.size();
        pages.read(buffer);
        evaluation.countRead(buffer.size() - before);
      }
    }
  }
}
