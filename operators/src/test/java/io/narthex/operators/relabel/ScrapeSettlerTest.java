package io.narthex.operators.relabel;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.RelabelRule.Action;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.ScrapeContext;
import io.narthex.pipeline.model.ScrapeContext.Limits;
import io.narthex.pipeline.model.ScrapeContext.Report;
import io.narthex.pipeline.model.StaleMarker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrapeSettlerTest {
  private static final long TIME = 1_700_000_000_000L;

  private final List<String> refused = new ArrayList<>();
  private final ScrapeSettler settler =
      new ScrapeSettler(1 << 20, (job, target, error) -> refused.add(error));

  @Test
  void settle_withoutContext_passesTheSameBatch() {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), TIME).series(series("a")).value(1).build();

    assertThat(settler.settle(batch)).isSameAs(batch);
  }

  @Test
  void settle_dropRule_leavesSeriesOutAndCountsWhatIsKept() {
    var rules = List.of(rule(Action.DROP, List.of("__name__"), "go_.*", "", ""));
    var settled =
        settler.settle(scrape(rules, Limits.NONE, List.of(), "go_threads", "up_time", "load"));

    assertThat(values(settled))
        .containsEntry("up_time", 1d)
        .containsEntry("load", 2d)
        .doesNotContainKey("go_threads")
        .containsEntry("up", 1d)
        .containsEntry("scrape_samples_scraped", 3d)
        .containsEntry("scrape_samples_post_metric_relabeling", 2d)
        .containsEntry("scrape_series_added", 2d);
    assertThat(((Origin.Scrape) settled.origin()).context()).isNull();
  }

  @Test
  void settle_replaceRule_isAppliedToSamplesAndStaleMarkersButNotToTheReport() {
    var rules = List.of(rule(Action.REPLACE, List.of(), ".*", "team", "a"));
    var settled = settler.settle(scrape(rules, Limits.NONE, List.of("gone"), "load"));

    var byName = new LinkedHashMap<String, Labels>();
    for (int s = 0; s < settled.seriesCount(); s++) {
      byName.put(settled.labels(s).metricName(), settled.labels(s));
    }
    assertThat(byName.get("load").get("team")).isEqualTo("a");
    assertThat(byName.get("gone").get("team")).isEqualTo("a");
    assertThat(byName.get("up").get("team")).isEmpty();
    assertThat(StaleMarker.is(values(settled).get("gone"))).isTrue();
  }

  @Test
  void settle_sampleLimit_failsTheScrapeAndEndsTheSeriesOfTheOneBefore() {
    var limits = new Limits(2, 0, 0, 0);
    settler.settle(scrape(List.of(), limits, List.of(), "a", "b"));

    var failed = values(settler.settle(scrape(List.of(), limits, List.of(), "a", "b", "c")));

    assertThat(refused).containsExactly("sample limit exceeded");
    assertThat(failed).containsEntry("up", 0d).doesNotContainKey("c");
    assertThat(StaleMarker.is(failed.get("a"))).isTrue();
    assertThat(StaleMarker.is(failed.get("b"))).isTrue();
  }

  @Test
  void settle_sampleLimit_countsOnlyWhatRelabellingKeeps() {
    var rules = List.of(rule(Action.KEEP, List.of("__name__"), "a|b", "", ""));
    var settled =
        values(settler.settle(scrape(rules, new Limits(2, 0, 0, 0), List.of(), "a", "b", "c")));

    assertThat(refused).isEmpty();
    assertThat(settled).containsEntry("up", 1d);
  }

  @Test
  void settle_labelLimits_areNamedInTheError() {
    settler.settle(scrape(List.of(), new Limits(0, 1, 0, 0), List.of(), "metric"));
    settler.settle(scrape(List.of(), new Limits(0, 0, 4, 0), List.of(), "metric"));
    settler.settle(scrape(List.of(), new Limits(0, 0, 0, 5), List.of(), "metric"));

    assertThat(refused.get(0))
        .startsWith("label_limit exceeded (metric: metric, number of labels: ")
        .endsWith(", limit: 1)");
    assertThat(refused.get(1))
        .isEqualTo(
            "label_name_length_limit exceeded (metric: metric, label name: __name__, length: 8,"
                + " limit: 4)");
    assertThat(refused.get(2))
        .isEqualTo(
            "label_value_length_limit exceeded (metric: metric, label name: __name__, value:"
                + " \"metric\", length: 6, limit: 5)");
  }

  @Test
  void settle_labelLimit_countsSamplesUpToTheBreach() {
    var limits = new Limits(0, 0, 0, 6);
    var settled = values(settler.settle(scrape(List.of(), limits, List.of(), "a", "longest", "b")));

    assertThat(settled)
        .containsEntry("up", 0d)
        .containsEntry("scrape_samples_scraped", 2d)
        .containsEntry("scrape_samples_post_metric_relabeling", 1d);
  }

  @Test
  void settle_nameRelabelledAway_failsTheScrape() {
    var rules = List.of(rule(Action.REPLACE, List.of(), "(.*)", "__name__", ""));
    var settled = values(settler.settle(scrape(rules, Limits.NONE, List.of(), "load")));

    assertThat(refused).singleElement().asString().contains("no metric name");
    assertThat(settled).containsEntry("up", 0d);
  }

  @Test
  void settle_knownSeries_comesFromTheCacheWithTheSameLabels() {
    var rules = List.of(rule(Action.REPLACE, List.of("__name__"), "(.*)", "copy", "$1"));
    var first = settler.settle(scrape(rules, Limits.NONE, List.of(), "a", "b"));
    var second = settler.settle(scrape(rules, Limits.NONE, List.of(), "a", "b"));

    assertThat(second.labels(0)).isEqualTo(first.labels(0));
    assertThat(second.hash(1)).isEqualTo(first.hash(1));
  }

  @Test
  void settle_exemplars_stayWithTheirSeries() {
    var rules = List.of(rule(Action.DROP, List.of("__name__"), "a", "", ""));
    var builder = SampleBatch.at(origin(rules, Limits.NONE, 2, 2, 2), TIME);
    builder.series(series("a")).value(1).exemplar(Labels.of("id", "1"), 1, TIME);
    builder.series(series("b")).value(2).exemplar(Labels.of("id", "2"), 2, TIME);
    report(builder, 2);

    var settled = settler.settle(builder.build());

    assertThat(settled.exemplars()).hasSize(1);
    var exemplar = settled.exemplars().get(0);
    assertThat(settled.labels(exemplar.series()).metricName()).isEqualTo("b");
    assertThat(exemplar.labels().get("id")).isEqualTo("2");
  }

  private static SampleBatch scrape(
      List<RelabelRule> rules, Limits limits, List<String> vanished, String... names) {
    int samples = names.length;
    var origin = origin(rules, limits, samples, samples + vanished.size(), samples);
    var builder = SampleBatch.at(origin, TIME);
    for (int i = 0; i < samples; i++) {
      builder.series(series(names[i])).value(i);
    }
    vanished.forEach(name -> builder.series(series(name)).value(StaleMarker.VALUE));
    report(builder, samples);
    return builder.build();
  }

  private static Origin origin(
      List<RelabelRule> rules, Limits limits, int staleFrom, int reportFrom, int firstSeen) {
    long[] seen = {(1L << firstSeen) - 1};
    return new Origin.Scrape(
        "job", "target", new ScrapeContext(rules, limits, staleFrom, reportFrom, seen));
  }

  private static void report(io.narthex.pipeline.model.SampleBatchBuilder builder, double samples) {
    double[] values = {1, 0.01, samples, samples, samples};
    for (int i = 0; i < values.length; i++) {
      builder.series(series(Report.values()[i].metric())).value(values[i]);
    }
  }

  private static Labels series(String name) {
    return Labels.of("__name__", name, "instance", "host:1");
  }

  private static RelabelRule rule(
      Action action, List<String> sources, String regex, String target, String replacement) {
    return new RelabelRule(sources, ";", regex, 0, target, replacement, action);
  }

  private static Map<String, Double> values(SampleBatch batch) {
    var values = new LinkedHashMap<String, Double>();
    for (int s = 0; s < batch.seriesCount(); s++) {
      values.put(batch.labels(s).metricName(), batch.value(batch.firstRow(s)));
    }
    return values;
  }
}
