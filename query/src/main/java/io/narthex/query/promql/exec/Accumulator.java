package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.Column;

/** The state of an aggregation: groups times steps. Series are added in the order of the vector. */
interface Accumulator {

  /**
   * Adds a series to a group.
   *
   * @param input which the series is of, for its labels
   * @param place of the series in it
   */
  void add(int group, Column series, Operand.Vector input, int place);

  /** Writes the result of a group; called once for each group. */
  void finish(int group, Column out);
}
