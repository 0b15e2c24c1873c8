package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.NativeHistograms;
import io.narthex.pipeline.wire.ExpositionParser.ParsedExemplar;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One {@code io.prometheus.client.Metric}: places of its labels and exemplars, numbers of all else.
 * Reusable.
 */
final class MetricMessage {
  private static final int LABEL = 1 << 3 | ProtoReader.BYTES;
  private static final int TIMESTAMP = 6 << 3 | ProtoReader.VARINT;

  /** The value of a counter, a gauge or an untyped metric. */
  double value;

  double sum;

  /** Milliseconds since the epoch; 0 if there is none. */
  long timestamp;

  /** Milliseconds since the epoch; 0 if unknown. */
  long startTimestamp;

  /** Pairs of quantile and value, as bits. */
  final Doubles quantiles = new Doubles();

  /** How many buckets a classic histogram lists. */
  int buckets;

  private byte[] bytes = new byte[0];
  private int[] labels = new int[32];
  private int labelsEnd;
  private double count;
  private double floatCount;
  private int schema;
  private double zeroThreshold;
  private double zeroCount;
  private double floatZeroCount;
  private final Doubles bounds = new Doubles();
  private final Doubles counts = new Doubles();
  private int[] bucketExemplars = new int[32];
  private int[] exemplars = new int[8];
  private int exemplarsEnd;
  private int counterExemplar;
  private final HistogramDecoder.Spans negativeSpans = new HistogramDecoder.Spans();
  private final HistogramDecoder.Spans positiveSpans = new HistogramDecoder.Spans();
  private final HistogramDecoder.Numbers negativeDeltas = new HistogramDecoder.Numbers();
  private final HistogramDecoder.Numbers positiveDeltas = new HistogramDecoder.Numbers();
  private final HistogramDecoder.Numbers negativeCounts = new HistogramDecoder.Numbers();
  private final HistogramDecoder.Numbers positiveCounts = new HistogramDecoder.Numbers();
  private final LabelBuffer exemplarLabels = new LabelBuffer();

