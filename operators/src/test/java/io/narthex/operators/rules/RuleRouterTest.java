package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.evaluation.RuleFixtures;
import io.narthex.operators.rules.evaluation.RuleOptions;
import io.narthex.operators.rules.evaluation.RunStarts;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.testkit.BatchText;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.junit.jupiter.api.Test;

class RuleRouterTest {
  private static final long TIME = 1_700_000_000_000L;

  private final LiveRules live = new LiveRules(reading("read"));
  private final RuleServices services =
      new RuleServices(
          live,
          RuleOptions.DEFAULTS,
          ReadableStore.atOnce(new InMemoryStore()),
          RunStarts.NONE,
          new InMemoryStatusBoard(),
          RuleMetrics.of(new PrometheusRegistry()),
          Duration.ofSeconds(1),
          Clock.systemUTC());
  private final RuleRouter router = new RuleRouter(() -> services);

  @Test
  void flatMap_noSeriesIsRead_givesNothing() {
    assertThat(routed(batch("other", "another"))).isEmpty();
    assertThat(routed(SampleBatch.at(new Origin.RemoteWrite(), TIME).build())).isEmpty();
    live.replace(RuleSet.none(RuleFixtures.ENGINE));
    assertThat(routed(batch("read"))).isEmpty();
  }

  @Test
  void flatMap_allSeriesAreRead_givesTheBatchWithoutItsReceipt() {
    var batch = batch("read");

    var routed = routed(batch.withAckId(7));

    assertThat(routed).hasSize(1);
    assertThat(BatchText.of(routed.get(0)))
        .isEqualTo(BatchText.of(batch.withAckId(SampleBatch.NO_ACK)));
  }

  @Test
  void flatMap_rowsThatTheStoreRefused_areLeftOut() {
    var batch =
        SampleBatch.of(new Origin.RemoteWrite())
            .series(labels("read"))
            .value(TIME, 3)
            .value(TIME + 1, 4)
            .value(TIME + 2, 5)
            .series(labels("read2"))
            .value(TIME, 6)
            .build();
    live.replace(reading("{__name__=~\"read.*\"}"));
    batch.refuse(new long[] {0b1010});
    var expected =
        SampleBatch.of(new Origin.RemoteWrite())
            .series(labels("read"))
            .value(TIME, 3)
            .value(TIME + 2, 5)
            .build();

    assertThat(routed(batch)).extracting(BatchText::of).containsExactly(BatchText.of(expected));

    batch.refuse(new long[] {0b1111});
    assertThat(routed(batch)).isEmpty();
  }

  @Test
  void flatMap_someSeriesAreRead_givesTheirRowsAsTheyAre() {
    var batch =
        SampleBatch.of(new Origin.RemoteWrite())
            .series(labels("other"))
            .value(TIME, 1)
            .value(TIME + 1, 2)
            .series(labels("read"))
            .value(TIME, 3)
            .startTimestamp(TIME - 9)
            .value(TIME + 1, 4)
            .startTimestamp(TIME - 8)
            .series(labels("another"))
            .value(TIME, 5)
            .build();
    var expected =
        SampleBatch.of(new Origin.RemoteWrite())
            .series(labels("read"))
            .value(TIME, 3)
            .startTimestamp(TIME - 9)
            .value(TIME + 1, 4)
            .startTimestamp(TIME - 8)
            .build();

    var routed = routed(batch);

    assertThat(routed).hasSize(1);
    assertThat(BatchText.of(routed.get(0))).isEqualTo(BatchText.of(expected));
  }

  @Test
  void flatMap_otherRulesInForce_forgetsWhatWasRead() {
    assertThat(names(routed(batch("other", "read")))).containsExactly("read");

    live.replace(reading("other"));

    assertThat(names(routed(batch("other", "read")))).containsExactly("other");
  }

  private List<SampleBatch> routed(SampleBatch batch) {
    router.open(DefaultOpenContext.INSTANCE);
    var out = new ArrayList<SampleBatch>();
    router.flatMap(batch, new ListCollector<>(out));
    // The second time it is remembered whether a series is read.
    var again = new ArrayList<SampleBatch>();
    router.flatMap(batch, new ListCollector<>(again));
    assertThat(again.stream().map(BatchText::of).toList())
        .isEqualTo(out.stream().map(BatchText::of).toList());
    return out;
  }

  private static List<String> names(List<SampleBatch> batches) {
    var names = new ArrayList<String>();
    for (var batch : batches) {
      for (int series = 0; series < batch.seriesCount(); series++) {
        names.add(batch.labels(series).metricName());
      }
    }
    return names;
  }

  private static SampleBatch batch(String... names) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), TIME);
    for (String name : names) {
      batch.series(labels(name)).value(1);
    }
    return batch.build();
  }

  private static Labels labels(String name) {
    return Labels.of(Labels.METRIC_NAME, name, "job", "a");
  }

  private static RuleSet reading(String name) {
    return RuleFixtures.rules(
        RuleFixtures.group("g", 5, 0, RuleFixtures.record("out", "sum(" + name + ")")));
  }
}
