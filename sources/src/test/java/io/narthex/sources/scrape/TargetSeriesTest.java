package io.narthex.sources.scrape;

import static io.narthex.sources.scrape.BatchText.report;
import static io.narthex.sources.scrape.BatchText.rows;
import static io.narthex.sources.scrape.BatchText.samples;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.ScrapeContext.Limits;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.sources.scrape.TargetSeries.Outcome;
import io.narthex.sources.scrape.TargetSeries.Scrape;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TargetSeriesTest {
  private static final String TEXT = "text/plain; version=0.0.4";
  private static final String OM = "application/openmetrics-text; version=1.0.0";

  private final ScrapedRows rows = new ScrapedRows();

  private static JobBuilder job() {
    return new JobBuilder("j").targets("h:1");
  }

  private Outcome scrape(TargetSeries series, long at, String type, String... lines) {
    byte[] body = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    return series.success(
        body, body.length, type, new Scrape(at, System.nanoTime(), body.length), rows);
  }

  private SampleBatch text(TargetSeries series, long at, String... lines) {
    var outcome = scrape(series, at, TEXT, lines);
    assertThat(outcome.error()).isNull();
    return outcome.batch();
  }

  @Test
  void success_seriesThatTheStoreKnows_areNumbered() {
    var labels = new ArrayList<Labels>();
    var known =
        new KnownSeries.Numbering() {
          @Override
          public int find(long hash, byte[] bytes, int from, int to) {
            return labels.indexOf(Labels.ofTrusted(bytes, from, to));
          }

          @Override
          public int labelsEnd(int number, byte[] bytes, int from, int to) {
            return -1;
          }

          @Override
          public long hash(int number) {
            return labels.get(number).hash();
          }
        };
    var series = new TargetSeries(job().target(), () -> known);
    var first = scrape(series, 1, TEXT, "a 1", "b 2").batch();
    assertThat(first.numbering()).isSameAs(known);
    assertThat(first.number(0)).isEqualTo(-1);
    labels.add(first.labels(1));
    labels.add(first.labels(0));
    var second = scrape(series, 2, TEXT, "a 1", "b 2", "c 3").batch();
    assertThat(second.number(0)).isEqualTo(1);
    assertThat(second.number(1)).isZero();
    assertThat(second.number(2)).isEqualTo(-1);
  }

  @Test
  void success_done_numberingThatTheStoreGaveUpIsNotHeld() {
    var numbering = new AtomicReference<KnownSeries.Numbering>();
    var series = new TargetSeries(job().target(), numbering::get);
    var given = scrapeForgetting(series, numbering);
    for (int tries = 0; tries < 20 && given.get() != null; tries++) {
      System.gc();
    }
    assertThat(given.get()).isNull();
    Reference.reachabilityFence(series);
  }

  private WeakReference<KnownSeries.Numbering> scrapeForgetting(
      TargetSeries series, AtomicReference<KnownSeries.Numbering> numbering) {
    var given = new NoSeries();
    numbering.set(given);
    assertThat(scrape(series, 1, TEXT, "a 1", "b 2").batch().numbering()).isSameAs(given);
    numbering.set(KnownSeries.Numbering.EMPTY);
    return new WeakReference<>(given);
  }

  private static final class NoSeries implements KnownSeries.Numbering {
    @Override
    public int find(long hash, byte[] bytes, int from, int to) {
      return -1;
    }

    @Override
    public int labelsEnd(int number, byte[] bytes, int from, int to) {
      return -1;
    }

    @Override
    public long hash(int number) {
      throw new IllegalArgumentException("there is no series " + number);
    }
  }

  @Test
  void success_plainSamples_getTargetLabelsAndScrapeTime() {
    var series = new TargetSeries(job().target());
    var batch = text(series, 1000, "a{x=\"1\"} 2.5", "b 3 500");
    assertThat(samples(batch))
        .containsExactly(
            "{__name__=\"a\", instance=\"h:1\", job=\"j\", x=\"1\"} 2.5 @1000",
            "{__name__=\"b\", instance=\"h:1\", job=\"j\"} 3.0 @500");
    assertThat(batch.origin()).isEqualTo(new Origin.Scrape("j", job().target().id(), null));
    assertThat(report(batch, "up")).isEqualTo(1);
    assertThat(report(batch, "scrape_samples_scraped")).isEqualTo(2);
    assertThat(report(batch, "scrape_samples_post_metric_relabeling")).isEqualTo(2);
    assertThat(report(batch, "scrape_series_added")).isEqualTo(2);
    assertThat(report(batch, "scrape_duration_seconds")).isBetween(0.0, 10.0);
    for (int s = 0; s < batch.seriesCount(); s++) {
      assertThat(batch.hash(s))
          .isEqualTo(LabelHash.of(batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s)));
    }
  }

  @Test
  void success_honorTimestampsOff_givesScrapeTime() {
    var job = job();
    job.honorTimestamps = false;
    var batch = text(new TargetSeries(job.target()), 1000, "b 3 500");
    assertThat(samples(batch)).containsExactly(named("b") + " 3.0 @1000");
    assertThat(batch.hasSharedTimestamp()).isTrue();
  }

  @Test
  void success_conflictingLabels_areExported() {
    var series = new TargetSeries(job().target());
    var batch =
        text(series, 1, "a{job=\"x\",exported_job=\"y\"} 1", "b{job=\"x\",instance=\"\"} 1");
    assertThat(samples(batch))
        .containsExactly(
            "{__name__=\"a\", exported_exported_job=\"x\", exported_job=\"y\", instance=\"h:1\","
                + " job=\"j\"} 1.0 @1",
            "{__name__=\"b\", exported_job=\"x\", instance=\"h:1\", job=\"j\"} 1.0 @1");
  }

  @Test
  void success_honorLabels_keepsExposedOnesAndEmptyOnesToo() {
    var job = job();
    job.honorLabels = true;
    var batch = text(new TargetSeries(job.target()), 1, "a{job=\"x\"} 1", "b{instance=\"\"} 1");
    assertThat(samples(batch))
        .containsExactly(
            "{__name__=\"a\", instance=\"h:1\", job=\"x\"} 1.0 @1",
            "{__name__=\"b\", job=\"j\"} 1.0 @1");
  }

  @Test
  void success_vanishedSeries_getStaleMarkers() {
    var series = new TargetSeries(job().target());
    text(series, 1000, "a 1", "b 2", "c 3");
    var second = text(series, 2000, "a 1", "d 4");
    assertThat(samples(second))
        .containsExactly(
            named("a") + " 1.0 @2000",
            named("d") + " 4.0 @2000",
            named("b") + " stale @2000",
            named("c") + " stale @2000");
    assertThat(report(second, "scrape_series_added")).isEqualTo(1);
    var third = text(series, 3000, "b 5");
    assertThat(samples(third))
        .containsExactly(
            named("b") + " 5.0 @3000", named("a") + " stale @3000", named("d") + " stale @3000");
    assertThat(report(third, "scrape_series_added")).isEqualTo(1);
  }

  @Test
  void success_sameSeriesSpelledOtherwise_isNotStale() {
    var series = new TargetSeries(job().target());
    text(series, 1000, "a{x=\"1\",y=\"2\"} 1");
    var second = text(series, 2000, "a{y=\"2\",x=\"1\"} 1");
    assertThat(samples(second)).hasSize(1).first().asString().contains(" 1.0 @2000");
  }

  @Test
  void success_ownTimestamps_goStaleOnlyWhenTracked() {
    var plain = new TargetSeries(job().target());
    text(plain, 1000, "a 1 900");
    assertThat(samples(text(plain, 2000, "b 1"))).containsExactly(named("b") + " 1.0 @2000");
    var job = job();
    job.trackTimestampsStaleness = true;
    var tracked = new TargetSeries(job.target());
    text(tracked, 1000, "a 1 900");
    assertThat(samples(text(tracked, 2000, "b 1")))
        .containsExactly(named("b") + " 1.0 @2000", named("a") + " stale @2000");
  }

  @Test
  void success_samplesFarAhead_areCountedAndLeftOut() {
    var batch = text(new TargetSeries(job().target()), 1000, "a 1 601001", "b 1 601000");
    assertThat(samples(batch)).containsExactly(named("b") + " 1.0 @601000");
    assertThat(report(batch, "scrape_samples_scraped")).isEqualTo(2);
    assertThat(report(batch, "scrape_samples_post_metric_relabeling")).isEqualTo(1);
  }

  @Test
  void failure_afterSuccess_marksEverythingOnce() {
    var series = new TargetSeries(job().target());
    text(series, 1000, "a 1", "b 2");
    var failed = series.failure("no", new Scrape(2000, System.nanoTime(), 0), rows);
    assertThat(samples(failed.batch()))
        .containsExactly(named("a") + " stale @2000", named("b") + " stale @2000");
    assertThat(report(failed.batch(), "up")).isZero();
    assertThat(failed.error()).isEqualTo("no");
    var again = series.failure("no", new Scrape(3000, System.nanoTime(), 0), rows);
    assertThat(samples(again.batch())).isEmpty();
    var back = text(series, 4000, "a 1");
    assertThat(samples(back)).containsExactly(named("a") + " 1.0 @4000");
    assertThat(report(back, "scrape_series_added")).isZero();
  }

  @Test
  void success_brokenExposition_failsTheScrapeAndMarksWhatWas() {
    var series = new TargetSeries(job().target());
    text(series, 1000, "a 1");
    var broken = scrape(series, 2000, TEXT, "a 1", "b {{{");
    assertThat(broken.error()).isNotNull();
    assertThat(samples(broken.batch())).containsExactly(named("a") + " stale @2000");
    assertThat(report(broken.batch(), "up")).isZero();
    assertThat(report(broken.batch(), "scrape_samples_scraped")).isEqualTo(1);
    assertThat(samples(text(series, 3000, "a 2"))).containsExactly(named("a") + " 2.0 @3000");
  }

  @Test
  void success_unknownContentType_failsUnlessThereIsAFallback() {
    var series = new TargetSeries(job().target());
    assertThat(scrape(series, 1, "", "a 1").error())
        .isEqualTo(
            "non-compliant scrape target sending blank Content-Type and no"
                + " fallback_scrape_protocol specified for target");
    assertThat(scrape(series, 2, "text/html", "a 1").error())
        .isEqualTo(
            "received unsupported Content-Type \"text/html\" and no fallback_scrape_protocol"
                + " specified for target");
    var job = job();
    job.fallback = io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol.PROMETHEUS_TEXT_0_0_4;
    assertThat(scrape(new TargetSeries(job.target()), 3, "text/html", "a 1").error()).isNull();
  }

  @Test
  void success_legacyNames_refuseOthers() {
    var job = job();
    job.utf8Names = false;
    var outcome = scrape(new TargetSeries(job.target()), 1, TEXT, "{\"a.b\"} 1");
    assertThat(outcome.error()).startsWith("invalid metric name or label names: {");
  }

  @Test
  void success_exemplarsAndMetadata_areKept() {
    var series = new TargetSeries(job().target());
    var outcome =
        scrape(
            series,
            1000,
            OM,
            "# TYPE a counter",
            "# HELP a What it is.",
            "a_total 3 # {trace_id=\"t\"} 0.5",
            "# EOF");
    assertThat(outcome.error()).isNull();
    assertThat(outcome.newMetadata()).hasSize(1);
    assertThat(outcome.newMetadata().get(0).help()).isEqualTo("What it is.");
    var exemplar = outcome.batch().exemplars().get(0);
    assertThat(exemplar.labels().get("trace_id")).isEqualTo("t");
    assertThat(exemplar.timestamp()).isEqualTo(1000);
  }

  @Test
  void success_classicHistogram_normalisesBounds() {
    var batch =
        text(new TargetSeries(job().target()), 1, "# TYPE h histogram", "h_bucket{le=\"1\"} 1");
    assertThat(samples(batch).get(0)).contains("le=\"1.0\"");
  }

  @Test
  void success_limitsSet_leavesABatchToBeSettled() {
    var job = job();
    job.limits = new Limits(1, 0, 0, 0);
    job.extraScrapeMetrics = true;
    var series = new TargetSeries(job.target());
    text(series, 1, "a 1", "b 1");
    var batch = text(series, 2, "a 1", "c 1");
    var context = ((Origin.Scrape) batch.origin()).context();
    assertThat(context).isNotNull();
    assertThat(context.staleFrom()).isEqualTo(2);
    assertThat(context.reportFrom()).isEqualTo(3);
    assertThat(batch.rowCount()).isEqualTo(11);
    assertThat(context.firstSeen(0)).isFalse();
    assertThat(context.firstSeen(1)).isTrue();
    assertThat(report(batch, "scrape_sample_limit")).isEqualTo(1);
    assertThat(report(batch, "scrape_timeout_seconds")).isEqualTo(10);
  }

  @Test
  void end_afterScrapes_marksSeriesAndReports() {
    var series = new TargetSeries(job().target());
    assertThat(series.end(5)).isEmpty();
    text(series, 1000, "a 1");
    var ended = series.end(2000);
    assertThat(rows(ended.get(0))).containsExactly(named("a") + " stale @2000");
    assertThat(rows(ended.get(1))).hasSize(5).allMatch(row -> row.endsWith(" stale @2000"));
    assertThat(series.end(3000)).isEmpty();
  }

  @Test
  void use_honorLabelsChanged_marksSeriesThatAreOthersNow() {
    var job = job();
    var series = new TargetSeries(job.target());
    text(series, 1000, "a{job=\"x\"} 1", "b 1");
    job.honorLabels = true;
    series.use(job.target());
    var batch = text(series, 2000, "a{job=\"x\"} 1", "b 1");
    assertThat(samples(batch))
        .containsExactly(
            "{__name__=\"a\", instance=\"h:1\", job=\"x\"} 1.0 @2000",
            named("b") + " 1.0 @2000",
            "{__name__=\"a\", exported_job=\"x\", instance=\"h:1\", job=\"j\"} stale @2000");
  }

  /** Against an obvious second implementation: sets of labels of the scrape before and this one. */
  @Test
  void success_randomScrapes_agreeWithSets() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var series = new TargetSeries(job().target());
    var before = new TreeMap<String, Double>();
    int churn = 0;
    for (int scrape = 1; scrape <= 60; scrape++) {
      var now = new TreeMap<String, Double>();
      var lines = new ArrayList<String>();
      churn += random.nextInt(400);
      for (int i = 0; i < 200; i++) {
        String name = "m{i=\"" + (random.nextInt(10) == 0 ? churn + i : i) + "\"}";
        if (random.nextInt(20) > 0 && !now.containsKey(name)) {
          now.put(name, (double) i);
          lines.add(name + " " + i);
        }
      }
      var batch = text(series, scrape, lines.toArray(String[]::new));
      var stale = new ArrayList<>(before.keySet());
      stale.removeAll(now.keySet());
      int marked = 0;
      for (int row = 0; row < batch.rowCount(); row++) {
        marked += StaleMarker.is(batch.value(row)) ? 1 : 0;
      }
      assertThat(marked).as("rerun with -Dtest.seed=%d", seed).isEqualTo(stale.size());
      var expected = new ArrayList<String>();
      now.forEach(
          (name, value) -> expected.add(labels(name) + " " + value + " @" + batch.timestamp(0)));
      stale.forEach(name -> expected.add(labels(name) + " stale @" + batch.timestamp(0)));
      assertThat(samples(batch))
          .as("rerun with -Dtest.seed=%d", seed)
          .containsExactlyInAnyOrderElementsOf(expected);
      before = now;
    }
  }

  private static String labels(String name) {
    String i = name.substring(name.indexOf('"') + 1, name.lastIndexOf('"'));
    return "{__name__=\"m\", i=\"" + i + "\", instance=\"h:1\", job=\"j\"}";
  }

  private static String named(String metric) {
    return "{__name__=\"" + metric + "\", instance=\"h:1\", job=\"j\"}";
  }
}
