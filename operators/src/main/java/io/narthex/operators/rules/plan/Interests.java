package io.narthex.operators.rules.plan;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The selectors of all rules, found by the metric name that they ask for, and how far back each
 * looks. Immutable.
 */
public final class Interests {
  /** No rules. */
  public static final Interests NONE = new Interests(Map.of());

  private final Map<List<Matcher>, Long> reach;
  private final Map<String, List<Selector>> byName = new HashMap<>();
  private final List<Selector> ofAnyName = new ArrayList<>();

  /**
   * One selector.
   *
   * @param number counted from 0
   * @param reachMillis how long before a tick it may read
   */
  public record Selector(int number, List<Matcher> matchers, long reachMillis) {
    boolean selects(Labels labels) {
      for (Matcher matcher : matchers) {
        if (!matcher.matches(labels.get(matcher.name()))) {
          return false;
        }
      }
      return true;
    }
  }

  private Interests(Map<List<Matcher>, Long> reach) {
    this.reach = reach;
    int number = 0;
    for (var entry : reach.entrySet()) {
      var selector = new Selector(number++, entry.getKey(), entry.getValue());
      home(selector).add(selector);
    }
  }

  /** What rules with these reaches read together. */
  public static Interests of(List<WindowReach> rules) {
    var reach = new LinkedHashMap<List<Matcher>, Long>();
    for (var rule : rules) {
      rule.millis().forEach((matchers, millis) -> reach.merge(matchers, millis, Math::max));
    }
    return new Interests(reach);
  }

  /** Whether nothing is read. */
  public boolean isEmpty() {
    return reach.isEmpty();
  }

  int size() {
    return reach.size();
  }

  /** How far back each selector looks, by its matchers, milliseconds. */
  public Map<List<Matcher>, Long> reach() {
    return reach;
  }

  /** Whether any rule reads a series. */
  public boolean any(Labels labels) {
    for (var selector : byName.getOrDefault(labels.metricName(), List.of())) {
      if (selector.selects(labels)) {
        return true;
      }
    }
    for (var selector : ofAnyName) {
      if (selector.selects(labels)) {
        return true;
      }
    }
    return false;
  }

  /** The selectors that select a series. */
  public List<Selector> of(Labels labels) {
    var found = new ArrayList<Selector>();
    for (var selector : byName.getOrDefault(labels.metricName(), List.of())) {
      if (selector.selects(labels)) {
        found.add(selector);
      }
    }
    for (var selector : ofAnyName) {
      if (selector.selects(labels)) {
        found.add(selector);
      }
    }
    return found;
  }

  private List<Selector> home(Selector selector) {
    for (Matcher matcher : selector.matchers()) {
      if (matcher.name().equals(Labels.METRIC_NAME) && matcher.type() == Matcher.Type.EQUAL) {
        return byName.computeIfAbsent(matcher.value(), name -> new ArrayList<>());
      }
    }
    return ofAnyName;
  }
}
