package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.wire.OtlpAttributes.Attribute;
import io.narthex.pipeline.wire.OtlpHistograms.Made;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decodes {@code ExportMetricsServiceRequest} of OpenTelemetry into series as Prometheus' receiver
 * names them. What cannot become series is left out and counted, and the rest is kept. Source:
 * opentelemetry-proto 1, {@code metrics.proto}; OpenTelemetry specification, "Prometheus and
 * OpenMetrics Compatibility".
 *
 * <p>Reusable; not thread-safe.
 */
public final class OtlpDecoder {
  private static final int GAUGE = 5;
  private static final int SUM = 7;
  private static final int HISTOGRAM = 9;
  private static final int EXPONENTIAL = 10;
  private static final int SUMMARY = 11;
  private static final int DELTA = 1;
  private static final int CUMULATIVE = 2;

  /** Most samples of {@code target_info} for one resource, the newest; a sender may lie on time. */
  private static final int MOST_INFO = 1000;

  private final OtlpOptions options;
  private final OtlpNames names;
  private final OtlpResource resource;
  private final ProtoReader in = new ProtoReader("OTLP metrics request");
  private final OtlpPoint point = new OtlpPoint();
  private final LabelBuffer labels = new LabelBuffer();
  private final Set<MetricMetadata> described = new HashSet<>();
  private final Map<Labels, NavigableSet<Long>> infos = new LinkedHashMap<>();
  private SampleBatchBuilder batch = SampleBatch.of(new Origin.Push("otlp"));
  private DecodingTally tally = new DecodingTally();
  private long rejected;
  private long earliest;
  private long latest;

  /**
   * A metric's head.
   *
   * @param name as OpenTelemetry names it
   * @param family as its series are named
   */
  private record Metric(
      String name, String family, MetricType type, String unit, boolean delta, int kind) {}

  /** Makes a decoder. */
  public OtlpDecoder(OtlpOptions options) {
    this.options = options;
    names = new OtlpNames(options.config());
    resource = new OtlpResource(options.config(), names);
  }

