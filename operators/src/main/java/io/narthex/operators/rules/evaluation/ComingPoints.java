package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From when on rules will write points, series by series, as their groups are at several places.
 */
final class ComingPoints {
  private final Map<Key, List<Writer>> writers = new HashMap<>();

  /** By what the writers of a series are found; the alert is empty for recorded metrics. */
  private record Key(String metric, String alert) {}

  private record Writer(List<Matcher> outputs, long from) {}

  /** A rule writes from a time on, milliseconds. */
  void from(RuleSet.Prepared rule, long time) {
    String alert = rule.alert() == null ? "" : rule.rule().name();
    for (String name : rule.outputNames()) {
      writers
          .computeIfAbsent(new Key(name, alert), key -> new ArrayList<>())
          .add(new Writer(rule.outputsOf(name), time));
    }
  }

  /** From when on any rule may write a series; {@link Long#MAX_VALUE} if none does. */
  long of(Labels series) {
    String name = series.metricName();
    long recorded = of(series, new Key(name, ""));
    String alert = series.get(AlertEvaluator.ALERT_NAME);
    return alert.isEmpty() ? recorded : Math.min(recorded, of(series, new Key(name, alert)));
  }

  private long of(Labels series, Key key) {
    long first = Long.MAX_VALUE;
    for (var writer : writers.getOrDefault(key, List.of())) {
      if (writer.from < first && isOf(series, writer.outputs)) {
        first = writer.from;
      }
    }
    return first;
  }

  private static boolean isOf(Labels series, List<Matcher> outputs) {
    for (var matcher : outputs) {
      if (!matcher.matches(series.get(matcher.name()))) {
        return false;
      }
    }
    return true;
  }
}
