package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.StepRanges;

/**
 * Where in time a selector looks at each step.
 *
 * @param fixed whether at the same time at all steps
 * @param at that time, in milliseconds
 * @param offset backwards from there or from the step
 */
record Reach(boolean fixed, long at, long offset) {

  long at(TimeGrid grid, int step) {
    return (fixed ? at : grid.at(step)) - offset;
  }

  long first(TimeGrid grid) {
    return at(grid, 0);
  }

  /** The ranges of this length that end where the steps look. */
  StepRanges.Grid ranges(TimeGrid grid, long length) {
    return new StepRanges.Grid(
        grid.start(),
        grid.interval(),
        grid.steps(),
        at(grid, 0),
        fixed ? 0 : grid.interval(),
        length);
  }

  long last(TimeGrid grid) {
    return at(grid, Math.max(0, grid.steps() - 1));
  }
}
