package io.narthex.query.promql.cache;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Cuts and joins the series of a matrix by time. */
final class SeriesSteps {
  private static final long SERIES_BYTES = 128;
  private static final long POINT_BYTES = 16;

  private SeriesSteps() {}

  /** The points between two times, both included; series without any are left out. */
  static List<Series> between(List<Series> all, long first, long last) {
    var cut = new ArrayList<Series>(all.size());
    for (Series series : all) {
      long[] times = series.timestamps();
      int from = place(times, first);
      int to = place(times, last + 1);
      if (from == 0 && to == times.length) {
        cut.add(series);
      } else if (from < to) {
        @Nullable FloatHistogram @Nullable [] histograms = series.histograms();
        cut.add(
            new Series(
                series.labels(),
                Arrays.copyOfRange(times, from, to),
                Arrays.copyOfRange(series.values(), from, to),
                histograms == null ? null : Arrays.copyOfRange(histograms, from, to)));
      }
    }
    return cut;
  }

  private static int place(long[] times, long time) {
    int found = Arrays.binarySearch(times, time);
    return found < 0 ? -found - 1 : found;
  }

  /** Series of a time and of a later one, as one list in label order. */
  static List<Series> joined(List<Series> earlier, List<Series> later) {
    var all = new TreeMap<Labels, Series>();
    earlier.forEach(series -> all.put(series.labels(), series));
    later.forEach(series -> all.merge(series.labels(), series, SeriesSteps::append));
    return new ArrayList<>(all.values());
  }

  private static Series append(Series a, Series b) {
    int size = a.timestamps().length;
    int more = b.timestamps().length;
    long[] times = Arrays.copyOf(a.timestamps(), size + more);
    System.arraycopy(b.timestamps(), 0, times, size, more);
    double[] values = Arrays.copyOf(a.values(), size + more);
    System.arraycopy(b.values(), 0, values, size, more);
    @Nullable FloatHistogram @Nullable [] first = a.histograms();
    @Nullable FloatHistogram @Nullable [] second = b.histograms();
    @Nullable FloatHistogram @Nullable [] both = null;
    if (first != null || second != null) {
      both = first == null ? new FloatHistogram[size + more] : Arrays.copyOf(first, size + more);
      if (second != null) {
        System.arraycopy(second, 0, both, size, more);
      }
    }
    return new Series(a.labels(), times, values, both);
  }

  /** Bytes that series take, estimated. */
  static long bytes(List<Series> all) {
    long bytes = 0;
    for (Series series : all) {
      bytes += SERIES_BYTES + series.labels().bytes().length;
      bytes += POINT_BYTES * series.timestamps().length;
      @Nullable FloatHistogram @Nullable [] histograms = series.histograms();
      for (int i = 0; histograms != null && i < histograms.length; i++) {
        FloatHistogram histogram = histograms[i];
        bytes += Long.BYTES + (histogram == null ? 0 : histogram.sizeInBytes());
      }
    }
    return bytes;
  }
}
