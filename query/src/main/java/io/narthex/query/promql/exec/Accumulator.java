package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;

/** The state of an aggregation: groups times steps. Series are added in the order of the vector. */
interface Accumulator {

  /**
   * Adds a series to a group.
   *
   * @param labels of the series
   */
  void add(int group, Column series, Labels labels);

  /** Writes the result of a group; called once for each group. */
  void finish(int group, Column out);
}
