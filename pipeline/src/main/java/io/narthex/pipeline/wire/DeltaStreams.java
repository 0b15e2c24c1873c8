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
 * <p>A point counts when it is decoded, which is before it is stored. A sender whose request was
 * not stored, or whose answer was lost, sends it again: the newest point of a series, told once
 * more, is not added again but shows the same sum, so that it is stored in the end; the store knows
 * a sample that it has already.
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
    private long print; // of the point added last
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
   * Adds a point to the sum of its series, unless it is the one added last, and makes it show that
   * sum.
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
    long print = print(kind, point);
    if (sum == null) {
      sum = new Sum();
      sum.start = point.start;
      sums.put(series, sum);
    } else if (point.time == sum.time && print == sum.print) {
      sum.touched = now;
      show(sum, kind, point);
      return null;
    } else if (Long.compareUnsigned(point.time, sum.time) <= 0) {
      return "a point of delta temporality is not newer than the one before";
    } else if (point.start != 0 && Long.compareUnsigned(point.start, sum.start) < 0) {
      return "a point of delta temporality begins before the first one of its series";
    }
    sum.time = point.time;
    sum.print = print;
    sum.touched = now;
    switch (kind) {
      case OtlpMetric.HISTOGRAM -> addHistogram(sum, point);
      case OtlpMetric.EXPONENTIAL -> addExponential(sum, point);
      default -> sum.value += point.value;
    }
    show(sum, kind, point);
    bytes -= sum.bytes;
    sum.bytes = bytesOf(series, point);
    bytes += sum.bytes;
    return null;
  }

  /** A number that tells points of one time apart, as good as surely. */
  private static long print(int kind, OtlpPoint point) {
    long print = mixed(kind, point.start);
    print = mixed(print, Double.doubleToRawLongBits(point.value));
    print = mixed(print, Double.doubleToRawLongBits(point.count));
    print = mixed(print, Double.doubleToRawLongBits(point.hasSum ? point.sum : Double.NaN));
    if (kind == OtlpMetric.EXPONENTIAL) {
      print = mixed(print, point.scale);
      print = mixed(print, Double.doubleToRawLongBits(point.zeroCount));
      print = mixed(print, Double.doubleToRawLongBits(point.zeroThreshold));
      print = mixed(print, (long) point.positiveOffset << 32 ^ point.negativeOffset);
    }
    for (int i = 0; i < point.counts.size; i++) {
      print = mixed(print, Double.doubleToRawLongBits(point.counts.get(i)));
    }
    print = mixed(print, point.counts.size);
    for (int i = 0; i < point.negativeCounts.size; i++) {
      print = mixed(print, Double.doubleToRawLongBits(point.negativeCounts.get(i)));
    }
    for (double bound : point.bounds.copy()) {
      print = mixed(print, Double.doubleToRawLongBits(bound));
    }
    return print;
  }

  /** Every bit of both parts moves some half of the result's bits. */
  private static long mixed(long before, long next) {
    long x = (before ^ next) * 0x9E3779B97F4A7C15L;
    x = (x ^ x >>> 32) * 0xD6E8FEB86659FD93L;
    return x ^ x >>> 29;
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
    } else {
      sum.start = point.start;
      sum.counts = point.counts.copy();
      sum.bounds = point.bounds.copy();
      sum.count = 0;
      sum.sum = 0;
    }
    addTotals(sum, point);
  }

  private static void addExponential(Sum sum, OtlpPoint point) {
    if (sum.exponential == null) {
      sum.exponential = new ExponentialSum(point);
    } else {
      sum.exponential.add(point);
    }
    addTotals(sum, point);
  }

  private static void addTotals(Sum sum, OtlpPoint point) {
    sum.count += point.count;
    sum.hasSum |= point.hasSum;
    sum.sum += point.hasSum ? point.sum : 0;
  }

  /** Makes a point have what has come so far; the bounds of a histogram are those of the sum. */
  private static void show(Sum sum, int kind, OtlpPoint point) {
    point.start = sum.start;
    if (kind != OtlpMetric.HISTOGRAM && kind != OtlpMetric.EXPONENTIAL) {
      point.value = sum.value;
      return;
    }
    if (sum.exponential != null && kind == OtlpMetric.EXPONENTIAL) {
      sum.exponential.show(point);
    } else {
      point.counts.set(sum.counts);
    }
    point.count = sum.count;
    point.hasSum = sum.hasSum;
    point.sum = sum.sum;
  }
}
