package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Turns the classic histograms that another parser gives into native ones with custom buckets.
 * Consecutive buckets, count and sum with the same labels are one histogram, given when something
 * else follows. Histograms that contradict themselves are dropped, as in Prometheus; so are classic
 * histograms right behind a native one of the same labels.
 */
public final class CustomBucketsParser implements ExpositionParser {
  private static final byte[] METRIC_NAME = "__name__".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LE = "le".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BUCKET = "_bucket".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COUNT = "_count".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SUM = "_sum".getBytes(StandardCharsets.US_ASCII);

  /** Sets the labels' bytes, by which a histogram is known, apart from text of the exposition. */
  private static final byte MARK = (byte) 0xFE;

  private enum Part {
    NONE,
    BUCKET,
    COUNT,
    SUM
  }

  private final ExpositionParser parser;
  private final boolean keepClassic;
  private final LabelBuffer current = new LabelBuffer();
  private final LabelBuffer gathered = new LabelBuffer();
  private final LabelBuffer sample = new LabelBuffer();
  private final ClassicHistogram classic = new ClassicHistogram();
  private final LabelBytes.Walker walker = new LabelBytes.Walker();
  private final DecimalReader number = new DecimalReader();
  private final Queue<ParsedExemplar> exemplars = new ArrayDeque<>();
  private final Queue<ParsedExemplar> emittedExemplars = new ArrayDeque<>();

  private byte[] family = new byte[0];
  private MetricType familyType = MetricType.UNKNOWN;
  private boolean gathering;
  private boolean emitting;
  private boolean afterNative;
  private byte[] key = new byte[256];
  private int keyEnd;
  private double bound;
  private long start;
  private boolean gatheredHasTimestamp;
  private long gatheredTimestamp;
  private @Nullable FloatHistogram emitted;
  private long emittedStart;
  private boolean emittedHasTimestamp;
  private long emittedTimestamp;

  /** The entry of the parser that waits behind a histogram just given. */
  private @Nullable Entry pending;

  /**
   * Wraps a parser.
   *
   * @param keepClassic whether the classic samples are given as well
   */
  public CustomBucketsParser(ExpositionParser parser, boolean keepClassic) {
    this.parser = parser;
    this.keepClassic = keepClassic;
  }

  @Override
  public Entry next() {
    emitting = false;
    while (true) {
      Entry entry = pending;
      if (entry == null) {
        entry = parser.next();
        Part part = entry == Entry.SERIES ? part() : Part.NONE;
        if (gathering && (part == Part.NONE || !sameLabels())) {
          if (finish()) {
            pending = entry;
            return Entry.HISTOGRAM;
          }
        }
      }
      pending = null;
      if (!gather(entry) || keepClassic) {
        return entry;
      }
    }
  }

  /** Takes the parser's entry into the histogram; says whether it is a part of one. */
  private boolean gather(Entry entry) {
    if (entry == Entry.TYPE) {
      family = parser.family().getBytes(StandardCharsets.UTF_8);
      familyType = parser.type();
      afterNative = false;
      return false;
    }
    if (entry == Entry.HISTOGRAM) {
      parser.labels(gathered);
      afterNative = true;
      return false;
    }
    Part part = entry == Entry.SERIES ? part() : Part.NONE;
    if (part == Part.NONE || (afterNative && sameLabels())) {
      return false;
    }
    afterNative = false;
    if (!gathering) {
      begin();
    }
    switch (part) {
      case BUCKET -> classic.bucket(bound, parser.value());
      case COUNT -> classic.count(parser.value());
      default -> classic.sum(parser.value());
    }
    for (var e = parser.nextExemplar(); e != null; e = parser.nextExemplar()) {
      exemplars.add(e);
    }
    return true;
  }

  private void begin() {
    gathering = true;
    classic.clear();
    exemplars.clear();
    gathered.copy(current);
    start = parser.startTimestamp();
    gatheredHasTimestamp = parser.hasTimestamp();
    gatheredTimestamp = parser.timestamp();
  }

