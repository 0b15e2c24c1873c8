package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.wire.OtlpAttributes.Attribute;
import io.narthex.pipeline.wire.OtlpOptions.Deltas;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decodes {@code ExportMetricsServiceRequest} of OpenTelemetry into series as Prometheus' receiver
 * names them. What cannot become series is left out and counted, and the rest is kept. Source:
 * opentelemetry-proto 1, {@code metrics.proto}; OpenTelemetry specification, "Prometheus and
 * OpenMetrics Compatibility".
 *
 * <p>Reusable; not thread-safe.
 */
public final class OtlpDecoder {
  /** Most samples of {@code target_info} for one resource, the newest; a sender may lie on time. */
  private static final int MOST_INFO = 1000;

  /** Most samples of {@code target_info} in one request. */
  private static final int MOST_INFOS = 1 << 18;

  private final OtlpOptions options;
  private final OtlpNames names;
  private final OtlpResource resource;
  private final ProtoReader in = new ProtoReader("OTLP metrics request");
  private final OtlpPoint point = new OtlpPoint();
  private final OtlpRows rows;
  private final Set<MetricMetadata> described = new HashSet<>();
  private final Map<Labels, NavigableSet<Long>> infos = new LinkedHashMap<>();
  private int infoTimes;
  private long earliest;
  private long latest;

  /** Makes a decoder. */
  public OtlpDecoder(OtlpOptions options) {
    this.options = options;
    names = new OtlpNames(options.config());
    resource = new OtlpResource(options.config(), names);
    rows = new OtlpRows(options, point);
  }

  /**
   * Decodes the uncompressed request in {@code body[from, to)}.
   *
   * @throws FaultException {@link Fault#BAD_DATA} if it is not protobuf, or holds too much
   */
  public OtlpWrite decode(byte[] body, int from, int to) {
    rows.begin();
    described.clear();
    infos.clear();
    infoTimes = 0;
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
    infos.forEach(rows::infos);
    return rows.result();
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
        case OtlpMetric.GAUGE << 3 | ProtoReader.BYTES,
            OtlpMetric.SUM << 3 | ProtoReader.BYTES,
            OtlpMetric.HISTOGRAM << 3 | ProtoReader.BYTES,
            OtlpMetric.EXPONENTIAL << 3 | ProtoReader.BYTES,
            OtlpMetric.SUMMARY << 3 | ProtoReader.BYTES -> {
          kind = tag >>> 3;
          data = in.at;
          in.skip(tag);
        }
        default -> in.skip(tag);
      }
    }
    if (kind == 0) {
      rows.because("could not get aggregation temporality for " + name + ": it has no data");
      return;
    }
    in.at = data;
    in.enter();
    data(name, help, unit, kind);
  }

  private void data(String name, String help, String unit, int kind) {
    int from = in.at;
    int points = 0;
    int temporality = 0;
    boolean monotonic = false;
    while (in.more()) {
      int tag = in.tag();
      if (tag == (1 << 3 | ProtoReader.BYTES)) {
        points++;
        in.skip(tag);
      } else if (tag == (2 << 3 | ProtoReader.VARINT)) {
        temporality = (int) in.varint();
      } else if (tag == (3 << 3 | ProtoReader.VARINT)) {
        monotonic = in.varint() != 0;
      } else {
        in.skip(tag);
      }
    }
    if (!isTaken(kind, temporality)) {
      rows.reject(points, "invalid temporality and type combination for metric \"" + name + "\"");
      return;
    }
    boolean counter = kind == OtlpMetric.SUM && monotonic;
    String family = names.metric(name, unit, counter, kind == OtlpMetric.GAUGE);
    if (family.isEmpty()) {
      rows.reject(points, "normalization for metric \"" + name + "\" resulted in empty name");
      return;
    }
    var metric =
        OtlpMetric.of(
            name, family, type(kind, monotonic, temporality), names.unit(unit), kind, temporality);
    var metadata = new MetricMetadata(family, metric.type(), help, metric.unit());
    if (described.add(metadata)) {
      rows.metadata(metadata);
    }
    if (points == 0) {
      rows.because("empty data points. " + name + " is dropped");
    }
    in.at = from;
    points(metric);
  }

  private boolean isTaken(int kind, int temporality) {
    if (kind == OtlpMetric.GAUGE || kind == OtlpMetric.SUMMARY) {
      return true;
    }
    return temporality == OtlpMetric.CUMULATIVE
        || (temporality == OtlpMetric.DELTA && options.deltas() != Deltas.REFUSED);
  }

  private MetricType type(int kind, boolean monotonic, int temporality) {
    return switch (kind) {
      case OtlpMetric.GAUGE -> MetricType.GAUGE;
      case OtlpMetric.SUMMARY -> MetricType.SUMMARY;
      default -> {
        if (temporality == OtlpMetric.DELTA && options.deltas() == Deltas.KEPT) {
          yield MetricType.UNKNOWN; // neither a counter nor a histogram as Prometheus has them
        }
        yield kind != OtlpMetric.SUM
            ? MetricType.HISTOGRAM
            : monotonic ? MetricType.COUNTER : MetricType.GAUGE;
      }
    };
  }

  private void points(OtlpMetric metric) {
    while (in.more()) {
      int tag = in.tag();
      if (tag != (1 << 3 | ProtoReader.BYTES)) {
        in.skip(tag);
        continue;
      }
      int outer = in.enter();
      switch (metric.kind()) {
        case OtlpMetric.HISTOGRAM -> point.readHistogram(in);
        case OtlpMetric.EXPONENTIAL -> point.readExponential(in);
        case OtlpMetric.SUMMARY -> point.readSummary(in);
        default -> point.readNumber(in);
      }
      in.end = outer;
      if (point.timestamp() > 0) {
        earliest = Math.min(earliest, point.timestamp());
        latest = Math.max(latest, point.timestamp());
      }
      var base = resource.labels(in, point.attributes);
      if (base == null) {
        rows.reject(1, "an attribute of metric \"" + metric.name() + "\" has no valid label name");
      } else {
        rows.write(metric, base);
      }
    }
  }

  /** Notes when {@code target_info} of the resource is to have samples. */
  private void info() {
    var base = latest == Long.MIN_VALUE ? null : resource.infoLabels();
    var series = base == null ? null : rows.info(base);
    if (series == null) {
      return;
    }
    var times = infos.computeIfAbsent(series, unused -> new TreeSet<>());
    long interval = Math.max(1, options.lookback().toMillis() / 2);
    long skipped = Math.max(0, (latest - earliest) / interval - MOST_INFO);
    for (long at = earliest + skipped * interval; at < latest; at += interval) {
      infoTimes += times.add(at) ? 1 : 0;
    }
    infoTimes += times.add(latest) ? 1 : 0;
    if (infoTimes > MOST_INFOS) {
      throw new FaultException(
          Fault.BAD_DATA, "more than " + MOST_INFOS + " samples of target_info in one request");
    }
  }
}
