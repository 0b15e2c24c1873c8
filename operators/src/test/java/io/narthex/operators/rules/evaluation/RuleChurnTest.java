package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Series that come and go all the time: what is kept of them must follow, and be forgotten. */
class RuleChurnTest {
  private static final long START = 1_700_000_000_000L;

  private final RuleSet rules =
      RuleFixtures.rules(
          RuleFixtures.group(
              "g",
              7,
              0,
              RuleFixtures.record("by_app", "sum by (app) (rate(c_total[1m]))"),
              RuleFixtures.record("by_pod", "max by (pod) (c_total) > 3"),
              RuleFixtures.record("without", "avg without (pod) (increase(c_total[2m]) * 3)"),
              RuleFixtures.record("nested", "count(sum by (app, pod) (c_total))"),
              RuleFixtures.record("quantile", "quantile_over_time(0.4, c_total[90s])"),
              RuleFixtures.record("any_name", "sum by (app) (rate({app=~\"a.*\"}[1m]))"),
              RuleFixtures.record("ahead", "predict_linear(c_total[1m], 10)")));

  @Test
  void advance_podsComeAndGo_incrementalIsWhatPlainIs() {
    var kept = new TreeMap<String, Double>();
    var queried = new TreeMap<String, Double>();
    var clock = new TestClock();
    clock.set(START);
    var incremental = evaluator(RuleOptions.DEFAULTS, clock, kept);
    var plain = evaluator(RuleOptions.DEFAULTS.withIncremental(false), clock, queried);
    var random = new Random(3);
    for (int second = 0; second < 2400; second += 5) {
      long now = START + second * 1000L;
      clock.set(now);
      var batch = SampleBatch.at(new Origin.RemoteWrite(), now);
      for (int slot = 0; slot < 12; slot++) {
        // Each slot's pod is replaced at a time of its own; app a4 goes for good, a9 comes late.
        int life = (second + 37 * slot) / (90 + 20 * slot);
        int app = slot % 5 == 4 && second > 900 ? 9 : slot % 5;
        if (random.nextInt(12) > 0) {
          batch
              .series(
                  Labels.of(
                      Labels.METRIC_NAME,
                      "c_total",
                      "app",
                      "a" + app,
                      "pod",
                      "p" + (life * 31 + slot) % 997))
              .value(second / (slot + 1.7));
        }
      }
      var samples = batch.build();
      incremental.accept(samples);
      plain.accept(samples);
      incremental.advance(now);
      plain.advance(now);
    }

    assertThat(kept.equals(queried)).isTrue();
    assertThat(kept.size()).isGreaterThan(5000);
    assertThat(incremental.forms().values().iterator().next())
        .allSatisfy(form -> assertThat(form.way()).isEqualTo(RuleForm.Way.INCREMENTAL));
  }

  private RuleEvaluator evaluator(
      RuleOptions options, TestClock clock, TreeMap<String, Double> written) {
    return new RuleEvaluator(
        rules,
        options,
        new InMemoryStore(),
        clock,
        new RuleOutput() {
          @Override
          public void samples(SampleBatch batch) {
            for (int i = 0; i < batch.seriesCount(); i++) {
              written.put(batch.timestamp(i) + " " + batch.labels(i), batch.value(i));
            }
          }

          @Override
          public void alerts(AlertBatch batch) {}
        });
  }
}
