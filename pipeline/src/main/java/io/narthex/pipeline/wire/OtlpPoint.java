package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.OtlpAttributes.Attribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One data point of OpenTelemetry of any kind. The fields are those of the point read last; those
 * of other kinds are without meaning. Source: opentelemetry-proto, {@code metrics.proto}.
 */
final class OtlpPoint {
  /** Most characters of an exemplar's labels; beyond them its attributes are left out. */
  private static final int MOST_EXEMPLAR_CHARACTERS = 128;

  private static final int DOUBLE = ProtoReader.FIXED64;

  /** Where the point's {@code KeyValue} messages are, not yet read. */
  final ByteRanges attributes = new ByteRanges();

  final List<TracedValue> exemplars = new ArrayList<>();

  /** Nanoseconds since the epoch, unsigned. */
  long time;

  /** Nanoseconds since the epoch, unsigned; 0 if unknown. */
  long start;

  boolean stale;
  double value;
  double count;
  boolean hasSum;
  double sum;
  int scale;
  double zeroCount;
  double zeroThreshold;
  int positiveOffset;
  int negativeOffset;
  final Counts counts = new Counts();
  final Counts negativeCounts = new Counts();

  /** Bounds of buckets, or pairs of quantile and value. */
  final HistogramDecoder.Numbers bounds = new HistogramDecoder.Numbers();

  /** An exemplar, its time in milliseconds. */
  record TracedValue(Labels labels, double value, long timestamp) {}

  long timestamp() {
    return time / 1_000_000;
  }

  /** When counting began, in milliseconds; 0 if that is not known. */
  long startTimestamp() {
    return start / 1_000_000;
  }

  /** Reads a {@code NumberDataPoint}. */
  void readNumber(ProtoReader in) {
    read(in, NUMBER);
  }

  /** Reads a {@code HistogramDataPoint}. */
  void readHistogram(ProtoReader in) {
    read(in, HISTOGRAM);
  }

  /** Reads an {@code ExponentialHistogramDataPoint}. */
  void readExponential(ProtoReader in) {
    read(in, EXPONENTIAL);
  }

  /** Reads a {@code SummaryDataPoint}. */
  void readSummary(ProtoReader in) {
    read(in, SUMMARY);
  }

  /** A field that only points of one kind have. */
  @FunctionalInterface
  private interface OwnField {
    void read(OtlpPoint point, ProtoReader in, int tag);
  }

  /**
   * Where a kind of point has what all kinds have; their times are at the same numbers.
   *
   * @param attributes number of the field
   * @param exemplars number of the field; 0 if the kind has none
   * @param flags number of the field
   */
  private record Shape(int attributes, int exemplars, int flags, OwnField own) {}

  private static final Shape NUMBER = new Shape(7, 5, 8, OtlpPoint::numberField);
  private static final Shape HISTOGRAM = new Shape(9, 8, 10, OtlpPoint::histogramField);
  private static final Shape EXPONENTIAL = new Shape(1, 11, 10, OtlpPoint::exponentialField);
  private static final Shape SUMMARY = new Shape(7, 0, 8, OtlpPoint::summaryField);

  private void read(ProtoReader in, Shape shape) {
    clear();
    while (in.more()) {
      int tag = in.tag();
      int field = tag >>> 3;
      if (field == shape.attributes) {
        in.expect(tag, ProtoReader.BYTES);
        int length = in.length();
        attributes.add(in.at, in.at + length);
        in.at += length;
      } else if (field == 2) {
        start = fixed(in, tag);
      } else if (field == 3) {
        time = fixed(in, tag);
      } else if (field == shape.flags) {
        stale = (integer(in, tag) & 1) != 0;
      } else if (field == shape.exemplars) {
        exemplar(in, tag);
      } else {
        shape.own.read(this, in, tag);
      }
    }
  }

