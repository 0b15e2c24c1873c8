package io.narthex.sinks.codec;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Arrays;

/**
 * Encodes native histograms: runs of equal shape (schema, spans, bounds), and in each run one
 * column for every figure and every bucket. A bucket's counts change slowly, so a column is small.
 * Reusable, confined to one thread.
 */
public final class HistogramEncoder {
  private final ValueEncoder values = new ValueEncoder();
  private final ByteOutput column = new ByteOutput(1 << 10);
  private double[] figures = new double[0];

  /** Appends {@code rows[from, to)}, none of which is null. */
  public void encode(FloatHistogram[] rows, int from, int to, ByteOutput out) {
    if (figures.length < to - from) {
      figures = new double[to - from];
    }
    for (int begin = from; begin < to; ) {
      int end = begin + 1;
      while (end < to && sameShape(rows[begin], rows[end])) {
        end++;
      }
      writeRun(rows, begin, end, out);
      begin = end;
    }
  }

  private void writeRun(FloatHistogram[] rows, int from, int to, ByteOutput out) {
    out.writeVarint(to - from);
    FloatHistogram shape = rows[from];
    out.writeSigned(shape.schema());
    out.writeLong(Double.doubleToRawLongBits(shape.zeroThreshold()));
    writeInts(shape.positiveSpans(), out);
    writeInts(shape.negativeSpans(), out);
    out.writeVarint(shape.positiveBuckets().length);
    out.writeVarint(shape.negativeBuckets().length);
    out.writeVarint(shape.customValues().length);
    for (double bound : shape.customValues()) {
      out.writeLong(Double.doubleToRawLongBits(bound));
    }
    writeHints(rows, from, to, out);
    for (int i = from; i < to; i++) {
      figures[i - from] = rows[i].count();
    }
    writeColumn(to - from, out);
    for (int i = from; i < to; i++) {
      figures[i - from] = rows[i].zeroCount();
    }
    writeColumn(to - from, out);
    for (int i = from; i < to; i++) {
      figures[i - from] = rows[i].sum();
    }
    writeColumn(to - from, out);
    for (int b = 0; b < shape.positiveBuckets().length; b++) {
      for (int i = from; i < to; i++) {
        figures[i - from] = rows[i].positiveBuckets()[b];
      }
      writeColumn(to - from, out);
    }
    for (int b = 0; b < shape.negativeBuckets().length; b++) {
      for (int i = from; i < to; i++) {
        figures[i - from] = rows[i].negativeBuckets()[b];
      }
      writeColumn(to - from, out);
    }
  }

  private static void writeInts(int[] numbers, ByteOutput out) {
    out.writeVarint(numbers.length);
    for (int number : numbers) {
      out.writeSigned(number);
    }
  }

  /** Runs of equal hints: the hint and how often it comes. */
  private static void writeHints(FloatHistogram[] rows, int from, int to, ByteOutput out) {
    for (int begin = from; begin < to; ) {
      int end = begin + 1;
      while (end < to && rows[end].hint() == rows[begin].hint()) {
        end++;
      }
      out.write(rows[begin].hint().ordinal());
      out.writeVarint(end - begin);
      begin = end;
    }
  }

  private void writeColumn(int count, ByteOutput out) {
    column.clear();
    ValueCodec codec = values.encode(figures, 0, count, column);
    out.write(codec.ordinal());
    out.write(column.bytes(), 0, column.size());
  }

  private static boolean sameShape(FloatHistogram a, FloatHistogram b) {
    return a.schema() == b.schema()
        && Double.doubleToRawLongBits(a.zeroThreshold())
            == Double.doubleToRawLongBits(b.zeroThreshold())
        && Arrays.equals(a.positiveSpans(), b.positiveSpans())
        && Arrays.equals(a.negativeSpans(), b.negativeSpans())
        && a.positiveBuckets().length == b.positiveBuckets().length
        && a.negativeBuckets().length == b.negativeBuckets().length
        && sameBits(a.customValues(), b.customValues());
  }

  private static boolean sameBits(double[] a, double[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (Double.doubleToRawLongBits(a[i]) != Double.doubleToRawLongBits(b[i])) {
        return false;
      }
    }
    return true;
  }
}
