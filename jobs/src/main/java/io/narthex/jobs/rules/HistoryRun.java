package io.narthex.jobs.rules;

import io.narthex.operators.rules.evaluation.RuleBackfill;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.StoreAdmin;
import java.util.List;
import java.util.Map;

/** Gives rules a history in a store: evaluates them over it and writes what they give. */
public final class HistoryRun {
  private HistoryRun() {}

  /**
   * How a run ended.
   *
   * @param refused points that the store did not take, by reason
   * @param errors of rules whose last evaluation failed, as {@code group: rule: error}
   */
  public record Outcome(
      long evaluations, long points, Map<String, Long> refused, List<String> errors) {
    public Outcome {
      refused = Map.copyOf(refused);
      errors = List.copyOf(errors);
    }

    /** Whether every point is written and no rule failed at the end. */
    public boolean isComplete() {
      return refused.isEmpty() && errors.isEmpty();
    }
  }

  /**
   * Runs to the end; blocks.
   *
   * @param from first millisecond whose ticks are evaluated
   * @param to first millisecond that is left to others
   */
  public static <S extends SampleStore & SampleAppender & StoreAdmin> Outcome run(
      RuleSet rules, S store, long from, long to, RuleBackfill.Progress progress) {
    var writer = new HistoryWriter(store, store);
    var summary = new RuleBackfill(rules, store, writer).run(from, to, progress);
    writer.finish();
    return new Outcome(
        summary.written().evaluations(),
        summary.written().points(),
        writer.refused(),
        summary.errors());
  }
}
