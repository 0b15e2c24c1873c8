package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.alert.AlertRule;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuleEvaluatorTest {
  private static final long START = 1_700_000_000_000L;
  private static final EngineOptions ENGINE = EngineOptions.defaults();

  private final InMemoryStore truth = new InMemoryStore();
  private final VectorizedQueryEngine oracle =
      new VectorizedQueryEngine(new LabelOrderedStore(truth), ENGINE);
  private final TestClock clock = new TestClock();
  private final List<SampleBatch> written = new ArrayList<>();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          written.add(batch);
          store(batch);
        }

        @Override
        public void alerts(AlertBatch batch) {
          transitions.addAll(batch.transitions());
        }
      };

  private final List<RuleGroup> groups =
      List.of(
          group("late", 10, 7, record("l:rate", "sum by (job) (rate(c[1m]))", "kind", "late")),
          group(
              "top",
              15,
              0,
              record("t:max", "max_over_time(b:sum[1m])", "", ""),
              record("t:next", "t:max + 1", "", "")),
          group(
              "base",
              5,
              0,
              record("b:sum", "sum by (job) (g)", "", ""),
              record("b:twice", "b:sum * 2", "job", "all"),
              record("b:deep", "max_over_time(sum(g)[2m:10s] offset 30s)", "", ""),
              record("b:quantile", "quantile_over_time(0.5, g[45s])", "", ""),
              record("b:count", "count(c offset 20s) or vector(0)", "", ""),
              record("b:scalar", "time()", "", "")));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void advance_randomSamples_writesWhatQueriesGive(long seed) {
    var rules = rules(groups);
    var evaluator = new RuleEvaluator(rules, truth, clock, output);
    var first = new HashMap<String, Map<Labels, Double>>();
    byte[] snapshot = evaluator.snapshot();
    var random = new Random(seed);
    double[] counters = new double[6];
    int checked = 0;
    for (int second = 0; second < 900; second++) {
      long now = START + second * 1000L;
      clock.now = now;
      var batch = samples(random, now, counters);
      store(batch);
      evaluator.accept(batch);
      if (random.nextInt(4) == 0) {
        evaluator.advance(now);
      }
      for (var each : written) {
        checked += check(each, first);
      }
      written.clear();
      if (second % 97 == 96) {
        snapshot = evaluator.snapshot();
      }
      if (second % 230 == 229) { // a crash: ticks since the snapshot come again
        evaluator = RuleEvaluator.restore(snapshot, rules, truth, clock, output);
      }
    }
    assertThat(checked).isGreaterThan(1000);
  }

  @Test
  void advance_alert_becomesPendingThenFiresAndKeepsItsStateOverARestart() {
    var rules =
        rules(
            List.of(
                group(
                    "alerts",
                    5,
                    0,
                    new AlertingRule(
                        "High",
                        "g > 5",
                        Duration.ofSeconds(20),
                        Duration.ZERO,
                        Map.of("severity", "page"),
                        Map.of(),
                        RulePlaces.NONE))));
    var evaluator = new RuleEvaluator(rules, truth, clock, output);
    var series = Labels.of(Labels.METRIC_NAME, "g", "job", "a");
    for (int second = 1; second <= 60; second++) {
      clock.now = START + second * 1000L;
      var batch =
          SampleBatch.at(new Origin.RemoteWrite(), clock.now)
              .series(series)
              .value(second < 45 ? 6 : 4)
              .build();
      store(batch);
      evaluator.accept(batch);
      evaluator.advance(clock.now);
      if (second == 17) {
        byte[] snapshot = evaluator.snapshot();
        evaluator = RuleEvaluator.restore(snapshot, rules, truth, clock, output);
      }
    }

    assertThat(transitions)
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING, AlertState.INACTIVE);
    assertThat(transitions.get(1).tick() - transitions.get(0).tick()).isEqualTo(20_000);
    var alert =
        Labels.of(
            Labels.METRIC_NAME,
            "ALERTS",
            "alertname",
            "High",
            "alertstate",
            "firing",
            "job",
            "a",
            "severity",
            "page",
            "team",
            "x");
    var rows = rowsOf(alert);
    assertThat(rows).hasSizeGreaterThan(3);
    assertThat(StaleMarker.is(rows.get(rows.size() - 1))).isTrue();
    assertThat(rows.subList(0, rows.size() - 1)).containsOnly(1d);
  }

  @Test
  void replace_ruleGone_endsItsSeriesAndOthersGoOn() {
    var both = group("g", 5, 0, record("kept", "g", "", ""), record("gone", "g", "", ""));
    var evaluator = new RuleEvaluator(rules(List.of(both)), truth, clock, output);
    step(evaluator, 1, 10);

    evaluator.replace(rules(List.of(group("g", 5, 0, record("kept", "g", "", "")))));
    step(evaluator, 11, 30);

    var gone = rowsOf(Labels.of(Labels.METRIC_NAME, "gone", "job", "a"));
    assertThat(StaleMarker.is(gone.get(gone.size() - 1))).isTrue();
    assertThat(gone.stream().filter(StaleMarker::is)).hasSize(1);
    assertThat(rowsOf(Labels.of(Labels.METRIC_NAME, "kept", "job", "a")))
        .hasSizeGreaterThan(4)
        .noneMatch(StaleMarker::is);
  }

  private void step(RuleEvaluator evaluator, int from, int to) {
    for (int second = from; second <= to; second++) {
      clock.now = START + second * 1000L;
      var batch =
          SampleBatch.at(new Origin.RemoteWrite(), clock.now)
              .series(Labels.of(Labels.METRIC_NAME, "g", "job", "a"))
              .value(second)
              .build();
      store(batch);
      evaluator.accept(batch);
      evaluator.advance(clock.now);
    }
  }

  private List<Double> rowsOf(Labels series) {
    var values = new ArrayList<Double>();
    for (var batch : written) {
      for (int row = 0; row < batch.seriesCount(); row++) {
        if (batch.labels(row).equals(series)) {
          values.add(batch.value(row));
        }
      }
    }
    return values;
  }

  private static SampleBatch samples(Random random, long now, double[] counters) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    for (int i = 0; i < 6; i++) {
      String job = "j" + i % 3;
      int fate = random.nextInt(20);
      boolean gap = (now / 60_000 + i) % 5 == 0;
      if (fate > 5 && !gap) {
        counters[i] = fate == 6 ? 0 : counters[i] + random.nextInt(9);
        double value = fate == 7 ? StaleMarker.VALUE : random.nextInt(100);
        long time = now - random.nextInt(900);
        batch
            .series(Labels.of(Labels.METRIC_NAME, "g", "job", job, "i", "" + i))
            .value(time, value);
        batch
            .series(Labels.of(Labels.METRIC_NAME, "c", "job", job, "i", "" + i))
            .value(time, counters[i]);
      }
    }
    batch.series(Labels.of(Labels.METRIC_NAME, "unread", "job", "x")).value(now, 1);
    return batch.build();
  }

  private int check(SampleBatch batch, Map<String, Map<Labels, Double>> first) {
    String name = ((Origin.Rules) batch.origin()).group();
    var group = groups.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    long at = batch.timestamp(0);
    Map<Labels, Double> actual = new TreeMap<>();
    Map<Labels, Double> all = new TreeMap<>();
    for (int series = 0; series < batch.seriesCount(); series++) {
      all.put(batch.labels(series), batch.value(series));
      if (!StaleMarker.is(batch.value(series))) {
        actual.put(batch.labels(series), batch.value(series));
      }
    }
    Map<Labels, Double> expected = new TreeMap<>();
    for (var rule : group.rules()) {
      var value = oracle.query(QueryRequest.instant(rule.expression(), at)).value();
      var elements =
          value instanceof QueryValue.Scalar scalar
              ? List.of(new QueryValue.Sample(Labels.EMPTY, at, scalar.value(), null))
              : ((QueryValue.Vector) value).samples();
      boolean distinct =
          elements.stream().map(element -> named(element.labels(), rule, group)).distinct().count()
              == elements.size();
      for (var element : distinct ? elements : List.<QueryValue.Sample>of()) {
        expected.put(named(element.labels(), rule, group), element.value());
      }
    }
    assertThat(actual.keySet()).as("%s at %s", name, at).isEqualTo(expected.keySet());
    actual.forEach(
        (labels, value) ->
            assertThat(value).as("%s at %s", labels, at).isEqualTo(expected.get(labels)));
    var before = first.putIfAbsent(name + at, actual);
    if (before != null) {
      assertThat(actual).isEqualTo(before);
    }
    return all.size();
  }

  private static Labels named(Labels labels, Rule rule, RuleGroup group) {
    var builder = labels.toBuilder().set(Labels.METRIC_NAME, rule.name());
    group.labelsOf(rule).forEach(builder::set);
    return builder.build();
  }

  private void store(SampleBatch batch) {
    for (int series = 0; series < batch.seriesCount(); series++) {
      int end = batch.oneRowEach() ? series + 1 : batch.firstRow(series + 1);
      for (int row = batch.firstRow(series); row < end; row++) {
        truth.append(batch.labels(series), batch.timestamp(row), batch.value(row));
      }
    }
  }

  private static RuleSet rules(List<RuleGroup> groups) {
    return RuleSet.of(
        groups,
        ENGINE,
        new AlertRule.Surroundings(
            Labels.EMPTY,
            "http://localhost:9090",
            Duration.ofMinutes(1),
            (rule, text) -> {
              throw new IllegalArgumentException("no templates here");
            }));
  }

  private static RuleGroup group(String name, int seconds, int offset, Rule... rules) {
    return new RuleGroup(
        "/r.yml",
        name,
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(offset),
        0,
        Map.of("team", "x"),
        List.of(rules),
        Place.NONE);
  }

  private static RecordingRule record(String name, String expression, String label, String value) {
    return new RecordingRule(
        name,
        expression,
        label.isEmpty() ? Map.of("team", "") : Map.of("team", "", label, value),
        RulePlaces.NONE);
  }

  static final class TestClock extends Clock {
    private long now = START;

    void set(long millis) {
      now = millis;
    }

    @Override
    public long millis() {
      return now;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(now);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
