package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Window;
import org.jspecify.annotations.Nullable;

/** The series of a range vector: of a range selector or a sub-query. */
interface RangeSource {
  int size();

  Labels labels(int series);

  default boolean dropsName(int series) {
    return false;
  }

  /** Where the ranges end at each step. */
  Reach reach();

  /** Length of the ranges in milliseconds. */
  long range();

  /**
   * Loads all samples that any step needs, and a bit more to both sides where that was asked for.
   */
  void load(int series, Window into);

  /** The same for another thread, as {@link Operand.Vector#twin}. */
  @Nullable RangeSource twin(Evaluation helper);
}
