package io.narthex.operators.rules.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.evaluation.RuleFixtures;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.testkit.InMemoryStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFormTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sum by (a) (rate(x[5m])) | INCREMENTAL | all of it moves with the samples",
        "abs(x) > 3 | INCREMENTAL | all of it moves with the samples",
        "sum(rate(x[5m])) / sum(rate(y[5m])) | PARTLY | / matches the series of both its sides",
        "topk(3, sum by (a) (x)) | PARTLY | topk looks at all series of a group together",
        "histogram_quantile(0.9, sum by (le) (rate(x[5m]))) | PARTLY | histogram_quantile is not kept",
        "x and on (a) y | PARTLY | and matches the series of both its sides",
        "max_over_time(sum(x)[5m:1m]) | PLAIN | a sub-query is evaluated at times of its own",
        "absent(x) | PLAIN | absent is not kept",
        "vector(1) | PLAIN | vector is not kept",
        "x @ 100 | STORE | it reads at a time of its own"
      })
  void form_ofAnExpression_saysWhichWayAndWhy(String expression, RuleForm.Way way, String reason) {
    var rules =
        RuleFixtures.rules(RuleFixtures.group("g", 10, 0, RuleFixtures.record("r", expression)));
    var planner =
        new RulePlanner(
            new WindowStore(rules.interests()), new InMemoryStore(), RuleFixtures.ENGINE, true);

    var form = planner.plan(rules.groups().get(0).rules().get(0)).form();

    assertThat(form.way()).isEqualTo(way);
    assertThat(form.reason()).contains(reason);
  }
}
