package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.Labels;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds up points of delta temporality, series by series, to what a counter or a cumulative
 * histogram would show. The sums are in memory: after a restart, or when a series was silent for a
 * while, they begin anew, which to a query is a counter's reset. Their memory is bounded; beyond it
 * further series are refused. Safe for use by several threads.
 *
 * <p>Source: OpenTelemetry's metrics data model, "Sums: delta-to-cumulative", and its exponential
 * histograms' merge.
 */
public final class DeltaStreams {
  /** A sum is forgotten when nothing was added to it for so long, as in Prometheus. */
  public static final Duration MOST_SILENCE = Duration.ofMinutes(5);

  /** About what an entry takes besides its labels and counts. */
  private static final int ENTRY_BYTES = 256;

  private final Map<Labels, Sum> sums = new LinkedHashMap<>(16, 0.75f, true);
  private final long mostBytes;
  private final LongSupplier nanos;
  private long bytes;

  /**
   * No sums yet.
   *
   * @param mostBytes that all sums together may take, about
   */
  public DeltaStreams(long mostBytes) {
    this(mostBytes, System::nanoTime);
  }

  DeltaStreams(long mostBytes, LongSupplier nanos) {
    this.mostBytes = mostBytes;
    this.nanos = nanos;
  }

  /** What has come of one series. */
  private static final class Sum {
    private long start;
    private long time;
    private long touched;
    private long bytes;
    private double value;
    private double count;
    private boolean hasSum;
    private double sum;
    private double[] counts = {};
    private double[] bounds = {};
    private @Nullable ExponentialSum exponential;

    /** Whether its buckets are those of a point, so that counts can be added. */
    boolean hasBoundsOf(OtlpPoint point) {
      return counts.length == point.counts.size && Arrays.equals(bounds, point.bounds.copy());
    }
  }

  /**
   * Adds a point to the sum of its series, and makes it show that sum.
   *
   * @param series by which it is known
   * @param kind of the metric, as of {@link OtlpMetric}
   * @return why it cannot be added; null if it was
   */
  synchronized @Nullable String add(Labels series, int kind, OtlpPoint point) {
    String fault = kind == OtlpMetric.EXPONENTIAL ? ExponentialSum.fault(point) : null;
    if (fault != null) {
      return fault;
    }
    long now = nanos.getAsLong();
    forget(now);
    var sum = sums.get(series);
    long more = bytesOf(series, point) - (sum == null ? 0 : sum.bytes);
    if (more > 0 && bytes + more > mostBytes) {
      return "too many series of delta temporality: their sums would take more than "
          + mostBytes
          + " bytes";
    }
    if (sum == null) {
      sum = new Sum();
      sum.start = point.start;
      sums.put(series, sum);
    } else if (Long.compareUnsigned(point.time, sum.time) <= 0) {
      return "a point of delta temporality is not newer than the one before";
    } else if (point.start != 0 && Long.compareUnsigned(point.start, sum.start) < 0) {
      return "a point of delta temporality begins before the first one of its series";
    }
    sum.time = point.time;
    sum.touched = now;
    switch (kind) {
      case OtlpMetric.HISTOGRAM -> addHistogram(sum, point);
      case OtlpMetric.EXPONENTIAL -> addExponential(sum, point);
      default -> {
        sum.value += point.value;
        point.value = sum.value;
      }
    }
    point.start = sum.start;
    bytes -= sum.bytes;
    sum.bytes = bytesOf(series, point);
    bytes += sum.bytes;
    return null;
  }

  /** Series whose sums are known. */
  synchronized int size() {
    return sums.size();
  }

  private static long bytesOf(Labels series, OtlpPoint point) {
    return ENTRY_BYTES
        + series.bytes().length
        + 8L * (point.counts.size + point.negativeCounts.size + point.bounds.size);
  }

  private void forget(long now) {
    var oldestFirst = sums.values().iterator();
    while (oldestFirst.hasNext()) {
      var oldest = oldestFirst.next();
      if (now - oldest.touched < MOST_SILENCE.toNanos()) {
        return;
      }
      bytes -= oldest.bytes;
      oldestFirst.remove();
    }
  }

  /** Buckets with other bounds than before cannot be added: the sum begins anew with them. */
  private static void addHistogram(Sum sum, OtlpPoint point) {
    if (sum.hasBoundsOf(point)) {
      for (int i = 0; i < sum.counts.length; i++) {
        sum.counts[i] += point.counts.get(i);
      }
      addTotals(sum, point);
    } else {
      sum.start = point.start;
      sum.counts = point.counts.copy();
      sum.bounds = point.bounds.copy();
      sum.count = 0;
      sum.sum = 0;
      addTotals(sum, point);
    }
    point.counts.set(sum.counts);
  }

  private static void addExponential(Sum sum, OtlpPoint point) {
    if (sum.exponential == null) {
      sum.exponential = new ExponentialSum(point);
    } else {
      sum.exponential.add(point);
    }
    sum.exponential.show(point);
    addTotals(sum, point);
  }

  private static void addTotals(Sum sum, OtlpPoint point) {
    sum.count += point.count;
    sum.hasSum |= point.hasSum;
    sum.sum += point.hasSum ? point.sum : 0;
    point.count = sum.count;
    point.hasSum = sum.hasSum;
    point.sum = sum.sum;
  }
}
