package io.narthex.operators.rules.evaluation;

import io.narthex.operators.rules.window.Horizon;
import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.WindowStore;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Evaluates former ticks again that samples touch which came late: only those ticks, only the rules
 * that read these samples, and then, tick after tick, what depends on points that changed by it.
 * Confined to one thread.
 */
final class Corrections {
  private final List<GroupEvaluator> groups;
  private final Horizon horizon;
  private final long lateness;
  private final Map<SelectedSeries, List<Reader>> readers = new HashMap<>();
  private final List<Spans[]> touched = new ArrayList<>();
  private long corrected;
  private long tooLate;

  /**
   * A rule that reads a selection.
   *
   * @param reach how long after a sample ticks may see it
   */
  private record Reader(int group, int rule, long reach) {}

  /** A former tick of a group, by its place in the group's history. */
  private record Place(long at, int group, int number) {}

  /**
   * @param lateness how late a sample may be, against the newest tick, milliseconds
   */
  Corrections(List<GroupEvaluator> groups, WindowStore window, Horizon horizon, long lateness) {
    this.groups = groups;
    this.horizon = horizon;
    this.lateness = lateness;
    for (int group = 0; group < groups.size(); group++) {
      var rules = groups.get(group).rules();
      var spans = new Spans[rules.size()];
      for (int rule = 0; rule < spans.length; rule++) {
        spans[rule] = new Spans();
        var reach = rules.get(rule).rule().reach();
        if (!reach.elsewhere()) {
          for (var read : reach.millis().entrySet()) {
            var selection = window.selected(read.getKey());
            if (selection != null) {
              readers
                  .computeIfAbsent(selection, key -> new ArrayList<>())
                  .add(new Reader(group, rule, read.getValue()));
            }
          }
        }
      }
      touched.add(spans);
    }
  }

  /** How many evaluations of rules were done again. */
  long corrected() {
    return corrected;
  }

  /** How many times of samples were too late to correct anything. */
  long tooLate() {
    return tooLate;
  }

  /** All ticks in a span of time are to be evaluated again by the rules that read a selection. */
  void suspect(SelectedSeries selection, long from, long to) {
    for (var reader : readers.getOrDefault(selection, List.of())) {
      touched.get(reader.group)[reader.rule].add(from, to + reader.reach);
    }
  }

  /** Whether ticks are to be evaluated again without a late sample. */
  boolean isSuspicious() {
    return first() < Long.MAX_VALUE;
  }

  /**
   * Does what is to be done, tick after tick. Until all is done it is remembered whole, so that the
   * state may be saved after each tick.
   *
   * @return the groups of which anything was corrected
   */
  List<GroupEvaluator> run(Surroundings in, RuleOutput out) {
    drain();
    long first = first();
    if (first == Long.MAX_VALUE) {
      return List.of();
    }
    var concerned = new TreeSet<Integer>();
    var follow = new ArrayList<BitSet>();
    groups.forEach(group -> follow.add(new BitSet()));
    for (var place : places(first)) {
      var group = groups.get(place.group);
      var wanted = follow.get(place.group);
      var spans = touched.get(place.group);
      for (int rule = 0; rule < spans.length; rule++) {
        if (spans[rule].has(place.at)) {
          wanted.set(rule);
        }
      }
      var next = new BitSet();
      if (!wanted.isEmpty()) {
        correct(group, place, wanted, next, in, out);
        concerned.add(place.group);
        out.corrected();
      }
      follow.set(place.group, next);
    }
    touched.forEach(
        spans -> {
          for (var each : spans) {
            each.clear();
          }
        });
    return concerned.stream().map(groups::get).toList();
  }

  private void correct(
      GroupEvaluator group,
      Place place,
      BitSet wanted,
      BitSet next,
      Surroundings in,
      RuleOutput out) {
    var spans = touched.get(place.group);
    group.correct(
        place.number,
        wanted,
        next,
        in,
        out,
        () -> {
          corrected++;
          drain();
          for (int rule = 0; rule < spans.length; rule++) {
            if (spans[rule].has(place.at)) {
              wanted.set(rule); // those before the running one are not looked at again
            }
          }
        });
  }

  /** Former ticks from a time on, in the order in which they were evaluated. */
  private List<Place> places(long first) {
    var places = new ArrayList<Place>();
    for (int group = 0; group < groups.size(); group++) {
      var history = groups.get(group).history();
      for (int number = history.size() - 1;
          number >= 0 && history.get(number).at() >= first;
          number--) {
        places.add(new Place(history.get(number).at(), group, number));
      }
    }
    places.sort(Comparator.comparingLong(Place::at).thenComparingInt(Place::group));
    return places;
  }

  private long first() {
    long first = Long.MAX_VALUE;
    for (var spans : touched) {
      for (var each : spans) {
        if (!each.isEmpty()) {
          first = Math.min(first, each.first());
        }
      }
    }
    return first;
  }

  private void drain() {
    long oldest = horizon.evaluatedTo() - lateness;
    for (var selection : horizon.take()) {
      for (long time : selection.takeLate()) {
        if (time < oldest) {
          tooLate++;
        } else {
          suspect(selection, time, time);
        }
      }
    }
  }
}
