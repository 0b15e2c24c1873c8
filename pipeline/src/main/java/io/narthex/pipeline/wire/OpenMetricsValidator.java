package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds an OpenMetrics text to the whole specification, which is stricter than what a scrape takes:
 * families are not interleaved or repeated, names fit their types, values and exemplars are allowed
 * where they stand, histograms add up. Source: OpenMetrics 1.0 specification, "Overall structure"
 * and "Metric types".
 */
public final class OpenMetricsValidator {
  private static final int MOST_EXEMPLAR_CHARACTERS = 128;

  /** Suffixes of the samples of a type; the first is the main one. */
  private static final Map<MetricType, List<String>> SUFFIXES =
      Map.of(
          MetricType.COUNTER, List.of("_total", "_created"),
          MetricType.SUMMARY, List.of("", "_count", "_sum", "_created"),
          MetricType.HISTOGRAM, List.of("_bucket", "_count", "_sum", "_created"),
          MetricType.GAUGEHISTOGRAM, List.of("_bucket", "_gcount", "_gsum"),
          MetricType.INFO, List.of("_info"));

  private static final List<String> NO_SUFFIX = List.of("");

  private final OpenMetricsParser parser;
  private final LabelBuffer buffer = new LabelBuffer();
  private final Set<String> names = new HashSet<>();

  private @Nullable String family;
  private MetricType type = MetricType.UNKNOWN;
  private String unit = "";
  private final Set<Entry> metadata = new HashSet<>();
  private boolean sampled;
  private final Set<Labels> groups = new HashSet<>();
  private final Set<Labels> untimed = new HashSet<>();
  private @Nullable Labels group;
  private boolean groupTimed;
  private long groupTimestamp;
  private HistogramRules histogram = new HistogramRules(false);

  private OpenMetricsValidator(byte[] bytes, int from, int to) {
    parser = new OpenMetricsParser(bytes, from, to, false);
  }

  /**
   * Checks {@code bytes[from, to)}.
   *
   * @throws FaultException {@link Fault#BAD_DATA} with the line of the first fault
   */
  public static void check(byte[] bytes, int from, int to) {
    new OpenMetricsValidator(bytes, from, to).run();
  }