  /** Ends the histogram; says whether it is one. */
  private boolean finish() {
    gathering = false;
    var histogram = classic.convert();
    if (histogram == null) {
      return false;
    }
    emitted = histogram;
    emitting = true;
    emittedStart = start;
    emittedHasTimestamp = gatheredHasTimestamp;
    emittedTimestamp = gatheredTimestamp;
    emittedExemplars.clear();
    emittedExemplars.addAll(exemplars);
    keyEnd = gathered.length() + 1;
    if (key.length < keyEnd) {
      key = new byte[2 * keyEnd];
    }
    key[0] = MARK;
    System.arraycopy(gathered.bytes(), 0, key, 1, gathered.length());
    return true;
  }

  /** What the sample is of its family's histogram; its labels without the bound are then known. */
  private Part part() {
    if (familyType != MetricType.HISTOGRAM) {
      return Part.NONE;
    }
    parser.labels(sample);
    byte[] bytes = sample.bytes();
    var part = Part.NONE;
    boolean bounded = false;
    current.clear();
    walker.reset(bytes, 0, sample.length());
    while (walker.next()) {
      if (walker.nameIs(METRIC_NAME)) {
        part = part(bytes, walker.valueFrom, walker.valueTo);
        current.addMetricName(family, 0, family.length);
      } else if (walker.nameIs(LE)) {
        bounded = number.read(bytes, walker.valueFrom, walker.valueTo);
      } else {
        current.add(bytes, walker.nameFrom, walker.nameTo, bytes, walker.valueFrom, walker.valueTo);
      }
    }
    bound = number.value;
    boolean usable = part != Part.BUCKET || (bounded && !Double.isNaN(bound));
    return usable && part != Part.NONE && current.seal(true) == null ? part : Part.NONE;
  }

  /** The part that a metric name in {@code bytes[from, to)} stands for. */
  private Part part(byte[] bytes, int from, int to) {
    int suffix = from + family.length;
    if (suffix > to || !Arrays.equals(bytes, from, suffix, family, 0, family.length)) {
      return Part.NONE;
    }
    if (Arrays.equals(bytes, suffix, to, BUCKET, 0, BUCKET.length)) {
      return Part.BUCKET;
    }
    if (Arrays.equals(bytes, suffix, to, COUNT, 0, COUNT.length)) {
      return Part.COUNT;
    }
    return Arrays.equals(bytes, suffix, to, SUM, 0, SUM.length) ? Part.SUM : Part.NONE;
  }

  private boolean sameLabels() {
    return current.sameAs(gathered);
  }

  @Override
  public byte[] bytes() {
    return emitting ? key : parser.bytes();
  }

  @Override
  public int seriesFrom() {
    return emitting ? 0 : parser.seriesFrom();
  }

  @Override
  public int seriesTo() {
    return emitting ? keyEnd : parser.seriesTo();
  }

  @Override
  public double value() {
    return emitting ? 0 : parser.value();
  }

  @Override
  public boolean hasTimestamp() {
    return emitting ? emittedHasTimestamp : parser.hasTimestamp();
  }

  @Override
  public long timestamp() {
    return emitting ? emittedTimestamp : parser.timestamp();
  }

  @Override
  public @Nullable FloatHistogram histogram() {
    return emitting ? emitted : parser.histogram();
  }

  @Override
  public void labels(LabelBuffer into) {
    if (emitting) {
      into.copy(gathered);
    } else {
      parser.labels(into);
    }
  }

  @Override
  public long startTimestamp() {
    return emitting ? emittedStart : parser.startTimestamp();
  }

  @Override
  public @Nullable ParsedExemplar nextExemplar() {
    return emitting ? emittedExemplars.poll() : parser.nextExemplar();
  }

  @Override
  public String family() {
    return parser.family();
  }

  @Override
  public MetricType type() {
    return parser.type();
  }

  @Override
  public String text() {
    return parser.text();
  }
}
