package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.Column;
import org.jspecify.annotations.Nullable;

/** What an expression is planned to. */
sealed interface Operand {

  /**
   * A scalar.
   *
   * @param values by step
   */
  record Scalar(double[] values) implements Operand {}

  /** A string. */
  record Text(String value) implements Operand {}

  /** An instant vector. */
  non-sealed interface Vector extends Operand, SeriesList {
    /**
     * Evaluates a series over all steps. Each series is evaluated once at most.
     *
     * @param out empty
     */
    void evaluate(int series, Column out);

    /**
     * The same vector for another thread, which evaluates other series of it at the same time.
     *
     * @param helper what that thread evaluates with
     * @return null if series depend on each other
     */
    default @Nullable Vector twin(Evaluation helper) {
      return null;
    }
  }
}
