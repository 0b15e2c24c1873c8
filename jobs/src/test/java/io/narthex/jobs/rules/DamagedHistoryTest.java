package io.narthex.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.evaluation.RuleEvaluator;
import io.narthex.operators.rules.evaluation.RuleOutput;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.template.AlertTemplates;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules begin over a store with a damaged block. */
class DamagedHistoryTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int ROWS = 40_000;

  @TempDir Path directory;

  @Test
  void newEvaluator_byteOfABlockIsFlipped_rulesGoOnWithTheRest() throws IOException {
    Path pages;
    try (var store = open()) {
      var random = new Random(1);
      var batch = SampleBatch.of(new Origin.Import());
      for (String job : List.of("a", "b")) {
        batch.series(Labels.of("__name__", "m", "job", job));
        for (int row = 0; row < ROWS; row++) {
          batch.value(NOW - 3_600_000 + row * 50L, random.nextDouble());
        }
      }
      assertThat(store.append(batch.build()).join().rejections()).isEmpty();
      store.flush();
      String block = store.inventory().blocks().get(0).id();
      pages = directory.resolve("blocks").resolve(block).resolve("pages.arrow");
    }
    byte[] bytes = Files.readAllBytes(pages);
    bytes[bytes.length / 4] ^= 1; // in the pages of the first series
    Files.write(pages, bytes);

    var written = new TreeMap<String, Double>();
    try (var store = open()) {
      var evaluator =
          new RuleEvaluator(
              rules(),
              store,
              Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
              new RuleOutput() {
                @Override
                public void samples(SampleBatch batch) {
                  for (int series = 0; series < batch.seriesCount(); series++) {
                    written.put(batch.labels(series).get("job"), batch.value(series));
                  }
                }

                @Override
                public void alerts(AlertBatch batch) {}
              });
      evaluator.advance(NOW + 20_000);

      assertThat(store.inventory().damages()).hasSize(1);
      assertThat(evaluator.unreadable()).isPositive();
      assertThat(evaluator.report().get(0).rules().get(0).lastError())
          .contains("cannot read", pages.toString());
    }
    assertThat(written.get("b")).isEqualTo(ROWS);
    assertThat(written.get("a")).isBetween(ROWS / 4.0, ROWS - 1.0);
  }

  private BlockStore open() {
    return BlockStore.open(
        directory, StoreOptions.DEFAULT.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static RuleSet rules() {
    var group =
        new RuleGroup(
            "/r.yml",
            "g",
            Duration.ofSeconds(10),
            Duration.ZERO,
            0,
            Map.of(),
            List.of(new RecordingRule("n", "count_over_time(m[2h])", Map.of(), RulePlaces.NONE)),
            Place.NONE);
    return RuleSet.of(
        List.of(group),
        EngineOptions.defaults(),
        new AlertRule.Surroundings(
            Labels.EMPTY, "http://localhost", Duration.ofMinutes(1), AlertTemplates.compiler()));
  }
}
