package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.Column;

/**
 * Evaluates all series of a vector, and shows them in order. Where that takes long and cores are
 * free, other threads evaluate series ahead; they are shown by the query's own thread in the same
 * order as ever, so that sums have the same digits and notes the same sequence.
 */
final class Sweep {
  private Sweep() {}

  /** Who wants the series. */
  @FunctionalInterface
  interface Taker {
    /**
     * Takes a series.
     *
     * @param column what it has; reused for others unless it is kept
     * @return whether the column is kept
     */
    boolean take(int series, Column column);
  }

  /** Evaluates all series. */
  static void over(Evaluation evaluation, Operand.Vector input, int steps, Taker taker) {
    SpareCores cores = evaluation.spareCores();
    int size = input.size();
    boolean mayShare = cores.helpers() > 0 && size > 1;
    long begin = mayShare ? System.nanoTime() : 0;
    long look = begin + cores.patience();
    var column = new Column(steps);
    for (int series = 0; series < size; series++) {
      evaluation.checkpoint();
      column.clear();
      input.evaluate(series, column);
      if (taker.take(series, column)) {
        column = new Column(steps);
      }
      if (!mayShare || series + 1 >= size) {
        continue;
      }
      long now = System.nanoTime();
      if (now - look >= 0) {
        look = now + cores.patience();
        long each = (now - begin) / (series + 1);
        boolean worthIt = each * (size - series - 1) >= cores.patience();
        if (worthIt && cores.anyFree(evaluation.computing())) {
          var shared = SharedSweep.of(evaluation, input, steps, taker);
          if (shared != null && shared.prepare(series + 1, each)) {
            shared.run();
            return;
          }
          mayShare = false;
        }
      }
    }
  }
}
