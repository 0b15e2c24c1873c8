package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;

/** Series that are known before any of them is evaluated or loaded. */
interface SeriesList {
  /** Number of series there can be. */
  int size();

  Labels labels(int series);

  /** Whether the name of the series is to be dropped from the result. */
  default boolean dropsName(int series) {
    return false;
  }
}
