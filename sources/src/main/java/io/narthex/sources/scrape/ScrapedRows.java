package io.narthex.sources.scrape;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.wire.ExpositionParser.ParsedExemplar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one scrape before they become a batch, in columns: entry of the series, time,
 * value, start time, histogram. Used again for other scrapes; not thread-safe.
 */
final class ScrapedRows {
  int count;
  int[] entry = new int[1024];
  double[] value = new double[1024];
  long[] timestamp = new long[1024];
  long @Nullable [] start;
  @Nullable FloatHistogram @Nullable [] histogram;

  /** Whether a row has a time of its own. */
  boolean ownTimes;

  /** Samples read but not kept. */
  int left;

  /** Bit r of word r/64: the series of row r was not in the last good scrape. */
  private long[] fresh = new long[16];

  int freshCount;

  final List<RowExemplar> exemplars = new ArrayList<>();

  /** An exemplar and the row it belongs to; in the order of the rows. */
  record RowExemplar(int row, ParsedExemplar exemplar) {}

  void clear() {
    if (histogram != null) {
      Arrays.fill(histogram, null);
    }
    Arrays.fill(fresh, 0);
    freshCount = 0;
    left = 0;
    count = 0;
    start = null;
    histogram = null;
    ownTimes = false;
    exemplars.clear();
  }

  /** Adds a row and returns its number. */
  int add(int entry, long timestamp, double value) {
    if (count == this.entry.length) {
      grow();
    }
    this.entry[count] = entry;
    this.timestamp[count] = timestamp;
    this.value[count] = value;
    return count++;
  }

  void fresh(int row) {
    if (row >> 6 >= fresh.length) {
      fresh = Arrays.copyOf(fresh, Math.max(2 * fresh.length, (row >> 6) + 1));
    }
    fresh[row >> 6] |= 1L << (row & 63);
    freshCount++;
  }

  /** The label hashes of fresh series, sorted. */
  long[] freshHashes(SeriesTable table) {
    long[] hashes = new long[freshCount];
    int found = 0;
    for (int row = 0; row < count && found < freshCount; row++) {
      if ((fresh[row >> 6] & (1L << (row & 63))) != 0) {
        hashes[found++] = table.labelHash(entry[row]);
      }
    }
    Arrays.sort(hashes);
    return hashes;
  }

  /** The fresh bits of all rows; a copy. */
  long[] freshBits() {
    return Arrays.copyOf(fresh, (count >> 6) + 1);
  }

  void start(int row, long millis) {
    if (start == null) {
      start = new long[entry.length];
    }
    start[row] = millis;
  }

  void histogram(int row, FloatHistogram of) {
    if (histogram == null) {
      histogram = new FloatHistogram[entry.length];
    }
    histogram[row] = of;
  }

  private void grow() {
    int larger = 2 * count;
    entry = Arrays.copyOf(entry, larger);
    timestamp = Arrays.copyOf(timestamp, larger);
    value = Arrays.copyOf(value, larger);
    if (start != null) {
      start = Arrays.copyOf(start, larger);
    }
    if (histogram != null) {
      histogram = Arrays.copyOf(histogram, larger);
    }
  }
}