  private void run() {
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        sample();
      } else {
        metadata(entry);
      }
    }
    endFamily();
  }

  private void metadata(Entry entry) {
    String name = parser.family();
    if (!name.equals(family)) {
      endFamily();
      family = name;
    }
    if (sampled) {
      throw fault("metadata of " + name + " must stand before its samples");
    }
    if (!metadata.add(entry)) {
      throw fault(entry + " of " + name + " is repeated");
    }
    if (entry == Entry.TYPE) {
      type = parser.type();
    } else if (entry == Entry.UNIT) {
      unit = parser.text();
    }
    if (!unit.isEmpty() && (type == MetricType.INFO || type == MetricType.STATESET)) {
      throw fault("an " + type.text() + " has no unit");
    }
  }

  private void sample() {
    if (parser.seriesTo() > 1 && parser.bytes()[parser.seriesTo() - 2] == ',') {
      throw fault("comma after the last label");
    }
    parser.labels(buffer);
    var labels = buffer.toLabels();
    String name = labels.metricName();
    String suffix = suffix(name);
    if (suffix == null) {
      endFamily();
      family = name;
      suffix = "";
    }
    sampled = true;
    group(labels, suffix);
    value(suffix);
    exemplar(suffix);
    parts(labels, suffix);
  }

  /** What the sample's name adds to that of the family; null if it belongs to another family. */
  private @Nullable String suffix(String name) {
    for (String suffix : suffixes()) {
      if (name.equals(family + suffix)) {
        return suffix;
      }
    }
    return null;
  }

  private List<String> suffixes() {
    return SUFFIXES.getOrDefault(type, NO_SUFFIX);
  }

  /** Samples with the same labels, bounds aside, stand together, in order of time. */
  private void group(Labels labels, String suffix) {
    var key =
        labels.without(
            name ->
                name.equals(Labels.METRIC_NAME)
                    || (name.equals("le") && isHistogram() && suffix.equals("_bucket"))
                    || (name.equals("quantile") && type == MetricType.SUMMARY)
                    || (name.equals(family) && type == MetricType.STATESET));
    if (!key.equals(group)) {
      endGroup();
      if (!groups.add(key)) {
        throw fault("samples of one metric must stand together");
      }
      group = key;
      groupTimed = parser.hasTimestamp();
    } else if (groupTimed != parser.hasTimestamp()) {
      throw fault("some samples of the metric have timestamps, some have not");
    } else if (groupTimed && parser.timestamp() < groupTimestamp) {
      throw fault("timestamps of a metric must not go back");
    }
    groupTimestamp = parser.timestamp();
    if (!groupTimed && !untimed.add(labels)) {
      throw fault("series is repeated");
    }
  }

  private void value(String suffix) {
    double value = parser.value();
    boolean wrong =
        switch (type) {
          case COUNTER -> suffix.equals("_total") && !(value >= 0);
          case INFO -> value != 1;
          case STATESET -> value != 0 && value != 1;
          case SUMMARY ->
              suffix.isEmpty() ? value < 0 : !suffix.equals("_created") && !(value >= 0);
          case HISTOGRAM -> !suffix.equals("_created") && !(value >= 0);
          case GAUGEHISTOGRAM -> suffix.equals("_gsum") ? Double.isNaN(value) : !(value >= 0);
          default -> false;
        };
    if (wrong) {
      throw fault("a " + type.text() + " cannot have the value " + value + " here");
    }
  }

  private void exemplar(String suffix) {
    var exemplar = parser.nextExemplar();
    if (exemplar == null) {
      return;
    }
    boolean allowed =
        suffix.equals("_total") ? type == MetricType.COUNTER : suffix.equals("_bucket");
    if (!allowed) {
      throw fault("only totals of counters and buckets of histograms have exemplars");
    }
    int[] characters = {0};
    exemplar
        .labels()
        .forEach(
            (name, value) ->
                characters[0] +=
                    name.codePointCount(0, name.length())
                        + value.codePointCount(0, value.length()));
    if (characters[0] > MOST_EXEMPLAR_CHARACTERS) {
      throw fault("labels of an exemplar have more than 128 characters");
    }
  }

  private void parts(Labels labels, String suffix) {
    if (isHistogram()) {
      if (suffix.equals("_bucket")) {
        faultIf(histogram.bucket(raw("le"), parser.value()));
      } else if (suffix.endsWith("count")) {
        histogram.count(parser.value());
      } else if (suffix.endsWith("sum")) {
        histogram.sum(parser.value());
      }
    } else if (type == MetricType.SUMMARY && suffix.isEmpty()) {
      Double quantile = HistogramRules.number(raw("quantile"));
      if (quantile == null || !(quantile >= 0 && quantile <= 1)) {
        throw fault("a summary's sample needs a quantile between 0 and 1");
      }
    } else if (type == MetricType.STATESET && !labels.has(String.valueOf(family))) {
      throw fault("a stateset's sample needs a label with the name of the metric");
    }
  }

  /** The value of a label as it stands in the text; null if there is no such label. */
  private @Nullable String raw(String label) {
    for (int i = 0; i < parser.offsetsEnd; i += 4) {
      if (parser.string(parser.offsets[i], parser.offsets[i + 1]).equals(label)) {
        return parser.string(parser.offsets[i + 2], parser.offsets[i + 3]);
      }
    }
    return null;
  }

  private boolean isHistogram() {
    return type == MetricType.HISTOGRAM || type == MetricType.GAUGEHISTOGRAM;
  }

  private void endGroup() {
    if (group != null && isHistogram()) {
      faultIf(histogram.end());
    }
    group = null;
    histogram = new HistogramRules(type == MetricType.GAUGEHISTOGRAM);
  }

  /** Ends the family and keeps the names that no other may have. */
  private void endFamily() {
    endGroup();
    if (family != null) {
      if (!names.add(family)) {
        throw fault("name " + family + " clashes with that of another metric");
      }
      for (String suffix : suffixes()) {
        if (!suffix.isEmpty() && !names.add(family + suffix)) {
          throw fault("name " + family + suffix + " clashes with that of another metric");
        }
      }
    }
    family = null;
    type = MetricType.UNKNOWN;
    unit = "";
    metadata.clear();
    sampled = false;
    groups.clear();
    untimed.clear();
    histogram = new HistogramRules(false);
  }

  private void faultIf(@Nullable String what) {
    if (what != null) {
      throw fault(what);
    }
  }

  private FaultException fault(String what) {
    return parser.faultAt(Math.max(parser.begin, parser.at - 1), what);
  }
}
