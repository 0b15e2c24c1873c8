package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.rules.plan.Interests;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much of what rules read an {@link Outage} hides at a tick: directly, or by what rules between
 * them and the samples write. The answer follows from the window alone, so it is the same when a
 * tick is evaluated again, unless samples came meanwhile that close the gap.
 */
final class OutageShadow {
  /** There was no outage. */
  static final OutageShadow NONE = new OutageShadow();

  private static final long OPEN = Long.MAX_VALUE;

  private final Outage outage;
  private final WindowStore window;
  private final Map<List<Matcher>, List<Outage.Awaited>> awaited = new HashMap<>();
  private final IdentityHashMap<RuleSet.Prepared, List<Read>> reads = new IdentityHashMap<>();
  private final Map<String, List<Writer>> writers = new LinkedHashMap<>();

  /**
   * A look at a selection.
   *
   * @param lag how old what follows from it may be when a rule reads it, milliseconds
   */
  private record Read(List<Matcher> matchers, Outage.Look look, long lag) {}

  /** A rule that writes, and how often. */
  private record Writer(RuleSet.Prepared rule, long interval) {}

  private OutageShadow() {
    this(Outage.NONE, new WindowStore(Interests.NONE));
  }

  private OutageShadow(Outage outage, WindowStore window) {
    this.outage = outage;
    this.window = window;
  }

  /** The shadow that an outage throws on rules. */
  static OutageShadow of(Outage outage, RuleSet rules, WindowStore window) {
    if (outage.awaited().isEmpty()) {
      return NONE;
    }
    var shadow = new OutageShadow(outage, window);
    for (var each : outage.awaited()) {
      for (var selector : rules.interests().of(each.labels())) {
        shadow.awaited.computeIfAbsent(selector.matchers(), key -> new ArrayList<>()).add(each);
      }
    }
    for (var group : rules.groups()) {
      for (var rule : group.rules()) {
        for (String name : rule.outputNames()) {
          long interval = group.definition().interval().toMillis();
          shadow
              .writers
              .computeIfAbsent(name, key -> new ArrayList<>())
              .add(new Writer(rule, interval));
        }
      }
    }
    return shadow;
  }

  /** The outage that throws it. */
  Outage outage() {
    return outage;
  }

  /** How much of what a rule reads is seen at a tick whose samples are of a time. */
  Outage.Sight of(RuleSet.Prepared rule, long at) {
    var sight = Outage.Sight.CLEAR;
    if (at >= outage.to()) {
      return sight;
    }
    for (var read : reads.computeIfAbsent(rule, this::reads)) {
      for (var each : awaited.getOrDefault(read.matchers, List.of())) {
        var series = window.find(each.labels());
        var seen = worse(each.sight(series, read.look, at), sight);
        sight = read.lag == 0 ? seen : worse(each.sight(series, read.look, at - read.lag), seen);
        if (sight == Outage.Sight.BLIND) {
          return sight;
        }
      }
    }
    return sight;
  }

  private static Outage.Sight worse(Outage.Sight one, Outage.Sight other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /** All looks at samples that what a rule reads follows from. */
  private List<Read> reads(RuleSet.Prepared reader) {
    var found = new LinkedHashSet<Read>();
    follow(reader, 0, found, new IdentityHashMap<>());
    return List.copyOf(found);
  }

  /**
   * Follows what a rule reads to the samples.
   *
   * @param lags how old the rules that were met may be when they are read
   */
  private void follow(
      RuleSet.Prepared reader, long lag, Set<Read> found, Map<RuleSet.Prepared, Long> lags) {
    Long known = lags.get(reader);
    if (known != null && known >= lag) {
      return;
    }
    lags.put(reader, OPEN); // it may read itself
    var reach = reader.reach();
    reach
        .millis()
        .forEach(
            (matchers, millis) -> {
              boolean overTime = reach.overTime().contains(matchers);
              found.add(new Read(matchers, new Outage.Look(millis, overTime), lag));
              for (var writer : writers(matchers)) {
                follow(writer.rule, lag + (overTime ? millis : writer.interval), found, lags);
              }
            });
    lags.put(reader, lag);
  }

  /** The rules whose series a selector may select, by the names of metrics and of alerts. */
  private List<Writer> writers(List<Matcher> matchers) {
    for (var matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME) && matcher.type() == Matcher.Type.EQUAL) {
        return named(matchers, writers.getOrDefault(matcher.value(), List.of()));
      }
    }
    var found = new ArrayList<Writer>();
    writers.forEach(
        (name, rules) -> {
          if (mayHave(matchers, Labels.METRIC_NAME, name)) {
            found.addAll(named(matchers, rules));
          }
        });
    return found;
  }

  private static List<Writer> named(List<Matcher> matchers, List<Writer> rules) {
    return rules.stream()
        .filter(
            writer ->
                writer.rule.alert() == null
                    || mayHave(matchers, AlertEvaluator.ALERT_NAME, writer.rule.rule().name()))
        .toList();
  }

  private static boolean mayHave(List<Matcher> matchers, String label, String value) {
    return matchers.stream()
        .allMatch(matcher -> !matcher.name().equals(label) || matcher.matches(value));
  }
}
