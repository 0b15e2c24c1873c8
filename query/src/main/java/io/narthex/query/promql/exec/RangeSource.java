package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Window;

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
}
