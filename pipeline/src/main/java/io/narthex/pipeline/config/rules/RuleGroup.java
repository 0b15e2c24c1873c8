package io.narthex.pipeline.config.rules;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are evaluated one after the other, at the same times.
 *
 * @param file absolute path of its file
 * @param name unique in its file
 * @param interval from tick to tick; zero is the global evaluation interval
 * @param queryOffset how far back a tick looks; null is the global one
 * @param limit most alerts of an alerting rule and most series of a recording rule; 0 is no limit
 * @param labels of all rules that do not set them themselves, sorted by name
 */
public record RuleGroup(
    String file,
    String name,
    Duration interval,
    @Nullable Duration queryOffset,
    int limit,
    Map<String, String> labels,
    List<Rule> rules,
    Place place)
    implements Serializable {

  public RuleGroup {
    labels = RecordingRule.sorted(labels);
    rules = List.copyOf(rules);
  }

  /** By this the group is known among all groups: {@code file;name}. */
  public String key() {
    return file + ";" + name;
  }

  /** The labels in effect of one of its rules: those of the group, under those of the rule. */
  public Map<String, String> labelsOf(Rule rule) {
    var merged = new TreeMap<>(labels);
    merged.putAll(rule.labels());
    return RecordingRule.sorted(merged);
  }

  /** This group with the settings that it leaves open filled in. */
  public RuleGroup withDefaults(Duration globalInterval, Duration globalQueryOffset) {
    return new RuleGroup(
        file,
        name,
        interval.isZero() ? globalInterval : interval,
        queryOffset == null ? globalQueryOffset : queryOffset,
        limit,
        labels,
        rules,
        place);
  }
}
