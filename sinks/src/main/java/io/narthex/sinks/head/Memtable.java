package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was appended between two cuts of the log: samples in order as chains, histograms and late
 * samples aside. Guarded by the head's lock; once frozen it does not change.
 */
final class Memtable {
  static final int NONE = 0;
  static final int SAME = 1;
  static final int OTHER = 2;

  /** What a series' column of histograms or late samples takes while it is short. */
  private static final long COLUMN_BYTES = 192;

  /** A histogram's place in its column, room to grow included. */
  private static final long REFERENCE_BYTES = 8;

  private final SeriesTable series;
  private @Nullable Chains chains;
  private final PagedRefs<LateSamples> late = new PagedRefs<>();
  private final PagedRefs<Histograms> histograms = new PagedRefs<>();
  private final SampleBuffer found = new SampleBuffer(4);
  private boolean anyAside;
  private long minTime = Long.MAX_VALUE;
  private long maxTime = Long.MIN_VALUE;
  private long samples;
  private long asideBytes;

  /**
   * Makes an empty memtable.
   *
   * @param series the series that ids refer to
   */
  Memtable(SeriesTable series) {
    this.series = series;
  }

  SeriesTable series() {
    return series;
  }

  long minTime() {
    return minTime;
  }

  long maxTime() {
    return maxTime;
  }

  /** Samples, late ones included. */
  long samples() {
    return samples;
  }

  boolean isEmpty() {
    return samples == 0;
  }

  @Nullable Chains chains() {
    return chains;
  }

  /** Start and length of a series' chain; 0 if it has none. */
  long head(int id) {
    return chains == null ? 0 : chains.head(id);
  }

  /** Whether a series has samples here. */
  boolean has(int id) {
    return head(id) != 0 || late.get(id) != null;
  }

  /** Appends a sample that is newer than the series' last one, whose time and bits are given. */
  void add(
      int id,
      long timestamp,
      long bits,
      long start,
      @Nullable FloatHistogram histogram,
      long timeBefore,
      long bitsBefore) {
    var open = chains;
    if (open == null) {
      open = new Chains(timestamp);
      chains = open;
    }
    open.add(id, timestamp, bits, histogram != null, start, timeBefore, bitsBefore);
    if (histogram != null) {
      histogramsOf(id).add(histogram);
      asideBytes += REFERENCE_BYTES + histogram.sizeInBytes();
    }
    note(timestamp);
  }

  /** Keeps a sample that is not newer than the series' last one. */
  void addLate(int id, long timestamp, long bits, long start, @Nullable FloatHistogram histogram) {
    var column = late.get(id);
    if (column == null) {
      column = new LateSamples();
      late.set(id, column);
      anyAside = true;
      asideBytes += COLUMN_BYTES;
    }
    asideBytes += LateSamples.ROW_BYTES + (histogram == null ? 0 : histogram.sizeInBytes());
    column.add(timestamp, bits, start, histogram);
    note(timestamp);
  }

  boolean hasLate(int id) {
    return anyAside && late.get(id) != null;
  }

  /** Samples of a series, late ones included. */
  int countOf(int id) {
    var lateOnes = late.get(id);
    return Chains.count(head(id)) + (lateOnes == null ? 0 : lateOnes.size());
  }

  /**
   * Compares a sample with what the series has at its time.
   *
   * @return {@link #NONE}, {@link #SAME} or {@link #OTHER}
   */
  int compareAt(int id, long time, long bits, @Nullable FloatHistogram histogram) {
    found.clear();
    var column = histograms.get(id);
    if (chains != null) {
      chains.read(head(id), column == null ? null : column.rows, time - 1, time, found);
    }
    var lateOnes = late.get(id);
    if (lateOnes != null) {
      lateOnes.view().read(time - 1, time, found);
    }
    int last = found.size() - 1;
    if (last < 0) {
      return NONE;
    }
    var known = found.histogram(last);
    boolean same =
        known == null
            ? histogram == null && Double.doubleToRawLongBits(found.values()[last]) == bits
            : known.equals(histogram);
    return same ? SAME : OTHER;
  }

  /** The newest histogram of a series; null if it has none here. */
  @Nullable FloatHistogram lastHistogram(int id) {
    var column = histograms.get(id);
    return column == null ? null : column.rows[column.size - 1];
  }

  /** Late samples of a series and its histograms, to be read without the lock. */
  @Nullable Aside aside(int id) {
    if (!anyAside) {
      return null;
    }
    var lateOnes = late.get(id);
    var column = histograms.get(id);
    if (lateOnes == null && column == null) {
      return null;
    }
    return new Aside(
        lateOnes == null ? null : lateOnes.view(), column == null ? null : column.rows);
  }

  /** Bytes that it holds, estimated: chains, histograms and late samples. */
  long sizeInBytes() {
    return asideBytes + (chains == null ? 0 : chains.sizeInBytes());
  }

  private void note(long timestamp) {
    minTime = Math.min(minTime, timestamp);
    maxTime = Math.max(maxTime, timestamp);
    samples++;
  }

  private Histograms histogramsOf(int id) {
    var column = histograms.get(id);
    if (column == null) {
      column = new Histograms();
      histograms.set(id, column);
      anyAside = true;
      asideBytes += COLUMN_BYTES;
    }
    return column;
  }

  /** What few series have besides their chain, as it was at one moment. */
  record Aside(LateSamples.@Nullable View late, FloatHistogram @Nullable [] histograms) {}

  /** The histograms of a chain, in order. */
  private static final class Histograms {
    private FloatHistogram[] rows = new FloatHistogram[4];
    private int size;

    void add(FloatHistogram histogram) {
      if (size == rows.length) {
        rows = Arrays.copyOf(rows, 2 * size);
      }
      rows[size++] = histogram;
    }
  }
}
