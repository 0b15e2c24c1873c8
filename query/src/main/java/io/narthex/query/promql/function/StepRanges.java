package io.narthex.query.promql.function;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the range of each step begins and ends in a column of sample times. Series of one scrape
 * have equal times, so what is found out for one of them holds for its neighbours: {@link #of}
 * keeps the latest few columns, as far as there is memory. Times are milliseconds. Confined to one
 * thread.
 */
public final class StepRanges {
  /** Columns that are kept; a power of two. */
  private static final int KEPT = 16;

  private final long[] times;
  private final int count;
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

  /** What gives leave to keep columns of times. */
  public interface Budget {
    /** Counts bytes as held, unless there are not so many to spare. */
    boolean mayTake(long bytes);

    /** Counts bytes as no longer held. */
    void giveBack(long bytes);
  }

  /** The latest columns of times, for one grid. */
  public static final class Kept {
    private final Grid grid;
    private final Budget budget;
    private final @Nullable StepRanges[] columns = new StepRanges[KEPT];

    /**
     * @param budget what is asked for columns of times; what {@link #bytes} says is counted already
     */
    public Kept(Grid grid, Budget budget) {
      this.grid = grid;
      this.budget = budget;
    }

    /** Makes room for a column in the place of another; false if there is none. */
    private boolean mayReplace(@Nullable StepRanges before, int place, int count) {
      long more = (long) Long.BYTES * (count - (before == null ? 0 : before.count));
      if (more > 0 && !budget.mayTake(more)) {
        return false;
      }
      columns[place] = null;
      if (more < 0) {
        budget.giveBack(-more);
      }
      return true;
    }
  }

  private StepRanges(Grid grid, long[] times, int count) {
    this.grid = grid;
    this.times = times;
    this.count = count;
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
      while (end < count && times[end] <= last) {
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
   * The ranges over a column of times, which must not change before they are asked for again.
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
    if (known != null && Arrays.equals(known.times, 0, known.count, times, 0, count)) {
      return known;
    }
    if (!kept.mayReplace(known, place, count)) {
      return new StepRanges(kept.grid, times, count);
    }
    var ranges = new StepRanges(kept.grid, Arrays.copyOf(times, count), count);
    kept.columns[place] = ranges;
    return ranges;
  }

  /**
   * Bytes that kept ranges take for so many series, estimated; with what kernels derive, without
   * the columns of times.
   */
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
