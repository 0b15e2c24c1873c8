package io.narthex.pipeline.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills the columns of a {@link SampleBatch}. A series is begun and then given its rows:
 *
 * <pre>{@code
 * var builder = SampleBatch.at(origin, timestamp);
 * builder.series(labels).value(0.5);
 * builder.series(bytes, from, to, hash).value(1);
 * SampleBatch batch = builder.build();
 * }</pre>
 *
 * <p>Label bytes are copied, unless {@link #over} names the array they lie in. Not thread-safe;
 * used once.
 */
public final class SampleBatchBuilder {
  private final Origin origin;
  private final boolean sharedTimestamp;
  private byte[] labelBytes = new byte[1024];
  private int labelsEnd;
  private boolean borrowed;
  private int[] labelFrom = new int[16];
  private int[] labelTo = new int[16];
  private long[] hashes = new long[16];
  private KnownSeries.@Nullable Numbering numbering;
  private int[] numbers = {};
  private int[] firstRow = new int[17];
  private int seriesCount;
  private long[] timestamps;
  private double[] values = new double[16];
  private int rowCount;
  private @Nullable FloatHistogram @Nullable [] histograms;
  private long @Nullable [] startTimestamps;
  private final List<Exemplar> exemplars = new ArrayList<>();
  private final List<MetricMetadata> metadata = new ArrayList<>();
  private long ackId = SampleBatch.NO_ACK;

  SampleBatchBuilder(Origin origin, long timestamp, boolean sharedTimestamp) {
    this.origin = origin;
    this.sharedTimestamp = sharedTimestamp;
    this.timestamps = new long[sharedTimestamp ? 1 : 16];
    this.timestamps[0] = timestamp;
  }

  /**
   * Takes an array as the place of all label bytes, without copying; it is not to be changed any
   * more. To be called before the first series, which is then added by {@link #seriesAt}.
   */
  public SampleBatchBuilder over(byte[] labelBytes) {
    if (seriesCount > 0) {
      throw new IllegalStateException("over() comes before the first series");
    }
    this.labelBytes = labelBytes;
    this.borrowed = true;
    return this;
  }

  /**
   * Makes room for as many series and rows as are expected; more may come. To be called before the
   * first series.
   */
  public SampleBatchBuilder expecting(int series, int rows) {
    if (seriesCount > 0) {
      throw new IllegalStateException("expecting() comes before the first series");
    }
    if (series > hashes.length) {
      labelFrom = new int[series];
      labelTo = new int[series];
      hashes = new long[series];
      firstRow = new int[series + 1];
    }
    if (rows > values.length) {
      values = new double[rows];
      if (!sharedTimestamp) {
        timestamps = new long[rows];
      }
    }
    return this;
  }

  /**
   * Says whose numbers are given with the series, see {@link SampleBatch#numbering()}. To be called
   * before the first series, after {@link #expecting}.
   */
  public SampleBatchBuilder numbering(KnownSeries.Numbering numbering) {
    if (seriesCount > 0) {
      throw new IllegalStateException("numbering() comes before the first series");
    }
    this.numbering = numbering;
    this.numbers = new int[hashes.length];
    return this;
  }

  public SampleBatchBuilder ackId(long ackId) {
    this.ackId = ackId;
    return this;
  }

  /** Begins a series; copies its canonical label bytes. */
  public SampleBatchBuilder series(byte[] bytes, int from, int to, long hash) {
    if (borrowed) {
      throw new IllegalStateException("label bytes are borrowed: use seriesAt");
    }
    int length = to - from;
    if (labelsEnd + length > labelBytes.length) {
      labelBytes = Arrays.copyOf(labelBytes, Math.max(2 * labelBytes.length, labelsEnd + length));
    }
    System.arraycopy(bytes, from, labelBytes, labelsEnd, length);
    int at = labelsEnd;
    labelsEnd += length;
    return begin(at, labelsEnd, hash);
  }

  public SampleBatchBuilder series(Labels labels) {
    return series(labels.bytes(), 0, labels.bytes().length, labels.hash());
  }

  /**
   * Begins a series whose canonical label bytes lie at {@code [from, to)} of the array given to
   * {@link #over}.
   */
  public SampleBatchBuilder seriesAt(int from, int to, long hash) {
    return seriesAt(from, to, hash, -1);
  }

  /**
   * As {@link #seriesAt(int, int, long)}.
   *
   * @param number of the series in the {@link #numbering}; −1 if it is not known
   */
  public SampleBatchBuilder seriesAt(int from, int to, long hash, int number) {
    if (!borrowed) {
      throw new IllegalStateException("seriesAt needs over()");
    }
    begin(from, to, hash);
    if (numbering != null) {
      numbers[seriesCount - 1] = number;
    } else if (number >= 0) {
      throw new IllegalStateException("a number needs numbering()");
    }
    return this;
  }

  /** Adds a float sample at the shared timestamp to the series begun last. */
  public SampleBatchBuilder value(double value) {
    if (!sharedTimestamp) {
      throw new IllegalStateException("this batch has no shared timestamp");
    }
    addRow(value);
    return this;
  }

  /** Adds a float sample to the series begun last. */
  public SampleBatchBuilder value(long timestamp, double value) {
    int row = addRow(value);
    if (!sharedTimestamp) {
      timestamps[row] = timestamp;
    } else if (timestamp != timestamps[0]) {
      throw new IllegalArgumentException("timestamp differs from the shared one");
    }
    return this;
  }

  /** Adds a histogram sample to the series begun last. */
  public SampleBatchBuilder histogram(long timestamp, FloatHistogram histogram) {
    value(timestamp, 0);
    if (histograms == null) {
      histograms = new FloatHistogram[values.length];
    }
    histograms[rowCount - 1] = histogram;
    return this;
  }

  /** Says when the counter of the row added last began, in milliseconds. */
  public SampleBatchBuilder startTimestamp(long startTimestamp) {
    if (startTimestamps == null) {
      startTimestamps = new long[values.length];
    }
    startTimestamps[rowCount - 1] = startTimestamp;
    return this;
  }

  /** Adds an exemplar to the series begun last. */
  public SampleBatchBuilder exemplar(Labels labels, double value, long timestamp) {
    exemplars.add(new Exemplar(seriesCount - 1, labels, value, timestamp));
    return this;
  }

  public SampleBatchBuilder metadata(MetricMetadata metadata) {
    this.metadata.add(metadata);
    return this;
  }

  public int seriesCount() {
    return seriesCount;
  }

  public int rowCount() {
    return rowCount;
  }

  public SampleBatch build() {
    var c = new SampleBatch.Columns(origin);
    c.ackId = ackId;
    c.labelBytes = borrowed ? labelBytes : Arrays.copyOf(labelBytes, labelsEnd);
    c.labelFrom = labelFrom;
    c.labelTo = labelTo;
    c.hashes = hashes;
    c.numbering = numbering;
    c.numbers = numbering == null ? null : numbers;
    c.seriesCount = seriesCount;
    firstRow[seriesCount] = rowCount;
    c.firstRow = oneRowEach() ? null : firstRow;
    c.timestamps = timestamps;
    c.sharedTimestamp = sharedTimestamp;
    c.values = values;
    c.rowCount = rowCount;
    c.histograms = histograms;
    c.startTimestamps = startTimestamps;
    c.exemplars = exemplars;
    c.metadata = metadata;
    return new SampleBatch(c);
  }

  private boolean oneRowEach() {
    if (rowCount != seriesCount) {
      return false;
    }
    for (int s = 0; s < seriesCount; s++) {
      if (firstRow[s] != s) {
        return false;
      }
    }
    return true;
  }

  private SampleBatchBuilder begin(int from, int to, long hash) {
    if (seriesCount == hashes.length) {
      int larger = 2 * seriesCount;
      labelFrom = Arrays.copyOf(labelFrom, larger);
      labelTo = Arrays.copyOf(labelTo, larger);
      hashes = Arrays.copyOf(hashes, larger);
      firstRow = Arrays.copyOf(firstRow, larger + 1);
      if (numbering != null) {
        numbers = Arrays.copyOf(numbers, larger);
      }
    }
    if (numbering != null) {
      numbers[seriesCount] = -1;
    }
    labelFrom[seriesCount] = from;
    labelTo[seriesCount] = to;
    hashes[seriesCount] = hash;
    firstRow[seriesCount] = rowCount;
    seriesCount++;
    return this;
  }

  private int addRow(double value) {
    if (seriesCount == 0) {
      throw new IllegalStateException("a sample before the first series");
    }
    if (rowCount == values.length) {
      int larger = 2 * rowCount;
      values = Arrays.copyOf(values, larger);
      if (!sharedTimestamp) {
        timestamps = Arrays.copyOf(timestamps, larger);
      }
      if (histograms != null) {
        histograms = Arrays.copyOf(histograms, larger);
      }
      if (startTimestamps != null) {
        startTimestamps = Arrays.copyOf(startTimestamps, larger);
      }
    }
    values[rowCount] = value;
    return rowCount++;
  }
}
