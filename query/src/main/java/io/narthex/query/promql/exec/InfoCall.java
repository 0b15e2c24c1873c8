package io.narthex.query.promql.exec;

import com.google.re2j.Pattern;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.exec.InstantSelector.Part;
import io.narthex.query.promql.function.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code info}: adds the labels of info metrics to the series of a vector that have the same
 * instance and job.
 */
final class InfoCall {
  private static final List<String> IDENTIFYING = List.of("instance", "job");
  private static final String DEFAULT = "target_info";

  /** Longest list of values, in characters, that info metrics are looked up by. */
  private static final int LONGEST_PATTERN = 50_000;

  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Materialized base;
  private final boolean[] ignored;
  private final List<Matcher> nameMatchers;
  private final Map<String, List<Matcher>> dataMatchers;
  private final Map<Labels, Result> results = new LinkedHashMap<>();

  private record Result(Column column, boolean dropsName) {}

  private record Info(Labels labels, Column timestamps) {}

  private InfoCall(Planner planner, Expr.Call call) {
    evaluation = planner.evaluation();
    grid = planner.grid();
    base = Materialized.of(evaluation, planner.vector(call.arguments().get(0)), grid.steps());
    List<Matcher> all =
        call.arguments().size() > 1
            ? ((Expr.VectorSelector) selector(call.arguments().get(1))).matchers()
            : List.of();
    dataMatchers =
        all.stream()
            .filter(m -> !m.name().equals(Labels.METRIC_NAME))
            .collect(Collectors.groupingBy(Matcher::name));
    List<Matcher> names = all.stream().filter(m -> m.name().equals(Labels.METRIC_NAME)).toList();
    nameMatchers = infoNames(names);
    ignored = new boolean[base.size()];
    for (int i = 0; i < ignored.length; i++) {
      String name = base.labels(i).metricName();
      ignored[i] = nameMatchers.stream().allMatch(m -> m.matches(name));
    }
  }

  /** Which metrics are info metrics: target_info, or what the matchers of the name say. */
  private static List<Matcher> infoNames(List<Matcher> given) {
    if (given.isEmpty()) {
      return List.of(Matcher.equal(Labels.METRIC_NAME, DEFAULT));
    }
    boolean negative =
        given.stream()
            .allMatch(
                m -> m.type() == Matcher.Type.NOT_EQUAL || m.type() == Matcher.Type.NOT_REGEX);
    var all = new ArrayList<>(given);
    if (negative) {
      all.add(Matcher.of(Labels.METRIC_NAME, Matcher.Type.REGEX, ".+_info"));
    }
    return all;
  }

  private static Expr selector(Expr expr) {
    return expr instanceof Expr.StepInvariant invariant ? invariant.expr() : expr;
  }

  static Operand plan(Planner planner, Expr.Call call) {
    return new InfoCall(planner, call).result(reach(planner, call.arguments().get(0)));
  }

  /** Info series are looked at where the first selector of the vector looks. */
  private static Reach reach(Planner planner, Expr expr) {
    Reach reach = new Reach(false, 0, 0);
    for (TimeModifier time : SelectorPath.of(expr)) {
      Reach next = planner.reach(time);
      reach =
          next.fixed()
              ? next
              : new Reach(reach.fixed(), reach.at(), reach.offset() + next.offset());
    }
    return reach;
  }

  private Operand.Vector result(Reach reach) {
    Map<String, List<Info>> infos = infos(reach);
    for (int series = 0; series < base.size(); series++) {
      evaluation.checkpoint();
      if (ignored[series]) {
        put(base.labels(series), series);
      } else {
        enrich(series, infos);
      }
    }
    var all = new Materialized(evaluation);
    results.forEach((labels, result) -> all.add(labels, result.dropsName, result.column));
    return all;
  }

