package io.narthex.operators.rules.evaluation;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.RuleGroupStatus;

/** Where evaluations leave what follows from them. */
public interface RuleOutput {
  /** What the rules of one group wrote at one tick; all rows have one timestamp. */
  void samples(SampleBatch batch);

  /** What one alerting rule tells after one tick. */
  void alerts(AlertBatch batch);

  /**
   * A group was evaluated, and all that followed from it was handed over before: the evaluator's
   * snapshot, taken now, goes with it.
   */
  default void evaluated(RuleGroupStatus group) {}

  /**
   * A former tick of a group was corrected, and perhaps others are to follow. The evaluator's
   * snapshot, taken now, goes with what was handed over so far: what is still to be corrected is
   * corrected by the evaluator that is restored from it.
   */
  default void corrected() {}
}
