package io.narthex.sinks.prometheus;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;

/**
 * Decodes the samples of one chunk of native histograms. All share the layout at its begin; counts
 * are integers by delta of delta, or floats by differing bits.
 */
final class HistogramChunk {
  private static final int MAX_BUCKETS = 1 << 20;
  private static final int GAUGE_FLAGS = 3;

  private final BitInput in;
  private final boolean integers;
  private final ResetHint hint;
  private final double zeroThreshold;
  private final int schema;
  private final int[] positiveSpans;
  private final int[] negativeSpans;
  private final double[] customValues;
  private final Count count;
  private final Count zeroCount;
  private final Count[] positive;
  private final Count[] negative;
  private final XorValue sum = new XorValue();

  private HistogramChunk(BitInput in, boolean integers) {
    this.in = in;
    this.integers = integers;
    // A reset told by the chunk is relative to a chunk that may not be the sample's neighbour here.
    this.hint = in.bits(8) >>> 6 == GAUGE_FLAGS ? ResetHint.GAUGE : ResetHint.UNKNOWN;
    this.zeroThreshold = zeroThreshold(in);
    this.schema = (int) in.varbitSigned();
    this.positiveSpans = spans(in);
    this.negativeSpans = spans(in);
    this.customValues = schema == FloatHistogram.CUSTOM_BUCKETS ? bounds(in) : new double[0];
    this.count = new Count();
    this.zeroCount = new Count();
    this.positive = counts(positiveSpans);
    this.negative = counts(negativeSpans);
  }

  /** Appends the samples that follow the number of samples. */
  static void decode(BitInput in, int samples, boolean integers, SampleBuffer into) {
    if (samples == 0) {
      return;
    }
    var chunk = new HistogramChunk(in, integers);
    long time = 0;
    long delta = 0;
    for (int i = 0; i < samples; i++) {
      if (i == 0) {
        time = in.varbitSigned();
      } else {
        delta += in.varbitSigned();
        time += delta;
      }
      into.add(time, chunk.next(i == 0));
    }
  }

  private FloatHistogram next(boolean first) {
    count.read(first, false);
    zeroCount.read(first, false);
    if (first) {
      sum.set(in.float64());
    } else {
      sum.next(in);
    }
    if (StaleMarker.is(sum.get())) {
      return FloatHistogram.stale();
    }
    return new FloatHistogram(
        hint,
        schema,
        zeroThreshold,
        zeroCount.value(),
        count.value(),
        sum.get(),
        positiveSpans,
        buckets(positive, first),
        negativeSpans,
        buckets(negative, first),
        customValues);
  }

  /** Integer buckets are differences to the bucket before. */
  private double[] buckets(Count[] counts, boolean first) {
    var values = new double[counts.length];
    long before = 0;
    for (int i = 0; i < counts.length; i++) {
      counts[i].read(first, true);
      if (integers) {
        before += counts[i].integer;
        values[i] = before;
      } else {
        values[i] = counts[i].value();
      }
    }
    return values;
  }

  private Count[] counts(int[] spans) {
    long size = 0;
    for (int i = 1; i < spans.length; i += 2) {
      size += spans[i];
    }
    if (size > MAX_BUCKETS) {
      throw new IllegalArgumentException("a histogram of " + size + " buckets");
    }
    var counts = new Count[(int) size];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new Count();
    }
    return counts;
  }

  private static double zeroThreshold(BitInput in) {
    int power = (int) in.bits(8);
    return switch (power) {
      case 0 -> 0;
      case 255 -> in.float64();
      default -> Math.scalb(1d, power - 244);
    };
  }

  private static int[] spans(BitInput in) {
    int size = size(in);
    var spans = new int[2 * size];
    for (int i = 0; i < spans.length; i += 2) {
      spans[i + 1] = size(in);
      spans[i] = (int) in.varbitSigned();
    }
    return spans;
  }

  private static double[] bounds(BitInput in) {
    var bounds = new double[size(in)];
    for (int i = 0; i < bounds.length; i++) {
      long thousandths = in.varbitUnsigned();
      bounds[i] = thousandths == 0 ? in.float64() : (thousandths - 1) / 1000d;
    }
    return bounds;
  }

  private static int size(BitInput in) {
    long size = in.varbitUnsigned();
    if (size < 0 || size > MAX_BUCKETS) {
      throw new IllegalArgumentException("a histogram with " + size + " buckets or spans");
    }
    return (int) size;
  }

  /** One number of a histogram, from sample to sample. */
  private final class Count {
    private long integer;
    private long delta;
    private final XorValue real = new XorValue();

    /**
     * Reads the next value.
     *
     * @param signed whether the first one may be negative
     */
    void read(boolean first, boolean signed) {
      if (!integers) {
        if (first) {
          real.set(in.float64());
        } else {
          real.next(in);
        }
      } else if (first) {
        integer = signed ? in.varbitSigned() : in.varbitUnsigned();
      } else {
        delta += in.varbitSigned();
        integer += delta;
      }
    }

    double value() {
      return integers ? integer : real.get();
    }
  }
}