  private Map<String, List<Info>> infos(Reach reach) {
    var matchers = new ArrayList<Matcher>(nameMatchers);
    boolean any = false;
    for (String name : IDENTIFYING) {
      Set<String> values = new TreeSet<>();
      for (int i = 0; i < ignored.length; i++) {
        if (!ignored[i] && base.labels(i).has(name)) {
          values.add(base.labels(i).get(name));
        }
      }
      if (!values.isEmpty()) {
        any = true;
        String pattern = values.stream().map(InfoCall::quoted).collect(Collectors.joining("|"));
        matchers.add(
            pattern.length() <= LONGEST_PATTERN
                ? Matcher.of(name, Matcher.Type.REGEX, pattern, evaluation.reading())
                : Matcher.of(name, Matcher.Type.NOT_EQUAL, ""));
      }
    }
    dataMatchers.values().forEach(matchers::addAll);
    return any ? read(matchers, reach) : Map.of();
  }

  private Map<String, List<Info>> read(List<Matcher> matchers, Reach reach) {
    var selector = new InstantSelector(evaluation, grid, matchers, reach, Part.INFO_TIMESTAMP);
    Materialized held = Materialized.of(evaluation, selector, grid.steps());
    var byName = new HashMap<String, List<Info>>();
    for (int i = 0; i < held.size(); i++) {
      Labels labels = held.labels(i);
      byName
          .computeIfAbsent(labels.metricName(), name -> new ArrayList<>())
          .add(new Info(labels, held.column(i)));
    }
    return byName;
  }

  private void enrich(int series, Map<String, List<Info>> infos) {
    Labels labels = base.labels(series);
    var candidates = new ArrayList<List<Info>>();
    for (List<Info> all : infos.values()) {
      List<Info> matching =
          all.stream().filter(info -> identity(info.labels).equals(identity(labels))).toList();
      if (!matching.isEmpty()) {
        candidates.add(matching);
      }
    }
    boolean optional =
        dataMatchers.values().stream().flatMap(List::stream).allMatch(Matcher::matchesEmpty);
    Column column = base.column(series);
    for (int step = 0; step < grid.steps(); step++) {
      if (!column.has(step)) {
        continue;
      }
      var extra = new LinkedHashMap<String, String>();
      boolean found = false;
      for (List<Info> candidate : candidates) {
        @Nullable Info info = newest(candidate, step);
        if (info != null) {
          found = true;
          collect(labels, info.labels, extra);
        }
      }
      if (found || optional) {
        var builder = labels.toBuilder();
        extra.forEach(builder::set);
        put(builder.build(), series, step);
      }
    }
  }

  private static Labels identity(Labels labels) {
    return labels.filter(IDENTIFYING::contains);
  }

  private @Nullable Info newest(List<Info> candidates, int step) {
    Info newest = null;
    for (Info info : candidates) {
      if (!info.timestamps.has(step)) {
        continue;
      }
      double time = info.timestamps.values()[step];
      if (newest == null || time > newest.timestamps.values()[step]) {
        newest = info;
      } else if (time == newest.timestamps.values()[step]) {
        long millis = Math.round(time * 1000);
        throw Evaluation.fault(
            "found duplicate series for info metric: existing "
                + newest.labels
                + " @ "
                + millis
                + ", new "
                + info.labels
                + " @ "
                + millis);
      }
    }
    return newest;
  }

  private void collect(Labels labels, Labels info, Map<String, String> extra) {
    info.forEach(
        (name, value) -> {
          if (name.equals(Labels.METRIC_NAME)
              || (!dataMatchers.isEmpty() && !dataMatchers.containsKey(name))) {
            return;
          }
          String before = extra.get(name);
          if (before != null && !before.equals(value)) {
            throw Evaluation.fault("conflicting label: " + name);
          }
          if (!labels.has(name)) {
            extra.put(name, value);
          }
        });
  }

  private void put(Labels labels, int series) {
    for (int step = 0; step < grid.steps(); step++) {
      if (base.column(series).has(step)) {
        put(labels, series, step);
      }
    }
  }

  private void put(Labels labels, int series, int step) {
    Column result =
        results.computeIfAbsent(
                labels,
                key -> {
                  evaluation.reserveColumns(evaluation.site(), 1, grid.steps());
                  return new Result(new Column(grid.steps()), base.dropsName(series));
                })
            .column;
    if (result.has(step)) {
      throw Evaluation.sameLabels();
    }
    result.copy(step, base.column(series), step);
  }

  private static String quoted(String text) {
    return Pattern.quote(text);
  }
}
