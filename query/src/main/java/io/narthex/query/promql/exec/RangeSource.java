package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.Window;
import org.jspecify.annotations.Nullable;

/** The series of a range vector: of a range selector or a sub-query. */
interface RangeSource extends SeriesList {
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
