package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Span;
import java.util.List;

/**
 * Computes a function over range vectors, for one series after the other. Has state of the series;
 * confined to one thread.
 */
public interface RangeKernel {

  /** Begins a series: the window holds all of its samples. */
  default void begin(Window window) {}

  /**
   * Computes one step; steps come in ascending order. The window is not empty. Sets the step in the
   * column, or leaves it absent.
   */
  void step(Window window, int step, Column out);

  /** Makes kernels, one for each thread that works on a call. */
  @FunctionalInterface
  interface Factory {
    RangeKernel create(Call call);
  }

  /**
   * What a kernel knows of the call.
   *
   * @param notes where it annotates
   * @param spans of the arguments
   * @param rangeMillis length of the range
   * @param extension of the selector
   * @param scalars the scalar arguments in order, by step
   */
  record Call(
      Annotations notes,
      List<Span> spans,
      long rangeMillis,
      Extension extension,
      List<double[]> scalars) {

    /** Length of the range in seconds, rounded as Go's durations are. */
    public double rangeSeconds() {
      return rangeMillis / 1000 + (rangeMillis % 1000) * 1e6 / 1e9;
    }

    void warn(String text) {
      notes.warn(text, spans.get(0));
    }

    void info(String text) {
      notes.info(text, spans.get(0));
    }
  }
}