  /** Reads the message that the reader is narrowed to; only the value of the family's type. */
  void read(ProtoReader in, MetricType type) {
    clear(in);
    int wanted =
        switch (type) {
          case GAUGE -> 2;
          case COUNTER -> 3;
          case SUMMARY -> 4;
          case HISTOGRAM, GAUGEHISTOGRAM -> 7;
          default -> 5;
        };
    while (in.more()) {
      int tag = in.tag();
      if (tag == LABEL) {
        int length = in.length();
        addLabel(in.at, in.at + length);
        in.at += length;
      } else if (tag == TIMESTAMP) {
        timestamp = in.varint();
      } else if (tag == (wanted << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        while (in.more()) {
          field(in, in.tag(), wanted);
        }
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
  }

  private void field(ProtoReader in, int tag, int kind) {
    switch (kind) {
      case 3 -> counter(in, tag);
      case 4 -> summary(in, tag);
      case 7 -> histogram(in, tag);
      default -> {
        if (tag == (1 << 3 | ProtoReader.FIXED64)) {
          value = LineParser.ordinaryNan(in.fixedDouble());
        } else {
          in.skip(tag);
        }
      }
    }
  }

  private void counter(ProtoReader in, int tag) {
    switch (tag) {
      case 1 << 3 | ProtoReader.FIXED64 -> value = LineParser.ordinaryNan(in.fixedDouble());
      case 2 << 3 | ProtoReader.BYTES -> counterExemplar = place(in);
      case 3 << 3 | ProtoReader.BYTES -> startTimestamp = time(in);
      default -> in.skip(tag);
    }
  }

  private void summary(ProtoReader in, int tag) {
    switch (tag) {
      case 1 << 3 | ProtoReader.VARINT -> count = HistogramDecoder.unsigned(in.varint());
      case 2 << 3 | ProtoReader.FIXED64 -> sum = in.fixedDouble();
      case 3 << 3 | ProtoReader.BYTES -> {
        int outer = in.enter();
        double quantile = 0;
        double at = 0;
        while (in.more()) {
          int field = in.tag();
          if (field == (1 << 3 | ProtoReader.FIXED64)) {
            quantile = in.fixedDouble();
          } else if (field == (2 << 3 | ProtoReader.FIXED64)) {
            at = in.fixedDouble();
          } else {
            in.skip(field);
          }
        }
        in.end = outer;
        quantiles.add(quantile);
        quantiles.add(at);
      }
      case 4 << 3 | ProtoReader.BYTES -> startTimestamp = time(in);
      default -> in.skip(tag);
    }
  }

  private void histogram(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 1 -> count = HistogramDecoder.unsigned(integer(in, tag));
      case 2 -> sum = fixed(in, tag);
      case 3 -> bucket(in, tag);
      case 4 -> floatCount = fixed(in, tag);
      case 5 -> schema = (int) ProtoReader.zigzag(integer(in, tag));
      case 6 -> zeroThreshold = fixed(in, tag);
      case 7 -> zeroCount = HistogramDecoder.unsigned(integer(in, tag));
      case 8 -> floatZeroCount = fixed(in, tag);
      case 9 -> negativeSpans.read(in, tag);
      case 10 -> negativeDeltas.readDeltas(in, tag);
      case 11 -> negativeCounts.readDoubles(in, tag);
      case 12 -> positiveSpans.read(in, tag);
      case 13 -> positiveDeltas.readDeltas(in, tag);
      case 14 -> positiveCounts.readDoubles(in, tag);
      case 15 -> {
        in.expect(tag, ProtoReader.BYTES);
        startTimestamp = time(in);
      }
      case 16 -> {
        in.expect(tag, ProtoReader.BYTES);
        if (exemplarsEnd == exemplars.length) {
          exemplars = Arrays.copyOf(exemplars, 2 * exemplarsEnd);
        }
        exemplars[exemplarsEnd++] = place(in);
      }
      default -> in.skip(tag);
    }
  }

  private void bucket(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    double cumulative = 0;
    double cumulativeFloat = 0;
    double bound = 0;
    int exemplar = -1;
    while (in.more()) {
      int field = in.tag();
      switch (field) {
        case 1 << 3 | ProtoReader.VARINT -> cumulative = HistogramDecoder.unsigned(in.varint());
        case 2 << 3 | ProtoReader.FIXED64 -> bound = in.fixedDouble();
        case 3 << 3 | ProtoReader.BYTES -> exemplar = place(in);
        case 4 << 3 | ProtoReader.FIXED64 -> cumulativeFloat = in.fixedDouble();
        default -> in.skip(field);
      }
    }
    in.end = outer;
    if (buckets == bucketExemplars.length) {
      bucketExemplars = Arrays.copyOf(bucketExemplars, 2 * buckets);
    }
    bucketExemplars[buckets++] = exemplar;
    bounds.add(bound);
    counts.add(cumulativeFloat > 0 ? cumulativeFloat : cumulative);
  }

  /** Whether there is anything of a native histogram, be it an empty span. */
  boolean isNative() {
    return positiveSpans.size > 0
        || negativeSpans.size > 0
        || zeroThreshold > 0
        || zeroCount > 0
        || floatZeroCount > 0;
  }

  /** The native histogram; faults if it is none, and is lowered if it is too fine. */
  FloatHistogram nativeHistogram(ProtoReader in, boolean gauge) {
    boolean floats = floatCount > 0 || floatZeroCount > 0;
    var built =
        new FloatHistogram(
            gauge ? ResetHint.GAUGE : ResetHint.UNKNOWN,
            schema,
            zeroThreshold,
            floats ? floatZeroCount : zeroCount,
            floats ? floatCount : count,
            sum,
            positiveSpans.copy(),
            floats ? positiveCounts.copy() : positiveDeltas.absolute(),
            negativeSpans.copy(),
            floats ? negativeCounts.copy() : negativeDeltas.absolute(),
            new double[0]);
    String fault = NativeHistograms.faultAtAnyResolution(built);
    if (fault == null && !floats) {
      fault = NativeHistograms.countFault(built);
    }
    if (fault != null) {
      throw in.fault("invalid native histogram: " + fault);
    }
    return NativeHistograms.compact(
        NativeHistograms.atResolution(built, NativeHistograms.MAX_SCHEMA));
  }

  double sampleCount() {
    return floatCount > 0 ? floatCount : count;
  }

  /** The listed buckets, and one more if none of them ends at infinity. */
  int bucketsWithInfinity() {
    boolean listed = buckets > 0 && bounds.at(buckets - 1) == Double.POSITIVE_INFINITY;
    return listed ? buckets : buckets + 1;
  }

  double upperBound(int bucket) {
    return bounds.at(bucket);
  }

  double cumulativeCount(int bucket) {
    return counts.at(bucket);
  }

  int labelBytes() {
    int sum = 0;
    for (int i = 0; i < labelsEnd; i += 2) {
      sum += labels[i + 1] - labels[i] + 4;
    }
    return sum;
  }

  /** Copies the labels as they came, each after its length. */
  int copyLabels(byte[] out, int at) {
    for (int i = 0; i < labelsEnd; i += 2) {
      int length = labels[i + 1] - labels[i];
      out[at] = (byte) length;
      out[at + 1] = (byte) (length >>> 8);
      out[at + 2] = (byte) (length >>> 16);
      out[at + 3] = (byte) (length >>> 24);
      System.arraycopy(bytes, labels[i], out, at + 4, length);
      at += 4 + length;
    }
    return at;
  }

  void addLabels(LabelBuffer into) {
    var in = new ProtoReader("label");
    for (int i = 0; i < labelsEnd; i += 2) {
      in.reset(bytes, labels[i], labels[i + 1]);
      LabelMessage.read(in, into);
    }
  }

  @Nullable ParsedExemplar counterExemplar(ProtoReader in) {
    return counterExemplar < 0 ? null : exemplar(in, counterExemplar);
  }

  @Nullable ParsedExemplar bucketExemplar(ProtoReader in, int bucket) {
    return bucketExemplars[bucket] < 0 ? null : exemplar(in, bucketExemplars[bucket]);
  }

  /** Places to look for exemplars of a native histogram: its own, else those of the buckets. */
  int nativeExemplars() {
    return exemplarsEnd > 0 ? exemplarsEnd : buckets;
  }

  /** What is at such a place. Without a timestamp an exemplar cannot be ordered, so it is none. */
  @Nullable ParsedExemplar nativeExemplar(ProtoReader in, int number) {
    int place = (exemplarsEnd > 0 ? exemplars : bucketExemplars)[number];
    var exemplar = place < 0 ? null : exemplar(in, place);
    return exemplar != null && exemplar.hasTimestamp() ? exemplar : null;
  }

  /** Reads the exemplar whose length stands at {@code place}. */
  private ParsedExemplar exemplar(ProtoReader in, int place) {
    in.reset(bytes, place, bytes.length);
    in.enter();
    exemplarLabels.clear();
    double observed = 0;
    boolean hasTime = false;
    long time = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 | ProtoReader.BYTES -> {
          int outer = in.enter();
          LabelMessage.read(in, exemplarLabels);
          in.end = outer;
        }
        case 2 << 3 | ProtoReader.FIXED64 -> observed = in.fixedDouble();
        case 3 << 3 | ProtoReader.BYTES -> {
          time = time(in);
          hasTime = true;
        }
        default -> in.skip(tag);
      }
    }
    String fault = exemplarLabels.seal(false);
    if (fault != null) {
      throw in.fault("invalid exemplar labels: " + fault);
    }
    return new ParsedExemplar(exemplarLabels.toLabels(), observed, hasTime, time);
  }

