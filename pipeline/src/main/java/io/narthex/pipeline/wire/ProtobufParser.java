package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses delimited {@code io.prometheus.client.MetricFamily} messages, as if they were text: a
 * family gives its help, unit and type, then its samples; a summary or classic histogram gives one
 * sample for each of its parts. A histogram with native parts is one {@link Entry#HISTOGRAM}; its
 * classic parts follow if asked for.
 */
public final class ProtobufParser implements ExpositionParser {
  private static final MetricType[] TYPES = {
    MetricType.COUNTER,
    MetricType.GAUGE,
    MetricType.SUMMARY,
    MetricType.UNKNOWN,
    MetricType.HISTOGRAM,
    MetricType.GAUGEHISTOGRAM
  };
  private static final byte[] COUNT = "_count".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SUM = "_sum".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BUCKET = "_bucket".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LE = "le".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] QUANTILE = "quantile".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NONE = new byte[0];
  private static final int NAME = 1 << 3 | ProtoReader.BYTES;
  private static final int HELP = 2 << 3 | ProtoReader.BYTES;
  private static final int TYPE = 3 << 3 | ProtoReader.VARINT;
  private static final int METRIC = 4 << 3 | ProtoReader.BYTES;
  private static final int UNIT = 5 << 3 | ProtoReader.BYTES;

  /** What comes next within a family. */
  private enum State {
    FAMILY,
    UNIT,
    TYPE,
    METRIC,
    PARTS
  }

  private final byte[] body;
  private final int end;
  private final ProtoReader in = new ProtoReader("protobuf exposition");
  private final MetricMessage metric = new MetricMessage();
  private final boolean nativeHistograms;
  private final boolean alwaysClassic;

  private State state = State.FAMILY;
  private int familyTo;
  private int nameFrom;
  private int nameTo;
  private int helpFrom;
  private int helpTo;
  private int unitFrom;
  private int unitTo;
  private MetricType type = MetricType.UNKNOWN;
  private int[] metrics = new int[128];
  private int metricsEnd;
  private int metricAt;
  private boolean inText;

  /** The part of a summary or classic histogram: −2 count, −1 sum, then quantiles or buckets. */
  private int part;

  private int partsEnd;
  private byte[] suffix = NONE;
  private boolean hasBound;
  private double bound;
  private double value;
  private @Nullable FloatHistogram histogram;
  private byte[] key = new byte[512];
  private int keyEnd;
  private int exemplarAt;
  private final byte[] boundText = new byte[DoubleText.MAX_LENGTH + 2];

  /**
   * Parses {@code bytes[from, to)}, which is not to be changed meanwhile.
   *
   * @param nativeHistograms whether native histograms are given; else only their classic parts
   * @param alwaysClassic whether the classic parts of a native histogram are given as well
   */
  public ProtobufParser(
      byte[] bytes, int from, int to, boolean nativeHistograms, boolean alwaysClassic) {
    this.body = bytes;
    this.end = to;
    this.familyTo = from;
    this.nativeHistograms = nativeHistograms;
    this.alwaysClassic = alwaysClassic;
  }

  @Override
  public Entry next() {
    inText = false;
    exemplarAt = 0;
    histogram = null;
    while (true) {
      switch (state) {
        case FAMILY -> {
          if (familyTo >= end) {
            return Entry.END;
          }
          if (readFamily()) {
            state = unitFrom < unitTo ? State.UNIT : State.TYPE;
            return Entry.HELP;
          }
        }
        case UNIT -> {
          state = State.TYPE;
          inText = true;
          return Entry.UNIT;
        }
        case TYPE -> {
          state = State.METRIC;
          return Entry.TYPE;
        }
        case METRIC -> {
          if (metricAt == metricsEnd) {
            state = State.FAMILY;
          } else {
            return metric();
          }
        }
        case PARTS -> {
          if (part == partsEnd) {
            state = State.METRIC;
          } else {
            return part();
          }
        }
      }
    }
  }

  /** Reads the next family; false if it has no metrics. */
  private boolean readFamily() {
    in.reset(body, familyTo, end);
    in.enter();
    familyTo = in.end;
    nameFrom = nameTo = helpFrom = helpTo = unitFrom = unitTo = in.at;
    metricsEnd = 0;
    metricAt = 0;
    long number = 0;
    while (in.more()) {
      int tag = in.tag();
      if (tag == TYPE) {
        number = in.varint();
      } else if ((tag & 7) == ProtoReader.BYTES) {
        int length = in.length();
        text(tag, in.at, in.at + length);
        in.at += length;
      } else {
        in.skip(tag);
      }
    }
    if (metricsEnd == 0) {
      return false;
    }
    in.at = nameFrom;
    if (nameFrom == nameTo || !Utf8.isValid(body, nameFrom, nameTo)) {
      throw in.fault("invalid metric name \"" + family() + "\"");
    }
    if (!Utf8.isValid(body, helpFrom, helpTo)) {
      throw in.fault("help of metric \"" + family() + "\" is not UTF-8");
    }
    if (number < 0 || number >= TYPES.length) {
      throw in.fault("unknown type " + number + " of metric \"" + family() + "\"");
    }
    type = TYPES[(int) number];
    checkUnit();
    return true;
  }

  private void text(int tag, int from, int to) {
    switch (tag) {
      case NAME -> {
        nameFrom = from;
        nameTo = to;
      }
      case HELP -> {
        helpFrom = from;
        helpTo = to;
      }
      case UNIT -> {
        unitFrom = from;
        unitTo = to;
      }
      case METRIC -> {
        if (metricsEnd + 2 > metrics.length) {
          metrics = Arrays.copyOf(metrics, 2 * metrics.length);
        }
        metrics[metricsEnd++] = from;
        metrics[metricsEnd++] = to;
      }
      default -> {
        // A field of a later version of the message.
      }
    }
  }

  private void checkUnit() {
    if (unitFrom == unitTo) {
      return;
    }
    String name = family();
    String unit = string(unitFrom, unitTo);
    if (type == MetricType.COUNTER && name.endsWith("_total")) {
      name = name.substring(0, name.length() - "_total".length());
    }
    if (!name.endsWith("_" + unit)) {
      throw in.fault("unit \"" + unit + "\" not a suffix of metric \"" + family() + "\"");
    }
  }

  private Entry metric() {
    in.reset(body, metrics[metricAt], metrics[metricAt + 1]);
    metricAt += 2;
    metric.read(in, type);
    boolean bucketed = type == MetricType.HISTOGRAM || type == MetricType.GAUGEHISTOGRAM;
    if (!bucketed && type != MetricType.SUMMARY) {
      suffix = NONE;
      hasBound = false;
      value = metric.value;
      identify();
      return Entry.SERIES;
    }
    part = -2;
    partsEnd = bucketed ? metric.bucketsWithInfinity() : metric.quantiles.size / 2;
    state = State.PARTS;
    if (bucketed && nativeHistograms && metric.isNative()) {
      if (!alwaysClassic || metric.buckets == 0) {
        state = State.METRIC;
      }
      histogram = metric.nativeHistogram(in, type == MetricType.GAUGEHISTOGRAM);
      suffix = NONE;
      hasBound = false;
      identify();
      return Entry.HISTOGRAM;
    }
    return part();
  }

  private Entry part() {
    hasBound = part >= 0;
    if (part == -2) {
      suffix = COUNT;
      value = metric.sampleCount();
    } else if (part == -1) {
      suffix = SUM;
      value = LineParser.ordinaryNan(metric.sum);
    } else if (type == MetricType.SUMMARY) {
      suffix = NONE;
      bound = metric.quantiles.at(2 * part);
      value = LineParser.ordinaryNan(metric.quantiles.at(2 * part + 1));
    } else {
      suffix = BUCKET;
      boolean listed = part < metric.buckets;
      bound = listed ? metric.upperBound(part) : Double.POSITIVE_INFINITY;
      value = listed ? metric.cumulativeCount(part) : metric.sampleCount();
    }
    part++;
    identify();
    return Entry.SERIES;
  }

  /** Puts together what tells the series from others: name, labels and bound as they came. */
  private void identify() {
    int need = nameTo - nameFrom + suffix.length + metric.labelBytes() + 16;
    if (need > key.length) {
      key = new byte[2 * need];
    }
    keyEnd = nameTo - nameFrom;
    System.arraycopy(body, nameFrom, key, 0, keyEnd);
    System.arraycopy(suffix, 0, key, keyEnd, suffix.length);
    keyEnd += suffix.length;
    key[keyEnd++] = (byte) 0xFF;
    keyEnd = metric.copyLabels(key, keyEnd);
    key[keyEnd++] = (byte) 0xFF;
    if (hasBound) {
      long bits = Double.doubleToRawLongBits(bound);
      for (int i = 0; i < 8; i++) {
        key[keyEnd++] = (byte) (bits >>> (8 * i));
      }
    }
  }

  @Override
  public void labels(LabelBuffer into) {
    into.clear();
    byte[] name = new byte[nameTo - nameFrom + suffix.length];
    System.arraycopy(body, nameFrom, name, 0, nameTo - nameFrom);
    System.arraycopy(suffix, 0, name, nameTo - nameFrom, suffix.length);
    into.addMetricName(name, 0, name.length);
    metric.addLabels(into);
    if (hasBound) {
      byte[] label = type == MetricType.SUMMARY ? QUANTILE : LE;
      int length = OpenMetricsFloat.write(bound, boundText);
      into.add(label, 0, label.length, boundText, 0, length);
    }
    String fault = into.seal(true);
    if (fault != null) {
      throw in.fault("invalid labels " + into + ": " + fault);
    }
  }

  @Override
  public @Nullable ParsedExemplar nextExemplar() {
    boolean bucketed = type == MetricType.HISTOGRAM || type == MetricType.GAUGEHISTOGRAM;
    if (histogram != null) {
      while (exemplarAt < metric.nativeExemplars()) {
        var exemplar = metric.nativeExemplar(in, exemplarAt++);
        if (exemplar != null) {
          return exemplar;
        }
      }
      return null;
    }
    if (exemplarAt++ > 0) {
      return null;
    }
    if (type == MetricType.COUNTER) {
      return metric.counterExemplar(in);
    }
    int bucket = part - 1;
    return bucketed && bucket >= 0 && bucket < metric.buckets
        ? metric.bucketExemplar(in, bucket)
        : null;
  }

  @Override
  public byte[] bytes() {
    return key;
  }

  @Override
  public int seriesFrom() {
    return 0;
  }

  @Override
  public int seriesTo() {
    return keyEnd;
  }

  @Override
  public double value() {
    return value;
  }

  /** A timestamp of 0 cannot be told from none. */
  @Override
  public boolean hasTimestamp() {
    return metric.timestamp != 0;
  }

  @Override
  public long timestamp() {
    return metric.timestamp;
  }

  @Override
  public @Nullable FloatHistogram histogram() {
    return histogram;
  }

  @Override
  public long startTimestamp() {
    return metric.startTimestamp;
  }

  @Override
  public String family() {
    return string(nameFrom, nameTo);
  }

  @Override
  public MetricType type() {
    return type;
  }

  @Override
  public String text() {
    return inText ? string(unitFrom, unitTo) : string(helpFrom, helpTo);
  }

  private String string(int from, int to) {
    return new String(body, from, to - from, StandardCharsets.UTF_8);
  }
}
