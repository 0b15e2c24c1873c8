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

  /**
   * Computes steps of a series of floats only, as {@link #step} would one by one.
   *
   * @param first the first step; a multiple of 64 for kernels that compute them at once
   * @param end after the last step; for kernels that compute them at once a multiple of 64, or the
   *     number of steps
   */
  default void steps(Window window, StepRanges ranges, int first, int end, Column out) {
    int[] from = ranges.from();
    int[] to = ranges.to();
    for (int step = first; step < end; step++) {
      if (from[step] < to[step]) {
        window.at(from[step], to[step]);
        window.range(ranges.start(step), ranges.end(step), ranges.time(step));
        step(window, step, out);
      }
    }
  }

  /**
   * Whether {@link #steps} computes all of them at once, in a time that does not grow with the
   * samples of each.
   *
   * @param window with the series
   */
  default boolean isAtOnce(Window window) {
    return false;
  }

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

    /** The same with notes of its own, for another thread. */
    public Call noting(Annotations other) {
      return new Call(other, spans, rangeMillis, extension, scalars);
    }

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