  private void numberField(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 4 -> value = Double.longBitsToDouble(fixed(in, tag));
      case 6 -> value = fixed(in, tag);
      default -> in.skip(tag);
    }
  }

  private void histogramField(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 6 -> counts.readFixed(in, tag);
      case 7 -> bounds.readDoubles(in, tag);
      default -> sumOrCount(in, tag);
    }
  }

  private void exponentialField(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 6 -> scale = (int) ProtoReader.zigzag(integer(in, tag));
      case 7 -> zeroCount = HistogramDecoder.unsigned(fixed(in, tag));
      case 8 -> positiveOffset = buckets(in, tag, counts);
      case 9 -> negativeOffset = buckets(in, tag, negativeCounts);
      case 14 -> zeroThreshold = Double.longBitsToDouble(fixed(in, tag));
      default -> sumOrCount(in, tag);
    }
  }

  private void summaryField(ProtoReader in, int tag) {
    if (tag >>> 3 == 6) {
      quantile(in, tag);
    } else {
      sumOrCount(in, tag);
    }
  }

  private void sumOrCount(ProtoReader in, int tag) {
    switch (tag >>> 3) {
      case 4 -> count = HistogramDecoder.unsigned(fixed(in, tag));
      case 5 -> {
        sum = Double.longBitsToDouble(fixed(in, tag));
        hasSum = true;
      }
      default -> in.skip(tag);
    }
  }

  private void clear() {
    attributes.clear();
    exemplars.clear();
    time = 0;
    start = 0;
    stale = false;
    value = 0;
    count = 0;
    hasSum = false;
    sum = 0;
    scale = 0;
    zeroCount = 0;
    zeroThreshold = 0;
    positiveOffset = 0;
    negativeOffset = 0;
    counts.size = 0;
    negativeCounts.size = 0;
    bounds.size = 0;
  }

  private static int buckets(ProtoReader in, int tag, Counts counts) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    int offset = 0;
    while (in.more()) {
      int field = in.tag();
      switch (field >>> 3) {
        case 1 -> offset = (int) ProtoReader.zigzag(integer(in, field));
        case 2 -> counts.readVarints(in, field);
        default -> in.skip(field);
      }
    }
    in.end = outer;
    return offset;
  }

  private void quantile(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.BYTES);
    int outer = in.enter();
    long quantile = 0;
    long at = 0;
    while (in.more()) {
      int field = in.tag();
      switch (field) {
        case 1 << 3 | DOUBLE -> quantile = in.fixed64();
        case 2 << 3 | DOUBLE -> at = in.fixed64();
        default -> in.skip(field);
      }
    }
    in.end = outer;
    bounds.add(quantile);
    bounds.add(at);
  }

  private void exemplar(ProtoReader in, int pointTag) {
    in.expect(pointTag, ProtoReader.BYTES);
    int outer = in.enter();
    var filtered = new ArrayList<Attribute>();
    String trace = "";
    String span = "";
    long at = 0;
    @Nullable Double observed = null;
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 2 -> at = fixed(in, tag);
        case 3 -> observed = Double.longBitsToDouble(fixed(in, tag));
        case 6 -> observed = (double) fixed(in, tag);
        case 4 -> span = hex(in, tag);
        case 5 -> trace = hex(in, tag);
        case 7 -> OtlpAttributes.read(in, tag, filtered);
        default -> in.skip(tag);
      }
    }
    in.end = outer;
    if (observed != null) { // one without a value observes nothing
      exemplars.add(new TracedValue(labels(trace, span, filtered), observed, at / 1_000_000));
    }
  }

  private static Labels labels(String trace, String span, List<Attribute> filtered) {
    var labels = Labels.builder();
    int characters =
        (trace.isEmpty() ? 0 : "trace_id".length() + trace.length())
            + (span.isEmpty() ? 0 : "span_id".length() + span.length());
    for (var attribute : filtered) {
      characters += characters(attribute.key()) + characters(attribute.value());
    }
    if (characters <= MOST_EXEMPLAR_CHARACTERS) {
      for (var attribute : filtered) {
        if (!attribute.key().isEmpty()) {
          labels.set(attribute.key(), attribute.value());
        }
      }
    }
    return labels.set("trace_id", trace).set("span_id", span).build();
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /** An id in hexadecimal; empty if it is all zeros, which means none. */
  private static String hex(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.BYTES);
    int length = in.length();
    in.at += length;
    boolean any = false;
    for (int i = in.at - length; i < in.at; i++) {
      any |= in.bytes[i] != 0;
    }
    return any ? HexFormat.of().formatHex(in.bytes, in.at - length, in.at) : "";
  }

  private static long fixed(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.FIXED64);
    return in.fixed64();
  }

  private static long integer(ProtoReader in, int tag) {
    in.expect(tag, ProtoReader.VARINT);
    return in.varint();
  }

  /** Unsigned counts, packed or not, grown as they come. */
  static final class Counts {
    private double[] values = new double[32];
    int size;

    double get(int i) {
      return values[i];
    }

    double[] copy() {
      return Arrays.copyOf(values, size);
    }

    /** Takes other counts instead. */
    void set(double[] counts) {
      if (values.length < counts.length) {
        values = new double[counts.length];
      }
      System.arraycopy(counts, 0, values, 0, counts.length);
      size = counts.length;
    }

    void readFixed(ProtoReader in, int tag) {
      if ((tag & 7) == ProtoReader.FIXED64) {
        add(in.fixed64());
        return;
      }
      in.expect(tag, ProtoReader.BYTES);
      int outer = in.enter();
      while (in.more()) {
        add(in.fixed64());
      }
      in.end = outer;
    }

    void readVarints(ProtoReader in, int tag) {
      if ((tag & 7) == ProtoReader.VARINT) {
        add(in.varint());
        return;
      }
      in.expect(tag, ProtoReader.BYTES);
      int outer = in.enter();
      while (in.more()) {
        add(in.varint());
      }
      in.end = outer;
    }

    private void add(long count) {
      HistogramDecoder.bound(size);
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = HistogramDecoder.unsigned(count);
    }
  }
}
