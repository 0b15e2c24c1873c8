package io.narthex.pipeline.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the dataflow: a whole scrape, a whole remote-write request, a whole push. Columnar
 * and immutable: the arrays that accessors return belong to the batch and are not to be changed.
 * Only the store notes in it which rows it refused.
 *
 * <p>It holds {@link #seriesCount()} series and {@link #rowCount()} samples (rows), grouped by
 * series. A series is identified by its canonical label bytes, {@code labelBytes[labelFrom[s],
 * labelTo[s])} (see {@link Labels}), and their hash. The regions need not touch or be in order: for
 * remote write they point into the request's own body. A series may appear twice.
 *
 * <p>Timestamps are milliseconds since the epoch. A row is a float sample unless {@link
 * #histogram(int)} has a histogram for it; its value is then without meaning.
 */
public final class SampleBatch {
  /** {@link #ackId()} of batches that nobody waits for. */
  public static final long NO_ACK = 0;

  private final Origin origin;
  private final long ackId;
  private final byte[] labelBytes;
  private final int[] labelFrom;
  private final int[] labelTo;
  private final long[] hashes;
  private final KnownSeries.@Nullable Numbering numbering;
  private final int @Nullable [] numbers;
  private final int seriesCount;
  private final int @Nullable [] firstRow;
  private final long[] timestamps;
  private final boolean sharedTimestamp;
  private final double[] values;
  private final int rowCount;
  private final @Nullable FloatHistogram @Nullable [] histograms;
  private final long @Nullable [] startTimestamps;
  private final List<Exemplar> exemplars;
  private final List<MetricMetadata> metadata;
  private volatile long @Nullable [] refused; // bits of rows

  SampleBatch(Columns c) {
    this.origin = c.origin;
    this.ackId = c.ackId;
    this.labelBytes = c.labelBytes;
    this.labelFrom = c.labelFrom;
    this.labelTo = c.labelTo;
    this.hashes = c.hashes;
    this.numbering = c.numbering;
    this.numbers = c.numbers;
    this.seriesCount = c.seriesCount;
    this.firstRow = c.firstRow;
    this.timestamps = c.timestamps;
    this.sharedTimestamp = c.sharedTimestamp;
    this.values = c.values;
    this.rowCount = c.rowCount;
    this.histograms = c.histograms;
    this.startTimestamps = c.startTimestamps;
    this.exemplars = List.copyOf(c.exemplars);
    this.metadata = List.copyOf(c.metadata);
  }

  /** A builder of a batch whose rows all have one timestamp, one row a series. */
  public static SampleBatchBuilder at(Origin origin, long timestamp) {
    return new SampleBatchBuilder(origin, timestamp, true);
  }

  /** A builder of a batch whose rows have timestamps of their own. */
  public static SampleBatchBuilder of(Origin origin) {
    return new SampleBatchBuilder(origin, 0, false);
  }

  public Origin origin() {
    return origin;
  }

  /**
   * By this number the receiver knows who waits for the batch to be durable; {@link #NO_ACK} if
   * nobody does.
   */
  public long ackId() {
    return ackId;
  }

  public int seriesCount() {
    return seriesCount;
  }

  public int rowCount() {
    return rowCount;
  }

  /** The array that all label bytes lie in, at {@link #labelFrom(int)}. */
  public byte[] labelBytes() {
    return labelBytes;
  }

  public int labelFrom(int series) {
    return labelFrom[series];
  }

  public int labelTo(int series) {
    return labelTo[series];
  }

  /** {@link LabelHash} of the series' label bytes. */
  public long hash(int series) {
    return hashes[series];
  }

  /**
   * Whose numbers the series have, compared by identity; null if they have none. A number is a
   * shortcut of the process that gave it: it is not serialized.
   */
  public KnownSeries.@Nullable Numbering numbering() {
    return numbering;
  }

  /** The number of a series in {@link #numbering()}; −1 if it has none. */
  public int number(int series) {
    return numbers == null ? -1 : numbers[series];
  }

  /** First row of a series; its last is before {@code firstRow(series + 1)}. */
  public int firstRow(int series) {
    return firstRow == null ? series : firstRow[series];
  }

  /** Whether each series has exactly one row, so that row and series numbers are the same. */
  public boolean oneRowEach() {
    return firstRow == null;
  }

  public long timestamp(int row) {
    return timestamps[sharedTimestamp ? 0 : row];
  }

  /** Whether all rows have the timestamp of row 0. */
  public boolean hasSharedTimestamp() {
    return sharedTimestamp;
  }

  public double value(int row) {
    return values[row];
  }

  /** Values by row; may be longer than {@link #rowCount()}. */
  public double[] values() {
    return values;
  }

  /** The row's histogram, or null for a float sample. */
  public @Nullable FloatHistogram histogram(int row) {
    return histograms == null ? null : histograms[row];
  }

  public boolean hasHistograms() {
    return histograms != null;
  }

  /** When the row's counter began, in milliseconds; 0 if unknown. */
  public long startTimestamp(int row) {
    return startTimestamps == null ? 0 : startTimestamps[row];
  }

  public boolean hasStartTimestamps() {
    return startTimestamps != null;
  }

  public List<Exemplar> exemplars() {
    return exemplars;
  }

  public List<MetricMetadata> metadata() {
    return metadata;
  }

  /** The labels of a series as an object; for cold paths. */
  public Labels labels(int series) {
    return Labels.ofTrusted(labelBytes, labelFrom[series], labelTo[series]);
  }

  /** Whether a series' label bytes are those given. */
  public boolean labelsEqual(int series, byte[] bytes, int from, int to) {
    return Arrays.equals(labelBytes, labelFrom[series], labelTo[series], bytes, from, to);
  }

  /** Greatest timestamp of all rows; {@link Long#MIN_VALUE} if there are none. */
  public long maxTimestamp() {
    if (rowCount == 0) {
      return Long.MIN_VALUE;
    }
    if (sharedTimestamp) {
      return timestamps[0];
    }
    long max = Long.MIN_VALUE;
    for (int row = 0; row < rowCount; row++) {
      max = Math.max(max, timestamps[row]);
    }
    return max;
  }

  /** Least timestamp of all rows; {@link Long#MAX_VALUE} if there are none. */
  public long minTimestamp() {
    if (rowCount == 0) {
      return Long.MAX_VALUE;
    }
    if (sharedTimestamp) {
      return timestamps[0];
    }
    long min = Long.MAX_VALUE;
    for (int row = 0; row < rowCount; row++) {
      min = Math.min(min, timestamps[row]);
    }
    return min;
  }

  /**
   * Notes which rows the store refused, before the batch goes on to those who compute with what is
   * stored. Not serialized, and not shared with batches made of this one.
   *
   * @param rows a bit for each row, 64 in each element; taken over
   */
  public void refuse(long[] rows) {
    refused = rows;
  }

  /** Whether the store refused any row, as far as it has seen the batch in this process. */
  public boolean hasRefused() {
    return refused != null;
  }

  /** Whether the store refused a row. */
  public boolean isRefused(int row) {
    long[] bits = refused;
    return bits != null && (bits[row >>> 6] & 1L << row) != 0;
  }

  /** About how much memory the batch holds, for bounding queues. */
  public int sizeInBytes() {
    return labelBytes.length + 24 * seriesCount + 16 * rowCount + 256 * histogramCount();
  }

  /** This batch with another origin; columns are shared. */
  public SampleBatch withOrigin(Origin origin) {
    var columns = columns();
    columns.origin = origin;
    return new SampleBatch(columns);
  }

  /** This batch under an acknowledgement number; columns are shared. */
  public SampleBatch withAckId(long ackId) {
    var columns = columns();
    columns.ackId = ackId;
    return new SampleBatch(columns);
  }

  private int histogramCount() {
    return histograms == null ? 0 : rowCount;
  }

  private Columns columns() {
    var c = new Columns(origin);
    c.ackId = ackId;
    c.labelBytes = labelBytes;
    c.labelFrom = labelFrom;
    c.labelTo = labelTo;
    c.hashes = hashes;
    c.numbering = numbering;
    c.numbers = numbers;
    c.seriesCount = seriesCount;
    c.firstRow = firstRow;
    c.timestamps = timestamps;
    c.sharedTimestamp = sharedTimestamp;
    c.values = values;
    c.rowCount = rowCount;
    c.histograms = histograms;
    c.startTimestamps = startTimestamps;
    c.exemplars = exemplars;
    c.metadata = metadata;
    return c;
  }

  @Override
  public String toString() {
    return "SampleBatch[" + seriesCount + " series, " + rowCount + " rows, " + origin + "]";
  }

  /** The columns of a batch under construction, checked by nobody: only for this package. */
  static final class Columns {
    Origin origin;
    long ackId = NO_ACK;
    byte[] labelBytes = new byte[0];
    int[] labelFrom = new int[0];
    int[] labelTo = new int[0];
    long[] hashes = new long[0];
    KnownSeries.@Nullable Numbering numbering;
    int @Nullable [] numbers;
    int seriesCount;
    int @Nullable [] firstRow;
    long[] timestamps = new long[0];
    boolean sharedTimestamp;
    double[] values = new double[0];
    int rowCount;
    @Nullable FloatHistogram @Nullable [] histograms;
    long @Nullable [] startTimestamps;
    List<Exemplar> exemplars = List.of();
    List<MetricMetadata> metadata = List.of();

    Columns(Origin origin) {
      this.origin = origin;
    }
  }
}
