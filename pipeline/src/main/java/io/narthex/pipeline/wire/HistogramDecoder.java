package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.NativeHistograms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code prometheus.Histogram} of remote write 1.0 and its twin of 2.0. Integer histograms
 * come with deltas from bucket to bucket; they become absolute. Reusable; the fields are those of
 * the message read last.
 */
final class HistogramDecoder {
  /** Most buckets of one histogram; thousands of times what its sources allow. */
  private static final int MOST_BUCKETS = 1 << 18;

  private static final ResetHint[] HINTS = {
    ResetHint.UNKNOWN, ResetHint.RESET, ResetHint.NOT_RESET, ResetHint.GAUGE
  };
  private static final int[] NO_SPANS = new int[0];
  private static final double[] NO_BUCKETS = new double[0];

  /** Milliseconds since the epoch. */
  long timestamp;

  /** Milliseconds since the epoch; 0 if unknown. */
  long startTimestamp;

  /** What is wrong with the histogram; null if nothing is. */
  @Nullable String fault;

  private boolean integer;
  private double count;
  private double sum;
  private int schema;
  private double zeroThreshold;
  private double zeroCount;
  private ResetHint hint = ResetHint.UNKNOWN;
  private final Spans negativeSpans = new Spans();
  private final Spans positiveSpans = new Spans();
  private final Numbers negativeDeltas = new Numbers();
  private final Numbers positiveDeltas = new Numbers();
  private final Numbers negativeCounts = new Numbers();
  private final Numbers positiveCounts = new Numbers();
  private final Numbers customValues = new Numbers();

  /** Reads the message that the reader is narrowed to. */
  FloatHistogram read(ProtoReader in) {
    clear();
    while (in.more()) {
      field(in, in.tag());
    }
    FloatHistogram histogram = build();
    fault = NativeHistograms.faultAtAnyResolution(histogram);
    if (fault == null && integer && !histogram.isStale()) {
      fault = NativeHistograms.countFault(histogram);
    }
    return fault == null
        ? NativeHistograms.atResolution(histogram, NativeHistograms.MAX_SCHEMA)
        : histogram;
  }

  private void field(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 1 -> {
        count = unsigned(integer(in, tag));
        integer = true;
      }
      case 2 -> {
        count = fixed(in, tag);
        integer = false;
      }
      case 3 -> sum = fixed(in, tag);
      case 4 -> schema = (int) ProtoReader.zigzag(integer(in, tag));
      case 5 -> zeroThreshold = fixed(in, tag);
      case 6 -> zeroCount = unsigned(integer(in, tag));
      case 7 -> zeroCount = fixed(in, tag);
      case 8 -> negativeSpans.read(in, tag);
      case 9 -> negativeDeltas.readDeltas(in, tag);
      case 10 -> negativeCounts.readDoubles(in, tag);
      case 11 -> positiveSpans.read(in, tag);
      case 12 -> positiveDeltas.readDeltas(in, tag);
      case 13 -> positiveCounts.readDoubles(in, tag);
      case 14 -> {
        long number = integer(in, tag);
        hint = number >= 0 && number < HINTS.length ? HINTS[(int) number] : ResetHint.UNKNOWN;
      }
      case 15 -> timestamp = integer(in, tag);
      case 16 -> customValues.readDoubles(in, tag);
      case 17 -> startTimestamp = integer(in, tag);
      default -> in.skip(tag);
    }
  }

  private FloatHistogram build() {
    return new FloatHistogram(
        hint,
        schema,
        zeroThreshold,
        zeroCount,
        count,
        sum,
        positiveSpans.copy(),
        integer ? positiveDeltas.absolute() : positiveCounts.copy(),
        negativeSpans.copy(),
        integer ? negativeDeltas.absolute() : negativeCounts.copy(),
        customValues.copy());
  }

  private void clear() {
    timestamp = 0;
    startTimestamp = 0;
    integer = true;
    count = 0;
    sum = 0;
    schema = 0;
    zeroThreshold = 0;
    zeroCount = 0;
    hint = ResetHint.UNKNOWN;
    negativeSpans.size = 0;
    positiveSpans.size = 0;
    negativeDeltas.size = 0;
    positiveDeltas.size = 0;
    negativeCounts.size = 0;
    positiveCounts.size = 0;
    customValues.size = 0;
  }

  private static long integer(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.VARINT);
    return in.varint();
  }

  private static double fixed(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.FIXED64);
    return in.fixedDouble();
  }

  static double unsigned(long value) {
    return value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1));
  }

  /** Pairs of offset and length, grown as they come. */
  static final class Spans {
    private int[] pairs = new int[16];
    int size;

    void read(ProtoReader in, int tag) {
      in.expect(tag, ProtoReader.BYTES);
      int outer = in.enter();
      int offset = 0;
      int length = 0;
      while (in.more()) {
        int field = in.tag();
        if (field == (1 << 3 | ProtoReader.VARINT)) {
          offset = (int) ProtoReader.zigzag(in.varint());
        } else if (field == (2 << 3 | ProtoReader.VARINT)) {
          length = (int) in.varint();
        } else {
          in.skip(field);
        }
      }
      in.end = outer;
      if (size + 2 > pairs.length) {
        pairs = Arrays.copyOf(pairs, 2 * pairs.length);
      }
      pairs[size++] = offset;
      pairs[size++] = length;
    }

    int[] copy() {
      return size == 0 ? NO_SPANS : Arrays.copyOf(pairs, size);
    }
  }

  /**
   * Called for each bucket that is read.
   *
   * @param buckets how many of a histogram there are already
   */
  static void bound(int buckets) {
    if (buckets >= MOST_BUCKETS) {
      throw new FaultException(
          Fault.BAD_DATA, "a histogram has more than " + MOST_BUCKETS + " buckets");
    }
  }

  /** A repeated number, packed or not: the bits of doubles, or deltas. */
  static final class Numbers {
    private long[] bits = new long[32];
    int size;

    void readDeltas(ProtoReader in, int tag) {
      if ((tag & 7) == ProtoReader.VARINT) {
        add(ProtoReader.zigzag(in.varint()));
        return;
      }
      in.expect(tag, ProtoReader.BYTES);
      for (int outer = in.enter(); ; ) {
        if (!in.more()) {
          in.end = outer;
          return;
        }
        add(ProtoReader.zigzag(in.varint()));
      }
    }

    void readDoubles(ProtoReader in, int tag) {
      if ((tag & 7) == ProtoReader.FIXED64) {
        add(in.fixed64());
        return;
      }
      in.expect(tag, ProtoReader.BYTES);
      for (int outer = in.enter(); ; ) {
        if (!in.more()) {
          in.end = outer;
          return;
        }
        add(in.fixed64());
      }
    }

    void add(long value) {
      bound(size);
      if (size == bits.length) {
        bits = Arrays.copyOf(bits, 2 * size);
      }
      bits[size++] = value;
    }

    double[] copy() {
      if (size == 0) {
        return NO_BUCKETS;
      }
      double[] out = new double[size];
      for (int i = 0; i < size; i++) {
        out[i] = Double.longBitsToDouble(bits[i]);
      }
      return out;
    }

    /** The running sum of the deltas. */
    double[] absolute() {
      if (size == 0) {
        return NO_BUCKETS;
      }
      double[] out = new double[size];
      long value = 0;
      for (int i = 0; i < size; i++) {
        value += bits[i];
        out[i] = value;
      }
      return out;
    }
  }
}
