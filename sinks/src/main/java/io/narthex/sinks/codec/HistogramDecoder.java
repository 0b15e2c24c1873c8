package io.narthex.sinks.codec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import java.util.Arrays;

/** Decodes what {@link HistogramEncoder} wrote. Reusable, confined to one thread. */
public final class HistogramDecoder {
  /** More buckets than any histogram has; guards against broken bytes. */
  private static final int MAX_BUCKETS = 1 << 20;

  private static final ResetHint[] HINTS = ResetHint.values();

  private final ValueDecoder values = new ValueDecoder();

  /**
   * Decodes histograms.
   *
   * @param into where to put them, from 0
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void decode(ByteInput in, FloatHistogram[] into, int count) {
    for (int at = 0; at < count; ) {
      int rows = in.readCount(count - at);
      if (rows == 0) {
        throw new MalformedPageException("an empty run of histograms");
      }
      readRun(in, into, at, rows);
      at += rows;
    }
  }

  private void readRun(ByteInput in, FloatHistogram[] into, int from, int rows) {
    int schema = (int) in.readSigned();
    double zeroThreshold = Double.longBitsToDouble(in.readLong());
    int[] positiveSpans = readInts(in);
    int[] negativeSpans = readInts(in);
    int positive = in.readCount(MAX_BUCKETS);
    int negative = in.readCount(MAX_BUCKETS);
    double[] customValues = new double[in.readCount(in.remaining() / 8)];
    for (int i = 0; i < customValues.length; i++) {
      customValues[i] = Double.longBitsToDouble(in.readLong());
    }
    var hints = readHints(in, rows);
    double[] counts = readColumn(in, rows);
    double[] zeroCounts = readColumn(in, rows);
    double[] sums = readColumn(in, rows);
    double[][] positiveBuckets = readBuckets(in, rows, positive);
    double[][] negativeBuckets = readBuckets(in, rows, negative);
    for (int i = 0; i < rows; i++) {
      into[from + i] =
          new FloatHistogram(
              hints[i],
              schema,
              zeroThreshold,
              zeroCounts[i],
              counts[i],
              sums[i],
              positiveSpans,
              positiveBuckets[i],
              negativeSpans,
              negativeBuckets[i],
              customValues);
    }
  }

  private static int[] readInts(ByteInput in) {
    int[] numbers = new int[in.readCount(in.remaining())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (int) in.readSigned();
    }
    return numbers;
  }

  private static ResetHint[] readHints(ByteInput in, int rows) {
    var hints = new ResetHint[rows];
    for (int at = 0; at < rows; ) {
      int hint = in.read();
      int run = in.readCount(rows - at);
      if (hint >= HINTS.length || run == 0) {
        throw new MalformedPageException("unknown reset hint " + hint);
      }
      Arrays.fill(hints, at, at + run, HINTS[hint]);
      at += run;
    }
    return hints;
  }

  /** Columns of buckets, turned into one array for each row. */
  private double[][] readBuckets(ByteInput in, int rows, int buckets) {
    if (buckets > in.remaining()) {
      throw new MalformedPageException(buckets + " buckets in " + in.remaining() + " bytes");
    }
    double[][] byRow = new double[rows][buckets];
    double[] column = new double[rows];
    for (int b = 0; b < buckets; b++) {
      values.decode(in, ValueCodec.of(in.read()), Leaders.NONE, column, 0, rows);
      for (int i = 0; i < rows; i++) {
        byRow[i][b] = column[i];
      }
    }
    return byRow;
  }

  private double[] readColumn(ByteInput in, int rows) {
    double[] column = new double[rows];
    values.decode(in, ValueCodec.of(in.read()), Leaders.NONE, column, 0, rows);
    return column;
  }
}
