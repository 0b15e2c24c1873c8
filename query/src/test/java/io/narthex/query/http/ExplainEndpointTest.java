package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExplainEndpointTest {
  private static final int SERIES = 6;
  private static final int SAMPLES = 100;

  private final InMemoryStore store = new InMemoryStore();
  private final ApiServer server =
      new ApiServer(
          ApiOptions.DEFAULT,
          new VectorizedQueryEngine(store, EngineOptions.defaults()),
          List.of());

  @BeforeEach
  void fill() {
    for (int i = 0; i < SERIES; i++) {
      for (int t = 0; t < SAMPLES; t++) {
        store.append(
            Labels.of("__name__", "requests_total", "i", "" + i, "job", "j" + i % 2),
            t * 15_000L,
            t * i);
      }
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private JsonNode explain(String query, String rest) {
    return server.data(
        "/api/v1/explain?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + rest);
  }

  @Test
  void explain_rangeQuery_isATreeWithWhatSelectorsFind() {
    var data =
        explain(
            "sum by (job) (rate(requests_total{job=\"j1\"}[1m])) / scalar(up)",
            "&start=300&end=600&step=60");
    assertThat(data.path("kind").asText()).isEqualTo("range");
    assertThat(data.path("steps").asInt()).isEqualTo(6);
    assertThat(data.path("analyzed").asBoolean()).isFalse();
    assertThat(data.has("stats")).isFalse();
    var division = data.path("plan");
    assertThat(division.path("operator").asText()).isEqualTo("binary");
    assertThat(division.path("label").asText()).isEqualTo("/");
    assertThat(division.has("measured")).isFalse();
    var sum = division.at("/inputs/0");
    assertThat(sum.path("operator").asText()).isEqualTo("aggregation");
    assertThat(sum.path("label").asText()).isEqualTo("sum by (job)");
    assertThat(sum.at("/inputs/0/label").asText()).isEqualTo("rate");
    var selector = sum.at("/inputs/0/inputs/0");
    assertThat(selector.path("operator").asText()).isEqualTo("rangeSelector");
    assertThat(selector.path("expression").asText()).isEqualTo("requests_total{job=\"j1\"}[1m]");
    assertThat(selector.path("place").toString()).isEqualTo("[19,47]");
    assertThat(selector.path("type").asText()).isEqualTo("matrix");
    assertThat(selector.path("pushedDown").toString()).isEqualTo("[\"matchers\",\"time range\"]");
    var selection = selector.path("selection");
    assertThat(selection.path("matchers").toString())
        .isEqualTo("[\"job=\\\"j1\\\"\",\"__name__=\\\"requests_total\\\"\"]");
    assertThat(selection.path("series").asInt()).isEqualTo(SERIES / 2);
    assertThat(selection.path("pages").asInt()).isEqualTo(SERIES / 2);
    assertThat(selection.path("from").asDouble()).isEqualTo(240.001);
    assertThat(selection.path("to").asDouble()).isEqualTo(600);
    assertThat(division.at("/inputs/1/inputs/0/selection/series").asInt()).isZero();
  }

  @Test
  void explain_analyzed_measuresEachOperator() {
    var data =
        explain(
            "sum(rate(requests_total[1m])) + max_over_time(sum(requests_total)[2m:30s] @ 600)",
            "&start=300&end=600&step=60&analyze=true");
    assertThat(data.path("analyzed").asBoolean()).isTrue();
    var sum = data.at("/plan/inputs/0");
    var rate = sum.at("/inputs/0");
    var selector = rate.at("/inputs/0");
    assertThat(rate.at("/measured/series").asInt()).isEqualTo(SERIES);
    assertThat(rate.at("/measured/points").asInt()).isEqualTo(6 * SERIES);
    assertThat(sum.at("/measured/points").asInt()).isEqualTo(6);
    assertThat(selector.at("/selection/seriesRead").asInt()).isEqualTo(SERIES);
    assertThat(selector.at("/selection/samplesRead").asInt()).isEqualTo(24 * SERIES);
    assertThat(sum.at("/measured/seconds").asDouble())
        .isGreaterThanOrEqualTo(rate.at("/measured/seconds").asDouble());
    assertThat(data.at("/plan/measured/ownSeconds").asDouble())
        .isLessThanOrEqualTo(data.at("/plan/measured/seconds").asDouble());
    var once = data.at("/plan/inputs/1");
    assertThat(once.path("operator").asText()).isEqualTo("once");
    assertThat(once.at("/inputs/0/steps").asInt()).isEqualTo(1);
    var subquery = once.at("/inputs/0/inputs/0");
    assertThat(subquery.path("operator").asText()).isEqualTo("subquery");
    assertThat(subquery.path("label").asText()).isEqualTo("[2m:30s] @ 600.000");
    assertThat(subquery.at("/inputs/0/steps").asInt()).isEqualTo(4);
    assertThat(subquery.at("/inputs/0/measured/points").asInt()).isEqualTo(4);
    assertThat(data.at("/stats/samples/totalQueryableSamples").asInt()).isPositive();
  }

  @Test
  void explain_instantQueryWithFault_namesIt() {
    var answer = server.get("/api/v1/explain?query=sum(&time=5");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid parameter \\\"query\\\"").contains("parse error");
    assertThat(server.get("/api/v1/explain?query=1&analyze=maybe").statusCode()).isEqualTo(400);
  }
}