  /**
   * Decodes the uncompressed request in {@code body[from, to)}.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not protobuf, or holds too much
   */
  public OtlpWrite decode(byte[] body, int from, int to) {
    batch = SampleBatch.of(new Origin.Push("otlp"));
    tally = new DecodingTally();
    described.clear();
    infos.clear();
    rejected = 0;
    in.reset(body, from, to);
    while (in.more()) {
      int tag = in.tag();
      if (tag == (1 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        resourceMetrics();
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
    writeInfos();
    return new OtlpWrite(tally.result(batch.build()), rejected);
  }

  private void resourceMetrics() {
    int from = in.at;
    earliest = Long.MAX_VALUE;
    latest = Long.MIN_VALUE;
    var attributes = new ArrayList<Attribute>();
    while (in.more()) {
      int tag = in.tag();
      if (tag == (1 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        attributes(1, attributes);
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
    resource.begin(attributes);
    in.at = from;
    while (in.more()) {
      int tag = in.tag();
      if (tag == (2 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        scopeMetrics();
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
    info();
  }

  private void attributes(int field, List<Attribute> out) {
    while (in.more()) {
      int tag = in.tag();
      if (tag >>> 3 == field) {
        OtlpAttributes.read(in, tag, out);
      } else {
        in.skip(tag);
      }
    }
  }

  private void scopeMetrics() {
    int from = in.at;
    String name = "";
    String version = "";
    String schemaUrl = "";
    var attributes = new ArrayList<Attribute>();
    while (in.more()) {
      int tag = in.tag();
      if (tag == (3 << 3 | ProtoReader.BYTES)) {
        schemaUrl = in.string();
      } else if (tag == (1 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        while (in.more()) {
          int field = in.tag();
          switch (field) {
            case 1 << 3 | ProtoReader.BYTES -> name = in.string();
            case 2 << 3 | ProtoReader.BYTES -> version = in.string();
            case 3 << 3 | ProtoReader.BYTES -> OtlpAttributes.read(in, field, attributes);
            default -> in.skip(field);
          }
        }
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
    resource.beginScope(name, version, schemaUrl, attributes);
    in.at = from;
    while (in.more()) {
      int tag = in.tag();
      if (tag == (2 << 3 | ProtoReader.BYTES)) {
        int outer = in.enter();
        int end = in.end;
        metric();
        in.at = end;
        in.end = outer;
      } else {
        in.skip(tag);
      }
    }
  }

  private void metric() {
    String name = "";
    String help = "";
    String unit = "";
    int kind = 0;
    int data = in.at;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case 1 << 3 | ProtoReader.BYTES -> name = in.string();
        case 2 << 3 | ProtoReader.BYTES -> help = in.string();
        case 3 << 3 | ProtoReader.BYTES -> unit = in.string();
        case GAUGE << 3 | ProtoReader.BYTES,
            SUM << 3 | ProtoReader.BYTES,
            HISTOGRAM << 3 | ProtoReader.BYTES,
            EXPONENTIAL << 3 | ProtoReader.BYTES,
            SUMMARY << 3 | ProtoReader.BYTES -> {
          kind = tag >>> 3;
          data = in.at;
          in.skip(tag);
        }
        default -> in.skip(tag);
      }
    }
    if (kind == 0) {
      tally.because("could not get aggregation temporality for " + name + ": it has no data");
      return;
    }
    in.at = data;
    in.enter();
    data(name, help, unit, kind);
  }

  private void data(String name, String help, String unit, int kind) {
    int from = in.at;
    int points = 0;
    long temporality = 0;
    boolean monotonic = false;
    while (in.more()) {
      int tag = in.tag();
      if (tag == (1 << 3 | ProtoReader.BYTES)) {
        points++;
        in.skip(tag);
      } else if (tag == (2 << 3 | ProtoReader.VARINT)) {
        temporality = in.varint();
      } else if (tag == (3 << 3 | ProtoReader.VARINT)) {
        monotonic = in.varint() != 0;
      } else {
        in.skip(tag);
      }
    }
    boolean delta = temporality == DELTA && kind != GAUGE && kind != SUMMARY;
    if (kind != GAUGE
        && kind != SUMMARY
        && temporality != CUMULATIVE
        && !(delta && options.deltas())) {
      reject(points, "invalid temporality and type combination for metric \"" + name + "\"");
      return;
    }
    String family = names.metric(name, unit, kind == SUM && monotonic, kind == GAUGE);
    if (family.isEmpty()) {
      reject(points, "normalization for metric \"" + name + "\" resulted in empty name");
      return;
    }
    var type = type(kind, monotonic, delta);
    var metric = new Metric(name, family, type, names.unit(unit), delta, kind);
    var metadata = new MetricMetadata(family, type, help, metric.unit());
    if (described.add(metadata)) {
      batch.metadata(metadata);
    }
    if (points == 0) {
      tally.because("empty data points. " + name + " is dropped");
    }
    in.at = from;
    points(metric);
  }

  private static MetricType type(int kind, boolean monotonic, boolean delta) {
    if (delta) {
      return MetricType.UNKNOWN; // it is neither a counter nor a histogram as Prometheus has them
    }
    return switch (kind) {
      case SUM -> monotonic ? MetricType.COUNTER : MetricType.GAUGE;
      case HISTOGRAM, EXPONENTIAL -> MetricType.HISTOGRAM;
      case SUMMARY -> MetricType.SUMMARY;
      default -> MetricType.GAUGE;
    };
  }

  private void points(Metric metric) {
    while (in.more()) {
      int tag = in.tag();
      if (tag != (1 << 3 | ProtoReader.BYTES)) {
        in.skip(tag);
        continue;
      }
      int outer = in.enter();
      switch (metric.kind) {
        case HISTOGRAM -> point.readHistogram(in);
        case EXPONENTIAL -> point.readExponential(in);
        case SUMMARY -> point.readSummary(in);
        default -> point.readNumber(in);
      }
      in.end = outer;
      if (point.timestamp() > 0) {
        earliest = Math.min(earliest, point.timestamp());
        latest = Math.max(latest, point.timestamp());
      }
      point(metric);
    }
  }

  private void point(Metric metric) {
    var base = resource.labels(point.attributes);
    if (base == null) {
      reject(1, "an attribute of metric \"" + metric.name + "\" has no valid label name");
      return;
    }
    if (options.typeAndUnitLabels()) {
      base.putIfAbsent("__type__", metric.type.text());
      base.putIfAbsent("__unit__", metric.unit);
    }
    switch (metric.kind) {
      case HISTOGRAM -> {
        if (options.config().convertHistogramsToNhcb()) {
          nativeHistogram(metric, base, OtlpHistograms.custom(point, metric.delta));
        } else {
          classicHistogram(metric, base);
        }
      }
      case EXPONENTIAL ->
          nativeHistogram(metric, base, OtlpHistograms.exponential(point, metric.delta));
      case SUMMARY -> summary(metric, base);
      default -> {
        if (sample(metric.family, base, "", "", point.value) && metric.kind == SUM) {
          exemplars(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
      }
    }
  }

  private void classicHistogram(Metric metric, Map<String, String> base) {
    if (point.hasSum) {
      sample(metric.family + "_sum", base, "", "", point.sum);
    }
    sample(metric.family + "_count", base, "", "", point.count);
    double[] bounds = point.bounds.copy();
    String bucket = metric.family + "_bucket";
    double below = Double.NEGATIVE_INFINITY;
    double cumulative = 0;
    for (int i = 0; i < bounds.length && i < point.counts.size; i++) {
      cumulative += point.counts.get(i);
      if (sample(bucket, base, "le", DoubleText.plain(bounds[i]), cumulative)) {
        exemplars(below, bounds[i]);
      }
      below = Math.max(below, bounds[i]);
    }
    if (sample(bucket, base, "le", "+Inf", point.count)) {
      exemplars(below, Double.POSITIVE_INFINITY);
    }
  }

  private void nativeHistogram(Metric metric, Map<String, String> base, Made made) {
    if (made.fault() != null) {
      reject(1, made.fault() + ", metric \"" + metric.name + "\"");
    } else if (series(metric.family, base, "", "")) {
      FloatHistogram histogram = made.histogram();
      tally.bound(batch.rowCount());
      batch.histogram(point.timestamp(), histogram);
      tally.histograms++;
      exemplars(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
  }

  private void summary(Metric metric, Map<String, String> base) {
    sample(metric.family + "_sum", base, "", "", point.sum);
    sample(metric.family + "_count", base, "", "", point.count);
    double[] pairs = point.bounds.copy();
    for (int i = 0; i < pairs.length; i += 2) {
      sample(metric.family, base, "quantile", DoubleText.plain(pairs[i]), pairs[i + 1]);
    }
  }

  /** Adds a series with one sample, that of the point's end if it says so. */
  private boolean sample(
      String name, Map<String, String> base, String extra, String extraValue, double value) {
    if (!series(name, base, extra, extraValue)) {
      return false;
    }
    tally.bound(batch.rowCount());
    batch.value(point.timestamp(), point.stale ? StaleMarker.VALUE : value);
    tally.samples++;
    return true;
  }

  private boolean series(String name, Map<String, String> base, String extra, String extraValue) {
    String fault = seal(name, base, extra, extraValue);
    if (fault != null) {
      reject(1, "invalid metric name or labels " + labels + ": " + fault);
      return false;
    }
    batch.series(labels.bytes(), 0, labels.length(), labels.hash());
    return true;
  }

  private @Nullable String seal(
      String name, Map<String, String> base, String extra, String extraValue) {
    labels.clear();
    labels.add(Labels.METRIC_NAME, name);
    for (var label : base.entrySet()) {
      if (!label.getKey().equals(extra) && !label.getKey().equals(Labels.METRIC_NAME)) {
        labels.add(label.getKey(), label.getValue());
      }
    }
    if (!extra.isEmpty()) {
      labels.add(extra, extraValue);
    }
    return labels.seal(true);
  }

  /** Adds the point's exemplars with values above one bound and up to another. */
  private void exemplars(double above, double upTo) {
    for (var exemplar : point.exemplars) {
      boolean first = above == Double.NEGATIVE_INFINITY;
      if ((first || exemplar.value() > above) && exemplar.value() <= upTo) {
        batch.exemplar(exemplar.labels(), exemplar.value(), exemplar.timestamp());
        tally.exemplars++;
      }
    }
  }

  /** Notes when {@code target_info} of the resource is to have samples. */
  private void info() {
    var base = latest == Long.MIN_VALUE ? null : resource.infoLabels();
    if (base == null) {
      return;
    }
    String fault = seal("target_info", base, "", "");
    if (fault != null) {
      tally.because("target_info left out: " + labels + ": " + fault);
      return;
    }
    var times = infos.computeIfAbsent(labels.toLabels(), unused -> new TreeSet<>());
    long interval = Math.max(1, options.lookback().toMillis() / 2);
    long skipped = Math.max(0, (latest - earliest) / interval - MOST_INFO);
    for (long at = earliest + skipped * interval; at < latest; at += interval) {
      times.add(at);
    }
    times.add(latest);
  }

  private void writeInfos() {
    infos.forEach(
        (series, times) -> {
          batch.series(series);
          for (long at : times) {
            tally.bound(batch.rowCount());
            batch.value(at, 1);
            tally.samples++;
          }
        });
  }

  private void reject(int points, String reason) {
    rejected += points;
    tally.because(reason);
  }
}
