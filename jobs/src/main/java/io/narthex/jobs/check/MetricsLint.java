package io.narthex.jobs.check;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.wire.ExpositionParser;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import io.narthex.pipeline.wire.LabelBuffer;
import io.narthex.pipeline.wire.TextParser;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an exposition in the text format and tells where it leaves the conventions.
 *
 * @see <a href="https://prometheus.io/docs/practices/naming/">the conventions</a>
 */
public final class MetricsLint {
  private static final String LE = "le";
  private static final String QUANTILE = "quantile";

  private final Map<String, Family> families = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private MetricsLint() {}

  /**
   * Something that leaves the conventions.
   *
   * @param metric name of the family
   */
  public record Problem(String metric, String text) {}

  /**
   * What an exposition holds.
   *
   * @param problems sorted by metric and text
   * @param series of each family, most first
   */
  public record Outcome(List<Problem> problems, Map<String, Integer> series) {
    public Outcome {
      problems = List.copyOf(problems);
    }

    /** Series in all. */
    public int total() {
      return series.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** What is gathered of one family. */
  static final class Family {
    final String name;
    @Nullable MetricType type;
    boolean help;
    boolean helpSeen;
    int series;
    final Set<String> labelNames = new LinkedHashSet<>();
    private final Set<Labels> seen = new HashSet<>();

    Family(String name) {
      this.name = name;
    }

    MetricType type() {
      return type == null ? MetricType.UNKNOWN : type;
    }
  }

  /**
   * Checks an exposition.
   *
   * @throws io.narthex.pipeline.fault.FaultException with line and column if it cannot be read
   */
  public static Outcome check(byte[] exposition) {
    var lint = new MetricsLint();
    lint.read(new TextParser(exposition, 0, exposition.length));
    for (var family : lint.families.values()) {
      NamingConventions.check(family, text -> lint.problem(family.name, text));
    }
    lint.problems.sort(Comparator.comparing(Problem::metric).thenComparing(Problem::text));
    var series = new LinkedHashMap<String, Integer>();
    lint.families.values().stream()
        .filter(family -> family.series > 0)
        .sorted(
            Comparator.<Family>comparingInt(family -> -family.series)
                .thenComparing(family -> family.name))
        .forEach(family -> series.put(family.name, family.series));
    return new Outcome(lint.problems, series);
  }

  private void read(ExpositionParser in) {
    var buffer = new LabelBuffer();
    for (var entry = in.next(); entry != Entry.END; entry = in.next()) {
      switch (entry) {
        case HELP -> help(in);
        case TYPE -> type(in);
        case SERIES -> {
          in.labels(buffer);
          sample(buffer.toLabels());
        }
        default -> {}
      }
    }
  }

  private void help(ExpositionParser in) {
    var family = family(in.family());
    if (family.helpSeen) {
      problem(family.name, "more than one help text");
    }
    family.helpSeen = true;
    family.help |= !in.text().isEmpty();
  }

  private void type(ExpositionParser in) {
    var family = family(in.family());
    if (family.type != null || family.series > 0) {
      problem(family.name, "type stands twice or after samples of the metric");
    }
    family.type = in.type();
  }

  private void sample(Labels labels) {
    var family = familyOf(labels.metricName());
    family.series++;
    labels
        .names()
        .forEach(
            name -> {
              if (!name.equals(Labels.METRIC_NAME) && !isOwn(family, name)) {
                family.labelNames.add(name);
              }
            });
    if (!family.seen.add(labels)) {
      problem(family.name, "metric not unique");
    }
  }

  private static boolean isOwn(Family family, String label) {
    return (family.type() == MetricType.HISTOGRAM && label.equals(LE))
        || (family.type() == MetricType.SUMMARY && label.equals(QUANTILE));
  }

  /** Parts of histograms and summaries belong to the family whose type was told. */
  private Family familyOf(String metric) {
    if (!families.containsKey(metric)) {
      for (String suffix : List.of("_count", "_sum", "_bucket")) {
        if (metric.endsWith(suffix)) {
          var whole = families.get(metric.substring(0, metric.length() - suffix.length()));
          boolean histogram = whole != null && whole.type() == MetricType.HISTOGRAM;
          boolean summary = whole != null && whole.type() == MetricType.SUMMARY;
          if (whole != null && (histogram || (summary && !suffix.equals("_bucket")))) {
            return whole;
          }
        }
      }
    }
    return family(metric);
  }

  private Family family(String name) {
    return families.computeIfAbsent(name, Family::new);
  }

  private void problem(String metric, String text) {
    var problem = new Problem(metric, text);
    if (!problems.contains(problem)) {
      problems.add(problem);
    }
  }
}
