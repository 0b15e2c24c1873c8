package io.narthex.query.promql.function;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the range of each step begins and ends in a column of sample times. Series of one scrape
 * have equal times, so what is found out for one of them holds for its neighbours: {@link #of}
 * keeps the latest few columns. Times are milliseconds. Confined to one thread.
 */
public final class StepRanges {
  /** Columns that are kept; a power of two. */
  private static final int KEPT = 16;

  private final long[] times;
  private final int[] from;
  private final int[] to;
  private final long[] filled;
  private final Grid grid;
  private final long samples;
  private @Nullable Object derived;

  /**
   * The steps and their ranges.
   *
   * @param start time of the first step
   * @param interval between steps
   * @param steps number of steps
   * @param firstEnd inclusive end of the first step's range
   * @param endInterval between the ends of the ranges; 0 if all steps have the same range
   * @param length of a range, whose beginning is exclusive
   */
  public record Grid(
      long start, long interval, int steps, long firstEnd, long endInterval, long length) {}

  /** The latest columns of times, for one grid. */
  public static final class Kept {
    private final Grid grid;
    private final @Nullable StepRanges[] columns = new StepRanges[KEPT];

    public Kept(Grid grid) {
      this.grid = grid;
    }
  }

  private StepRanges(Grid grid, long[] times) {
    this.grid = grid;
    this.times = times;
    from = new int[grid.steps];
    to = new int[grid.steps];
    filled = new long[(grid.steps + 63) >>> 6];
    samples = locate();
  }

  private long locate() {
    int begin = 0;
    int end = 0;
    long sum = 0;
    for (int step = 0; step < grid.steps; step++) {
      long last = grid.firstEnd + step * grid.endInterval;
      long before = last - grid.length;
      while (end < times.length && times[end] <= last) {
        end++;
      }
      while (begin < end && times[begin] <= before) {
        begin++;
      }
      from[step] = begin;
      to[step] = end;
      sum += end - begin;
      if (begin < end) {
        filled[step >>> 6] |= 1L << step;
      }
    }
    return sum;
  }

  /**
   * The ranges over a column of times.
   *
   * @param times ascending; the first {@code count} count
   */
  public static StepRanges of(Kept kept, long[] times, int count) {
    int place = 0;
    if (count > 0) {
      long mixed = (times[0] * 31 + times[count - 1]) * 31 + count;
      place = (int) ((mixed * 0x9E3779B97F4A7C15L) >>> 60) & (KEPT - 1);
    }
    @Nullable StepRanges known = kept.columns[place];
    if (known != null && Arrays.equals(known.times, 0, known.times.length, times, 0, count)) {
      return known;
    }
    var ranges = new StepRanges(kept.grid, Arrays.copyOf(times, count));
    kept.columns[place] = ranges;
    return ranges;
  }

  /** Bytes that kept ranges take for so many series, estimated; with what kernels derive. */
  public static long bytes(int steps, int series) {
    return (long) Math.min(KEPT, series) * steps * 48;
  }

  public int steps() {
    return from.length;
  }

  /** Index of the first sample of each step's range. */
  public int[] from() {
    return from;
  }

  /** Index after the last sample of each step's range. */
  public int[] to() {
    return to;
  }

  /** One bit for each step, as in {@link Column#present}: whether its range has samples. */
  public long[] filled() {
    return filled;
  }

  /** Samples of all ranges together; one that is in several ranges counts for each. */
  public long samples() {
    return samples;
  }

  /** The end of a step's range. */
  public long end(int step) {
    return grid.firstEnd + step * grid.endInterval;
  }

  /** The exclusive beginning of a step's range. */
  public long start(int step) {
    return end(step) - grid.length;
  }

  /** The step's time. */
  public long time(int step) {
    return grid.start + step * grid.interval;
  }

  /** What a kernel has found out about the times, if anything. */
  @Nullable Object derived() {
    return derived;
  }

  /** Keeps what a kernel has found out about the times. */
  void derive(Object found) {
    derived = found;
  }
}
