package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One series over all steps of a grid: for each step a float, a histogram, or nothing. Reused from
 * series to series; confined to one thread.
 */
public final class Column {
  private final int steps;
  private final double[] values;
  private final long[] present;
  private @Nullable FloatHistogram @Nullable [] histograms;
  private boolean anyHistogram;

  public Column(int steps) {
    this.steps = steps;
    values = new double[steps];
    present = new long[(steps + 63) >>> 6];
  }

  public int steps() {
    return steps;
  }

  /** Bytes that it holds, estimated; histograms count as far as they are there. */
  public long sizeInBytes() {
    long bytes = 96 + 8L * values.length + 8L * present.length;
    if (histograms != null) {
      bytes += 8L * histograms.length;
    }
    return bytes + histogramBytes();
  }

  /** Bytes of the histograms that it holds, estimated. */
  public long histogramBytes() {
    long bytes = 0;
    if (anyHistogram && histograms != null) {
      for (FloatHistogram histogram : histograms) {
        bytes += histogram == null ? 0 : histogram.sizeInBytes();
      }
    }
    return bytes;
  }

  /** The values by step; without meaning where nothing or a histogram is. */
  public double[] values() {
    return values;
  }

  /** One bit for each step, 64 steps to a word: whether there is anything. */
  public long[] present() {
    return present;
  }

  public boolean has(int step) {
    return (present[step >>> 6] & (1L << step)) != 0;
  }

  /** Whether any step since the last {@link #clear} was set to a histogram. */
  public boolean hasHistograms() {
    return anyHistogram;
  }

  /** The histogram at a step that is present; null if it is a float. */
  public @Nullable FloatHistogram histogram(int step) {
    return anyHistogram && histograms != null ? histograms[step] : null;
  }

  /** Whether the step holds a float. */
  public boolean hasFloat(int step) {
    return has(step) && histogram(step) == null;
  }

  public void set(int step, double value) {
    values[step] = value;
    present[step >>> 6] |= 1L << step;
    if (anyHistogram && histograms != null) {
      histograms[step] = null;
    }
  }

  public void set(int step, FloatHistogram histogram) {
    if (histograms == null) {
      histograms = new FloatHistogram[steps];
    }
    histograms[step] = histogram;
    anyHistogram = true;
    present[step >>> 6] |= 1L << step;
  }

  public void remove(int step) {
    present[step >>> 6] &= ~(1L << step);
    if (anyHistogram && histograms != null) {
      histograms[step] = null;
    }
  }

  /**
   * Removes the steps that are not in a set of steps, or those that are.
   *
   * @param set one bit for each step, as in {@link #present}
   */
  public void keep(long[] set, boolean inside) {
    for (int word = 0; word < set.length; word++) {
      long kept = inside ? set[word] : ~set[word];
      if (anyHistogram && histograms != null) {
        long removed = present[word] & ~kept;
        for (; removed != 0; removed &= removed - 1) {
          histograms[(word << 6) + Long.numberOfTrailingZeros(removed)] = null;
        }
      }
      present[word] &= kept;
    }
  }

  /** Forgets everything. */
  public void clear() {
    Arrays.fill(present, 0);
    if (anyHistogram && histograms != null) {
      Arrays.fill(histograms, null);
    }
    anyHistogram = false;
  }

  /** Takes over one step of another column. */
  public void copy(int step, Column from, int fromStep) {
    if (!from.has(fromStep)) {
      remove(step);
      return;
    }
    FloatHistogram histogram = from.histogram(fromStep);
    if (histogram != null) {
      set(step, histogram);
    } else {
      set(step, from.values[fromStep]);
    }
  }

  /** Becomes a copy of a column with as many steps. */
  public void copyFrom(Column from) {
    System.arraycopy(from.values, 0, values, 0, steps);
    System.arraycopy(from.present, 0, present, 0, present.length);
    if (anyHistogram && histograms != null) {
      Arrays.fill(histograms, null);
    }
    anyHistogram = from.anyHistogram;
    if (from.anyHistogram && from.histograms != null) {
      if (histograms == null) {
        histograms = new FloatHistogram[steps];
      }
      System.arraycopy(from.histograms, 0, histograms, 0, steps);
    }
  }

  /** Removes the steps that hold histograms. */
  public void keepFloats() {
    if (!anyHistogram || histograms == null) {
      return;
    }
    for (int step = 0; step < steps; step++) {
      if (histograms[step] != null) {
        present[step >>> 6] &= ~(1L << step);
        histograms[step] = null;
      }
    }
    anyHistogram = false;
  }

  /** Makes all steps present, as floats. */
  public void presentEverywhere() {
    Arrays.fill(present, -1L);
    if ((steps & 63) != 0) {
      present[present.length - 1] = (1L << steps) - 1;
    }
  }

  /** Number of steps that hold something. */
  public int count() {
    int count = 0;
    for (long word : present) {
      count += Long.bitCount(word);
    }
    return count;
  }

  public boolean isEmpty() {
    for (long word : present) {
      if (word != 0) {
        return false;
      }
    }
    return true;
  }
}
