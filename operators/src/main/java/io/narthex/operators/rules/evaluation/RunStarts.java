package io.narthex.operators.rules.evaluation;

import java.util.List;

/**
 * When evaluations of these rules began, kept where it outlives a crash. The state of a checkpoint
 * may be from before several starts: each of them followed a time in which nobody took samples.
 */
@FunctionalInterface
public interface RunStarts {
  /** Where nothing outlives the process. */
  RunStarts NONE = startedAt -> List.of();

  /**
   * Notes a start, so that a later one finds it.
   *
   * @param startedAt milliseconds
   * @return the times of starts before it, in milliseconds and in order; the oldest may be
   *     forgotten
   */
  List<Long> begin(long startedAt);
}
