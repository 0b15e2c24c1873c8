package io.narthex.sinks.codec;

import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.PageStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Figures about a page of doubles: how they are computed and written. A number is a varint if it is
 * a decimal at the page's exponent, else its bits; what follows from other figures is left out.
 */
public final class StatisticsCodec {
  private static final int FIRST_IS_MIN = 1;
  private static final int FIRST_IS_MAX = 2;
  private static final int LAST_IS_MIN = 4;
  private static final int LAST_IS_MAX = 8;
  private static final int NO_RESETS = 16;
  private static final int NONE_STALE = 32;

  /** Scaled integers below this magnitude are written as varints. */
  private static final long VARINT_LIMIT = 1L << 60;

  /** The base is below this magnitude, so that a multiple by the rows of a page is small enough. */
  private static final long BASE_LIMIT = 1L << 48;

  private StatisticsCodec() {}

  /**
   * Figures of {@code values[from, to)}; null if there is no value but stale markers, or a NaN. The
   * sum is compensated (A. Neumaier, 1974).
   */
  public static @Nullable PageStatistics of(double[] values, int from, int to) {
    int at = from;
    while (at < to && StaleMarker.is(values[at])) {
      at++;
    }
    if (at == to) {
      return null;
    }
    double first = values[at];
    double min = first;
    double max = first;
    double sum = 0;
    double lost = 0;
    double last = first;
    double correction = 0;
    int count = 0;
    int resets = 0;
    for (; at < to; at++) {
      double value = values[at];
      if (Double.isNaN(value)) {
        if (StaleMarker.is(value)) {
          continue;
        }
        return null;
      }
      count++;
      min = Math.min(min, value);
      max = Math.max(max, value);
      double total = sum + value;
      correction +=
          Math.abs(sum) >= Math.abs(value) ? (sum - total) + value : (value - total) + sum;
      sum = total;
      if (value < last) {
        resets++;
        lost += last;
      }
      last = value;
    }
    double compensated = Double.isInfinite(sum) || Double.isNaN(sum) ? sum : sum + correction;
    return new PageStatistics(
        count, min, max, compensated, first, last, last - first + lost, resets);
  }

  /**
   * Appends the figures.
   *
   * @param exponent decimal exponent of the page's values
   * @param rows rows of the page
   */
  public static void write(PageStatistics s, int exponent, int rows, ByteOutput out) {
    int flags = 0;
    flags |= same(s.first(), s.min()) ? FIRST_IS_MIN : 0;
    flags |= same(s.first(), s.max()) ? FIRST_IS_MAX : 0;
    flags |= same(s.last(), s.min()) ? LAST_IS_MIN : 0;
    flags |= same(s.last(), s.max()) ? LAST_IS_MAX : 0;
    flags |= s.resets() == 0 && same(s.increase(), s.last() - s.first()) ? NO_RESETS : 0;
    flags |= s.count() == rows ? NONE_STALE : 0;
    out.write(flags);
    out.write(exponent);
    writeNumber(s.min(), exponent, 0, out);
    long min = base(s.min(), exponent);
    if (!same(s.min(), s.max())) {
      writeNumber(s.max(), exponent, min, out);
    } else {
      out.write(0x03);
    }
    if ((flags & (FIRST_IS_MIN | FIRST_IS_MAX)) == 0) {
      writeNumber(s.first(), exponent, min, out);
    }
    if ((flags & (LAST_IS_MIN | LAST_IS_MAX)) == 0) {
      writeNumber(s.last(), exponent, min, out);
    }
    if ((flags & NONE_STALE) == 0) {
      out.writeVarint(s.count());
    }
    writeNumber(s.sum(), exponent, min * s.count(), out);
    if ((flags & NO_RESETS) == 0) {
      writeNumber(s.increase(), exponent, 0, out);
      out.writeVarint(s.resets());
    }
  }

  /** Reads what {@link #write} wrote. */
  public static PageStatistics read(ByteInput in, int rows) {
    int flags = in.read();
    int exponent = in.read();
    if (exponent > Decimals.MAX_EXPONENT) {
      throw new MalformedPageException("a decimal exponent of " + exponent);
    }
    double min = readNumber(in, exponent, 0, 0);
    long base = base(min, exponent);
    double max = readNumber(in, exponent, base, min);
    double first =
        (flags & FIRST_IS_MIN) != 0
            ? min
            : (flags & FIRST_IS_MAX) != 0 ? max : readNumber(in, exponent, base, min);
    double last =
        (flags & LAST_IS_MIN) != 0
            ? min
            : (flags & LAST_IS_MAX) != 0 ? max : readNumber(in, exponent, base, min);
    int count = (flags & NONE_STALE) == 0 ? in.readCount(rows) : rows;
    double sum = readNumber(in, exponent, base * count, min);
    double increase = last - first;
    int resets = 0;
    if ((flags & NO_RESETS) == 0) {
      increase = readNumber(in, exponent, 0, min);
      resets = in.readCount(rows);
    }
    return new PageStatistics(count, min, max, sum, first, last, increase, resets);
  }

  private static boolean same(double a, double b) {
    return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
  }

  /** What figures near the least are told from: the least as a scaled integer, or 0. */
  private static long base(double min, int exponent) {
    long scaled = Decimals.scaled(min, exponent);
    return scaled < BASE_LIMIT && scaled > -BASE_LIMIT && Decimals.isExact(min, scaled, exponent)
        ? scaled
        : 0;
  }

  /**
   * The lowest bits say what follows: 0 the distance of a scaled integer from the base, 01 the bits
   * of a double, 11 the least.
   */
  private static void writeNumber(double value, int exponent, long base, ByteOutput out) {
    long scaled = Decimals.scaled(value, exponent);
    if (scaled < VARINT_LIMIT
        && scaled > -VARINT_LIMIT
        && Decimals.isExact(value, scaled, exponent)) {
      long distance = scaled - base;
      out.writeVarint(((distance << 1) ^ (distance >> 63)) << 1);
    } else {
      out.write(0x01);
      out.writeLong(Double.doubleToRawLongBits(value));
    }
  }

  private static double readNumber(ByteInput in, int exponent, long base, double least) {
    long head = in.readVarint();
    if (head == 1) {
      return Double.longBitsToDouble(in.readLong());
    }
    if (head == 3) {
      return least;
    }
    long folded = head >>> 1;
    long scaled = ((folded >>> 1) ^ -(folded & 1)) + base;
    return exponent == 0 ? (double) scaled : (double) scaled / Decimals.POWERS[exponent];
  }
}
