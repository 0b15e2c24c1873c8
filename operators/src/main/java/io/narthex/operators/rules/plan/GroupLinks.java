package io.narthex.operators.rules.plan;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Selectors;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which groups read what other groups write. Conservative: a selector counts as reading an output
 * unless its matchers of the metric name, or for alerts of the alert's name, rule that out.
 */
final class GroupLinks {
  private static final String ALERT_NAME = "alertname";
  private static final List<String> ALERT_METRICS = List.of("ALERTS", "ALERTS_FOR_STATE");

  private final Map<String, List<Output>> outputs = new HashMap<>();

  /** What a group writes; the alert's name is empty for a recorded metric. */
  private record Output(int group, String metric, String alert) {}

  private GroupLinks(List<RuleGroup> groups) {
    for (int group = 0; group < groups.size(); group++) {
      for (Rule rule : groups.get(group).rules()) {
        if (rule instanceof AlertingRule) {
          for (String metric : ALERT_METRICS) {
            add(new Output(group, metric, rule.name()));
          }
        } else {
          add(new Output(group, rule.name(), ""));
        }
      }
    }
  }

  /** For each group, the numbers of the other groups whose output it may read. */
  static List<Set<Integer>> of(List<RuleGroup> groups, ParseOptions parsing) {
    var links = new GroupLinks(groups);
    var sources = new ArrayList<Set<Integer>>();
    for (int reader = 0; reader < groups.size(); reader++) {
      var found = new HashSet<Integer>();
      for (Rule rule : groups.get(reader).rules()) {
        var expr = PromqlParser.parse(rule.expression(), parsing);
        Selectors.matchersOf(expr).forEach(matchers -> links.sources(matchers, found));
      }
      found.remove(reader);
      sources.add(found);
    }
    return sources;
  }

  private void add(Output output) {
    outputs.computeIfAbsent(output.metric(), metric -> new ArrayList<>()).add(output);
  }

  private void sources(List<Matcher> matchers, Set<Integer> found) {
    for (Matcher matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME) && matcher.type() == Matcher.Type.EQUAL) {
        sources(matchers, outputs.getOrDefault(matcher.value(), List.of()), found);
        return;
      }
    }
    outputs.values().forEach(candidates -> sources(matchers, candidates, found));
  }

  private static void sources(List<Matcher> matchers, List<Output> candidates, Set<Integer> found) {
    for (Output output : candidates) {
      if (mayRead(matchers, output)) {
        found.add(output.group());
      }
    }
  }

  private static boolean mayRead(List<Matcher> matchers, Output output) {
    for (Matcher matcher : matchers) {
      boolean isName = matcher.name().equals(Labels.METRIC_NAME);
      boolean isAlert = matcher.name().equals(ALERT_NAME) && !output.alert().isEmpty();
      if ((isName && !matcher.matches(output.metric()))
          || (isAlert && !matcher.matches(output.alert()))) {
        return false;
      }
    }
    return true;
  }
}
