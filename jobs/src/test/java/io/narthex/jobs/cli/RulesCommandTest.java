package io.narthex.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesCommandTest {
  private static final long START = 1_700_000_000_000L;
  private static final long MIDDLE = START + 1_800_000;
  private static final long END = START + 3_600_000;

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Narthex.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private BlockStore open() {
    return BlockStore.open(folder.resolve("data"), StoreOptions.DEFAULT, new PrometheusRegistry());
  }

  private Path rules(String text) throws IOException {
    return Files.writeString(folder.resolve("rules.yml"), text);
  }

  private void fill() {
    try (var store = open()) {
      for (long time = START - 600_000; time < END; time += 15_000) {
        var batch = SampleBatch.at(new Origin.Import(), time);
        for (String job : List.of("a", "b")) {
          batch
              .series(Labels.of(Labels.METRIC_NAME, "c_total", "job", job))
              .value((time - START + 600_000) / 100 % (job.equals("a") ? 91_000 : 17_000));
        }
        store.append(batch.build()).join();
      }
    }
  }

  private record Point(long time, double value) {}

  private static List<Point> points(SampleStore store, String metric) {
    var buffer = new SampleBuffer();
    var matcher = Matcher.equal(Labels.METRIC_NAME, metric);
    var points = new ArrayList<Point>();
    try (var found =
        store.select(new SampleStore.Selector(List.of(matcher), START - 600_000, END, true))) {
      for (int series = 0; series < found.size(); series++) {
        found.read(series, START - 600_001, END, buffer);
      }
    }
    for (int i = 0; i < buffer.size(); i++) {
      points.add(new Point(buffer.timestamps()[i], buffer.values()[i]));
    }
    return points;
  }

  private static List<Point> query(SampleStore store, String expression, List<Point> at) {
    var engine = new VectorizedQueryEngine(store, EngineOptions.defaults());
    return at.stream()
        .map(
            point -> {
              var value = engine.query(QueryRequest.instant(expression, point.time())).value();
              var samples = ((QueryValue.Vector) value).samples();
              return new Point(point.time(), samples.get(0).value());
            })
        .toList();
  }

  private static String seconds(long millis) {
    return Long.toString(millis / 1000);
  }

  @Test
  void backfill_inTwoParts_writesEachTickOnceWithWhatAQueryGives() throws IOException {
    fill();
    var file =
        rules(
            """
            groups:
              - name: g
                interval: 20s
                rules:
                  - {record: "job:c:rate2m", expr: "sum(rate(c_total[2m]))"}
                  - {record: "job:c:twice", expr: "job:c:rate2m * 2"}
                  - {alert: Busy, expr: "job:c:rate2m > 0", for: 1m}
            """);
    String data = folder.resolve("data").toString();
    assertThat(
            run(
                "rules",
                "backfill",
                "--storage",
                data,
                "--from",
                seconds(START),
                "--to",
                seconds(MIDDLE),
                file.toString()))
        .as(err::toString)
        .isZero();
    assertThat(
            run(
                "rules",
                "backfill",
                "--storage",
                data,
                "--from",
                seconds(MIDDLE),
                "--to",
                seconds(END),
                file.toString()))
        .as(err::toString)
        .isZero();
    assertThat(out.toString()).contains("wrote ", " in 90 evaluations of groups, from 2023-11-14");
    try (var store = open()) {
      var rates = points(store, "job:c:rate2m");
      assertThat(rates).hasSize(180);
      for (int i = 1; i < rates.size(); i++) {
        assertThat(rates.get(i).time() - rates.get(i - 1).time()).isEqualTo(20_000);
      }
      assertThat(rates).isEqualTo(query(store, "sum(rate(c_total[2m]))", rates));
      var twice = points(store, "job:c:twice");
      assertThat(twice).isEqualTo(query(store, "job:c:rate2m * 2", twice)).hasSize(180);
      assertThat(points(store, "ALERTS")).hasSizeGreaterThanOrEqualTo(180);
    }
  }

  @Test
  void backfill_ruleThatFails_isToldWithExitCodeOne() throws IOException {
    fill();
    var file =
        rules(
            """
            groups:
              - name: g
                rules:
                  - {record: same, expr: "label_replace(c_total, 'job', 'x', '', '')"}
            """);
    String data = folder.resolve("data").toString();
    assertThat(
            run(
                "rules",
                "backfill",
                "--storage",
                data,
                "--from",
                seconds(START),
                "--to",
                seconds(MIDDLE),
                file.toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("failed: g: same:");
  }

  @Test
  void backfill_wrongUsage_isTold() throws IOException {
    assertThat(run("rules", "backfill", "--from", "tomorrow")).isEqualTo(2);
    assertThat(run("rules", "backfill", "--from", "-1h", "--to", "-2h")).isEqualTo(2);
    assertThat(err.toString()).contains("--from: tomorrow is no time", "--to is not after --from");
  }
}
