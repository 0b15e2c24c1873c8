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

  final List<Attribute> attributes = new ArrayList<>();
  final List<TracedValue> exemplars = new ArrayList<>();

  /** Nanoseconds since the epoch, unsigned. */
  long time;

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

  /** Reads a {@code NumberDataPoint}. */
  void readNumber(ProtoReader in) {
    clear();
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 7 -> OtlpAttributes.read(in, tag, attributes);
        case 3 -> time = fixed(in, tag);
        case 4 -> value = Double.longBitsToDouble(fixed(in, tag));
        case 6 -> value = fixed(in, tag);
        case 5 -> exemplar(in, tag);
        case 8 -> flags(in, tag);
        default -> in.skip(tag);
      }
    }
  }

  /** Reads a {@code HistogramDataPoint}. */
  void readHistogram(ProtoReader in) {
    clear();
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 9 -> OtlpAttributes.read(in, tag, attributes);
        case 3 -> time = fixed(in, tag);
        case 4 -> count = HistogramDecoder.unsigned(fixed(in, tag));
        case 5 -> sum(in, tag);
        case 6 -> counts.readFixed(in, tag);
        case 7 -> bounds.readDoubles(in, tag);
        case 8 -> exemplar(in, tag);
        case 10 -> flags(in, tag);
        default -> in.skip(tag);
      }
    }
  }

  /** Reads an {@code ExponentialHistogramDataPoint}. */
  void readExponential(ProtoReader in) {
    clear();
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> OtlpAttributes.read(in, tag, attributes);
        case 3 -> time = fixed(in, tag);
        case 4 -> count = HistogramDecoder.unsigned(fixed(in, tag));
        case 5 -> sum(in, tag);
        case 6 -> scale = (int) ProtoReader.zigzag(integer(in, tag));
        case 7 -> zeroCount = HistogramDecoder.unsigned(fixed(in, tag));
        case 8 -> positiveOffset = buckets(in, tag, counts);
        case 9 -> negativeOffset = buckets(in, tag, negativeCounts);
        case 10 -> flags(in, tag);
        case 11 -> exemplar(in, tag);
        case 14 -> zeroThreshold = Double.longBitsToDouble(fixed(in, tag));
        default -> in.skip(tag);
      }
    }
  }

  /** Reads a {@code SummaryDataPoint}. */
  void readSummary(ProtoReader in) {
    clear();
    while (in.more()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 7 -> OtlpAttributes.read(in, tag, attributes);
        case 3 -> time = fixed(in, tag);
        case 4 -> count = HistogramDecoder.unsigned(fixed(in, tag));
        case 5 -> sum(in, tag);
        case 6 -> quantile(in, tag);
        case 8 -> flags(in, tag);
        default -> in.skip(tag);
      }
    }
  }

  private void clear() {
    attributes.clear();
    exemplars.clear();
    time = 0;
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

  private void sum(ProtoReader in, int tag) {
    sum = Double.longBitsToDouble(fixed(in, tag));
    hasSum = true;
  }

  private void flags(ProtoReader in, int tag) {
    stale = (integer(in, tag) & 1) != 0;
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
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = HistogramDecoder.unsigned(count);
    }
  }
}