  /** Skips a message and gives the place of its length. */
  private static int place(ProtoReader in) {
    int place = in.at;
    in.skip(ProtoReader.BYTES);
    return place;
  }

  /** Reads a length and the google.protobuf.Timestamp that follows, in milliseconds. */
  private static long time(ProtoReader in) {
    int outer = in.enter();
    long seconds = 0;
    long nanos = 0;
    while (in.more()) {
      int tag = in.tag();
      if (tag == (1 << 3 | ProtoReader.VARINT)) {
        seconds = in.varint();
      } else if (tag == (2 << 3 | ProtoReader.VARINT)) {
        nanos = in.varint();
      } else {
        in.skip(tag);
      }
    }
    in.end = outer;
    return seconds * 1000 + nanos / 1_000_000;
  }

  private static long integer(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.VARINT);
    return in.varint();
  }

  private static double fixed(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.FIXED64);
    return in.fixedDouble();
  }

  private void addLabel(int from, int to) {
    if (labelsEnd + 2 > labels.length) {
      labels = Arrays.copyOf(labels, 2 * labels.length);
    }
    labels[labelsEnd++] = from;
    labels[labelsEnd++] = to;
  }

  private void clear(ProtoReader in) {
    bytes = in.bytes;
    value = 0;
    sum = 0;
    timestamp = 0;
    startTimestamp = 0;
    labelsEnd = 0;
    buckets = 0;
    count = 0;
    floatCount = 0;
    schema = 0;
    zeroThreshold = 0;
    zeroCount = 0;
    floatZeroCount = 0;
    exemplarsEnd = 0;
    counterExemplar = -1;
    quantiles.size = 0;
    bounds.size = 0;
    counts.size = 0;
    negativeSpans.size = 0;
    positiveSpans.size = 0;
    negativeDeltas.size = 0;
    positiveDeltas.size = 0;
    negativeCounts.size = 0;
    positiveCounts.size = 0;
  }

  /** Doubles, grown as they come. */
  static final class Doubles {
    private double[] values = new double[32];
    int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    double at(int index) {
      return values[index];
    }
  }
}
