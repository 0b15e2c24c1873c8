package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.wire.LabelBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Joins the labels that a target exposes with those it has itself. Where both have a label, either
 * the exposed one is kept ({@code honor_labels}), or it moves to a name with {@code exported_} in
 * front, as often as needed. Only for series not seen before.
 */
final class SeriesLabels {
  private static final String EXPORTED = "exported_";

  private final Map<String, String> target;
  private final boolean honor;
  private final boolean utf8Names;

  SeriesLabels(TargetSplit split) {
    ScrapeConfig config = split.config();
    this.target = Map.copyOf(split.labelMap());
    this.honor = config.honorLabels();
    this.utf8Names = config.utf8Names();
  }

  /**
   * The final labels of a series.
   *
   * @param exposed sealed
   * @throws ScrapeException if a name is not allowed
   */
  Labels join(LabelBuffer exposed) {
    var own = exposed.toLabels();
    if (!utf8Names) {
      own.forEach((name, value) -> checkLegacy(name, value, own));
    }
    return honor ? keepExposed(exposed, own) : keepTarget(own);
  }

  /** The labels of a series that reports on the scrape itself. */
  Labels report(String metric) {
    return keepTarget(Labels.of(Labels.METRIC_NAME, metric));
  }

  private Labels keepExposed(LabelBuffer exposed, Labels own) {
    var labels = own.toBuilder();
    target.forEach(
        (name, value) -> {
          if (!exposed.added(name)) {
            labels.set(name, value);
          }
        });
    return labels.build();
  }

  private Labels keepTarget(Labels own) {
    var labels = own.toBuilder();
    List<String> conflicts = new ArrayList<>();
    target.forEach(
        (name, value) -> {
          if (own.has(name)) {
            conflicts.add(name);
          }
          labels.set(name, value);
        });
    conflicts.sort(Comparator.comparingInt(String::length).thenComparing(Names.BYTE_ORDER));
    for (String name : conflicts) {
      String moved = EXPORTED + name;
      while (!labels.get(moved).isEmpty()) {
        moved = EXPORTED + moved;
      }
      labels.set(moved, own.get(name));
    }
    return labels.build();
  }

  private static void checkLegacy(String name, String value, Labels all) {
    boolean valid =
        name.equals(Labels.METRIC_NAME)
            ? Names.isLegacyMetricName(value)
            : Names.isLegacyLabelName(name);
    if (!valid) {
      throw new ScrapeException("invalid metric name or label names: " + all);
    }
  }
}
