package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.status.TargetStatus;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SearchTest {
  private static ApiServer server;

  @BeforeAll
  static void start() {
    server =
        new ApiServer(
            request -> {
              throw new AssertionError("no query");
            },
            ApiOptions.DEFAULT,
            Labels.of("__name__", "http_requests_total", "job", "api", "instance", "a:1"),
            Labels.of("__name__", "http_request_seconds_count", "job", "api"),
            Labels.of("__name__", "process_cpu_seconds_total", "job", "db", "zone", "x"),
            Labels.of("__name__", "up", "job", "db"));
    server.board.discovered(
        "p",
        List.of(
            new TargetStatus(
                "p",
                "t",
                Map.of(),
                Labels.EMPTY,
                "http://localhost/",
                TargetStatus.Health.UP,
                "",
                0,
                0,
                90,
                10)),
        List.of(),
        0);
    server.board.metadata(
        "p",
        "t",
        List.of(
            new MetricMetadata(
                "http_requests_total", MetricMetadata.MetricType.COUNTER, "All requests.", "")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String search(String pathAndQuery) {
    var answer = server.get("/api/v1/search/" + pathAndQuery);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("application/x-ndjson; charset=utf-8");
    return answer.body();
  }

  @Test
  void search_noTerm_allComeInOrderAndBatches() {
    assertThat(search("metric_names?batch_size=3"))
        .isEqualTo(
            """
            {"results":[{"name":"http_request_seconds_count"},{"name":"http_requests_total"},{"name":"process_cpu_seconds_total"}]}
            {"results":[{"name":"up"}]}
            {"status":"success","has_more":false}
            """);
    assertThat(search("label_names?limit=2"))
        .isEqualTo(
            """
            {"results":[{"name":"__name__"},{"name":"instance"}]}
            {"status":"success","has_more":true}
            """);
    assertThat(search("label_values?label=job&sort_by=alpha&sort_dir=dsc"))
        .isEqualTo(
            """
            {"results":[{"value":"db"},{"value":"api"}]}
            {"status":"success","has_more":false}
            """);
    assertThat(search("label_values?label=none"))
        .isEqualTo("{\"results\":[]}\n{\"status\":\"success\",\"has_more\":false}\n");
  }

  @Test
  void search_terms_bestComesFirst() {
    assertThat(search("metric_names?search[]=httpreq&sort_by=score&match[]=%7Bjob=%22api%22%7D"))
        .contains("http_requests_total")
        .contains("http_request_seconds_count")
        .doesNotContain("process");
    assertThat(search("metric_names?search[]=total&fuzz_alg=jarowinkler&fuzz_threshold=95"))
        .contains("http_requests_total")
        .contains("process_cpu_seconds_total")
        .doesNotContain("\"up\"");
    assertThat(
            search(
                "metric_names?search[]=HTTP_REQUESTS&case_sensitive=false&include_score=true"
                    + "&include_metadata=true"))
        .contains(
            "{\"name\":\"http_requests_total\",\"score\":1,\"type\":\"counter\",\"help\":\"All requests.\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "metric_names?limit=0, limit",
    "metric_names?limit=x, limit",
    "metric_names?limit=10001, limit",
    "metric_names?fuzz_threshold=101, fuzz_threshold",
    "metric_names?fuzz_alg=soundex, fuzz_alg",
    "metric_names?sort_by=size, sort_by",
    "metric_names?sort_dir=asc, sort_dir",
    "metric_names?case_sensitive=maybe, case_sensitive",
    "label_values, label",
    "label_names?match[]={}, match[]",
  })
  void search_wrongParameter_isNamed(String pathAndQuery, String name) {
    var answer = server.get("/api/v1/search/" + pathAndQuery.replace("{}", "%7B%7D"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"errorType\":\"bad_data\"").contains(name);
  }

  @Test
  void score_measures_areThoseOfTheLiterature() {
    assertThat(NameSearch.jaroWinkler("martha", "marhta")).isCloseTo(0.9611, within());
    assertThat(NameSearch.jaroWinkler("dixon", "dicksonx")).isCloseTo(0.8133, within());
    assertThat(NameSearch.jaroWinkler("a", "b")).isZero();
    assertThat(NameSearch.subsequence("abc", "xaxbxc")).isBetween(0.0, 0.5);
    assertThat(NameSearch.subsequence("abc", "xxabc")).isGreaterThan(0.8);
    assertThat(NameSearch.subsequence("abc", "cba")).isZero();
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-4);
  }
}
