package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.operators.rules.plan.TickSchedule;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Replays random samples with jitter, gaps, resets and staleness through random rules that read
 * each other's outputs up to five deep, and holds every point that they wrote, in the end, against
 * a query at its tick over a plain store that has everything. Bit for bit; and nothing may be
 * missing.
 *
 * <p>Small in the build. {@code -Dnarthex.replay.rules=300 -Dnarthex.replay.minutes=120} is the
 * full run, {@code -Dnarthex.replay.seed} repeats one.
 */
class RuleReplayTest {
  private static final long START = 1_700_000_000_000L;
  private static final int RULES = Integer.getInteger("narthex.replay.rules", 30);
  private static final int MINUTES = Integer.getInteger("narthex.replay.minutes", 4);
  private static final long SEED = Long.getLong("narthex.replay.seed", 1);

  /** What the evaluator finds when it is restored. */
  private final InMemoryStore truth = new InMemoryStore();

  /** The same, for the queries in the end. */
  private final TreeMap<Labels, NavigableMap<Long, Double>> everything = new TreeMap<>();

  private final Map<String, Map<Long, Map<Labels, Double>>> points = new HashMap<>();
  private final TestClock clock = new TestClock();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          for (int i = 0; i < batch.seriesCount(); i++) {
            points
                .computeIfAbsent(batch.labels(i).metricName(), name -> new HashMap<>())
                .computeIfAbsent(batch.timestamp(i), time -> new HashMap<>())
                .put(batch.labels(i), batch.value(i));
            store(batch.labels(i), batch.timestamp(i), batch.value(i));
          }
        }

        @Override
        public void alerts(AlertBatch batch) {}
      };

  @Test
  void replay_inOrder_everyPointIsWhatAQueryGives() {
    replay(0, 0, RuleOptions.DEFAULTS);
  }

  @Test
  void replay_plainEvaluation_everyPointIsWhatAQueryGives() {
    replay(0, 0, RuleOptions.DEFAULTS.withIncremental(false));
  }

  @Test
  void replay_fifthOfSamplesLateAndShuffled_everyPointIsWhatAQueryGives() {
    replay(0.2, 0, RuleOptions.DEFAULTS.withLateness(Duration.ofMinutes(6)));
  }

  @Test
  void replay_lateSamplesAndThreeKills_everyPointIsWhatAQueryGives() {
    replay(0.2, 3, RuleOptions.DEFAULTS.withLateness(Duration.ofMinutes(6)));
  }

  /** A sample and when it comes. */
  private record Arrival(long arrives, Labels series, long time, double value) {}

  private void replay(double late, int kills, RuleOptions options) {
    var groups = new Rules(new Random(SEED)).groups();
    var rules = RuleFixtures.rules(groups);
    var arrivals = arrivals(new Random(SEED + 1), late);
    clock.set(START);
    var evaluator = new RuleEvaluator(rules, options, truth, clock, output);
    byte[] snapshot = evaluator.snapshot();
    long end = START + MINUTES * 60_000L;
    long sinceKill = 0;
    int killed = 0;
    long corrected = 0;
    int next = 0;
    var random = new Random(SEED + 2);
    for (long now = START; now < end + 420_000; now += 1000) {
      clock.set(now);
      var batch = SampleBatch.of(new Origin.RemoteWrite());
      for (; next < arrivals.size() && arrivals.get(next).arrives <= now; next++) {
        var arrival = arrivals.get(next);
        store(arrival.series, arrival.time, arrival.value);
        batch.series(arrival.series).value(arrival.time, arrival.value);
      }
      evaluator.accept(batch.build());
      if (random.nextInt(late > 0 ? 20 : 3) == 0) {
        evaluator.advance(Math.min(now, end) - 2000);
      }
      sinceKill++;
      if (random.nextInt(60) == 0) {
        snapshot = evaluator.snapshot();
      }
      if (killed < kills && sinceKill > MINUTES * 60L / (kills + 1)) {
        sinceKill = 0;
        killed++;
        corrected += evaluator.corrected();
        evaluator =
            RuleEvaluator.restore(snapshot, rules, options, RunStarts.NONE, truth, clock, output);
      }
    }
    evaluator.advance(end);
    corrected += evaluator.corrected();
    var forms = new TreeMap<RuleForm.Way, Integer>();
    evaluator
        .forms()
        .values()
        .forEach(all -> all.forEach(form -> forms.merge(form.way(), 1, Integer::sum)));
    int checked = check(groups, end - 2000);
    System.out.printf(
        "%d points are what queries give; %s; %d rule evaluations corrected, %d samples too late%n",
        checked, forms, corrected, evaluator.tooLate());
    assertThat(checked).isGreaterThan(RULES * MINUTES);
    assertThat(evaluator.tooLate()).isZero();
    if (late > 0) {
      assertThat(corrected).isPositive();
    }
  }

  private void store(Labels series, long time, double value) {
    truth.append(series, time, value);
    everything.computeIfAbsent(series, key -> new TreeMap<>()).put(time, value);
  }

  private int check(List<RuleGroup> groups, long end) {
    var oracle = new VectorizedQueryEngine(new FrozenStore(everything), RuleFixtures.ENGINE);
    int checked = 0;
    var differences = new ArrayList<String>();
    for (var group : groups) {
      var schedule = TickSchedule.of(group);
      long offset = group.queryOffset() == null ? 0 : group.queryOffset().toMillis();
      for (long tick = schedule.after(START); tick - offset <= end; tick = schedule.after(tick)) {
        for (var rule : group.rules()) {
          checked += check(oracle, rule, tick - offset, differences);
        }
      }
    }
    assertThat(differences.stream().limit(5)).as("of %s", differences.size()).isEmpty();
    return checked;
  }

  private int check(VectorizedQueryEngine oracle, Rule rule, long at, List<String> differences) {
    var expected = new HashMap<Labels, Double>();
    try {
      var value = oracle.query(QueryRequest.instant(rule.expression(), at)).value();
      var elements =
          value instanceof QueryValue.Scalar scalar
              ? List.of(new QueryValue.Sample(Labels.EMPTY, at, scalar.value(), null))
              : ((QueryValue.Vector) value).samples();
      for (var element : elements) {
        var labels = element.labels().toBuilder().set(Labels.METRIC_NAME, rule.name());
        if (expected.put(labels.build(), element.value()) != null) {
          return 0; // the rule fails: two elements come to have the same labels
        }
      }
    } catch (FaultException e) {
      return 0; // and so does the rule
    }
    var actual =
        new HashMap<>(points.getOrDefault(rule.name(), Map.of()).getOrDefault(at, Map.of()));
    actual.values().removeIf(StaleMarker::is);
    if (!actual.equals(expected)) {
      differences.add(
          "%s = %s at %d: %s instead of %s"
              .formatted(rule.name(), rule.expression(), at, actual, expected));
    }
    return expected.size();
  }

  private static List<Arrival> arrivals(Random random, double late) {
    var arrivals = new ArrayList<Arrival>();
    for (int target = 0; target < 8; target++) {
      double[] counters = new double[6];
      for (int second = -600 + target; second < MINUTES * 60; second += 15) {
        long now = START + second * 1000L;
        boolean gap = random.nextInt(30) == 0 || (second / 200 + target) % 11 == 0;
        for (int i = 0; i < counters.length && !gap; i++) {
          counters[i] =
              random.nextInt(60) == 0 ? random.nextInt(3) : counters[i] + random.nextInt(50) / 7.0;
          long time = now + random.nextInt(400);
          // Before the start nothing is late: a sample that came late then is one that came.
          boolean isLate = second > 0 && random.nextDouble() < late;
          long arrives = time + (isLate ? random.nextInt(300_000) : 0);
          String app = "a" + i % 3;
          arrivals.add(new Arrival(arrives, series("c_total", target, app, i), time, counters[i]));
          double gauge =
              random.nextInt(40) == 0
                  ? StaleMarker.VALUE
                  : random.nextInt(90) == 0 ? Double.NaN : random.nextGaussian() * 100;
          arrivals.add(new Arrival(arrives, series("g", target, app, i), time, gauge));
          arrivals.add(
              new Arrival(
                  arrives,
                  series("h_bucket", target, app, i).toBuilder()
                      .set("le", i == 5 ? "+Inf" : i + ".5")
                      .set("i", "0")
                      .set("app", "a0")
                      .build(),
                  time,
                  counters[i] + i * 100));
        }
      }
    }
    arrivals.sort(Comparator.comparingLong(Arrival::arrives));
    return arrivals;
  }

  private static Labels series(String name, int target, String app, int i) {
    return Labels.of(
        Labels.METRIC_NAME,
        name,
        "app",
        app,
        "i",
        "" + i,
        "instance",
        "t" + target,
        "zone",
        "z" + target % 2);
  }

  /** Makes rules; each level reads what the one before it wrote. */
  private static final class Rules {
    private static final int DEEP = 5;
    private static final String[] OVER_TIME = {
      "rate",
      "increase",
      "irate",
      "delta",
      "idelta",
      "deriv",
      "changes",
      "resets",
      "sum_over_time",
      "avg_over_time",
      "min_over_time",
      "max_over_time",
      "count_over_time",
      "last_over_time",
      "present_over_time",
      "stddev_over_time",
      "stdvar_over_time"
    };
    private static final String[] MATHS = {
      "abs", "ceil", "floor", "exp", "ln", "sqrt", "sgn", "log2", "log10", "sin", "atan", "deg"
    };
    private static final String[] AGGREGATES = {
      "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"
    };
    private static final String[] BY = {
      "", " by (zone)", " by (app, zone)", " without (i)", " by (instance)", " without (app, zone)"
    };
    private static final String[] OPERATORS = {"+", "-", "*", "/", "%", ">", "<=", "!=", "> bool"};

    private final Random random;
    private final List<List<String>> levels = new ArrayList<>();

    Rules(Random random) {
      this.random = random;
      levels.add(List.of("c_total", "g", "h_bucket"));
    }

    List<RuleGroup> groups() {
      var groups = new ArrayList<RuleGroup>();
      int made = 0;
      for (int level = 1; level <= DEEP; level++) {
        var names = new ArrayList<String>();
        for (int group = 0; group < 3; group++) {
          var rules = new ArrayList<Rule>();
          for (int i = 0; i < Math.max(1, RULES / (3 * DEEP)); i++) {
            String name = "r" + level + "_" + made++;
            rules.add(RuleFixtures.record(name, expression(level)));
            names.add(name);
          }
          int interval = List.of(5, 10, 15, 30, 7).get(random.nextInt(5));
          groups.add(
              RuleFixtures.group(
                  "g" + level + "_" + group, interval, random.nextInt(3) == 0 ? 20 : 0, rules));
        }
        levels.add(names);
      }
      return groups;
    }

    private String one(String... of) {
      return of[random.nextInt(of.length)];
    }

    private String metric(int level) {
      var names = levels.get(random.nextInt(3) == 0 ? random.nextInt(level) : level - 1);
      return names.get(random.nextInt(names.size()));
    }

    private String selector(int level) {
      return metric(level)
          + one(
              "",
              "",
              "",
              "{zone=\"z1\"}",
              "{app=~\"a[01]\"}",
              "{i!=\"2\"}",
              "{instance!~\"t[2-4]\"}");
    }

    private String offset() {
      return one("", "", "", " offset 30s", " offset 2m");
    }

    private String range(int level) {
      return selector(level) + one("[1m]", "[2m]", "[5m]", "[47s]") + offset();
    }

    private String expression(int level) {
      String m = selector(level) + offset();
      return switch (random.nextInt(26)) {
        case 0, 1, 2 ->
            one(AGGREGATES) + one(BY) + " (" + one(OVER_TIME) + "(" + range(level) + "))";
        case 3, 4 -> one(OVER_TIME) + "(" + range(level) + ")";
        case 5 -> one(AGGREGATES) + one(BY) + " (" + m + ")";
        case 6 -> one(MATHS) + "(" + m + ")";
        case 7 -> m + " " + one(OPERATORS) + " " + random.nextInt(9);
        case 8 -> random.nextInt(5) + " " + one(OPERATORS) + " " + m;
        case 9 -> "-(" + m + ")";
        case 10 -> "quantile_over_time(0." + random.nextInt(10) + ", " + range(level) + ")";
        case 11 -> "predict_linear(" + range(level) + ", 60)";
        case 12 ->
            "sum by (zone) (" + m + ") / on (zone) group_left () count by (zone) (" + m + ")";
        case 13 -> one("topk", "bottomk") + "(2, " + m + ")";
        case 14 -> "quantile by (zone) (0.7, " + m + ")";
        case 15 -> "histogram_quantile(0.9, sum by (le, zone) (rate(h_bucket[2m])))";
        case 16 -> m + one(" and ", " unless ", " or ") + selector(level);
        case 17 -> "max_over_time(sum by (zone) (" + selector(level) + ")[3m:20s])";
        case 18 -> "absent(" + selector(level) + ")";
        case 19 -> "time() - timestamp(" + selector(level) + ")";
        case 20 -> "label_replace(" + m + ", \"zone\", \"x$1\", \"instance\", \"t(.)\")";
        case 21 -> "scalar(sum(" + m + ")) + time()";
        case 22 -> "clamp_max(" + m + ", 50) or round(" + m + ", 0.5)";
        case 23 -> "count_values by (zone) (\"v\", round(" + m + ", 50))";
        case 24 -> "absent_over_time(" + range(level) + ")";
        default ->
            "sum by (app) (" + one(MATHS) + "(" + one(OVER_TIME) + "(" + range(level) + ") * 2))";
      };
    }
  }
}
