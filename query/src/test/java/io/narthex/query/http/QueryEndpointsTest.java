package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryEndpointsTest {
  private static final Labels UP = Labels.of("__name__", "up", "job", "prometheus");
  private static final AtomicReference<QueryRequest> seen = new AtomicReference<>();
  private static ApiServer server;

  @BeforeAll
  static void start() {
    server =
        new ApiServer(
            ApiOptions.DEFAULT,
            QueryEndpointsTest::answer,
            Labels.of("__name__", "h_bucket", "le", "1", "trace", "a\"b"),
            Labels.of("__name__", "h_bucket", "le", "5", "trace", "c"),
            Labels.of("__name__", "h_count"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static QueryResult answer(QueryRequest request) {
    seen.set(request);
    var value =
        switch (request.query()) {
          case "" ->
              throw new FaultException(
                  Fault.BAD_DATA, "unknown position: parse error: no expression found in input");
          case "slow" -> throw new FaultException(Fault.TIMEOUT, "query timed out");
          case "many" -> throw new FaultException(Fault.TOO_MANY_SAMPLES, "too many samples");
          case "broken" -> throw new IllegalStateException("secret detail");
          case "42" -> new QueryValue.Scalar(request.start(), 42);
          case "text" -> new QueryValue.Text(request.start(), "a\"b\u2028<\u0001");
          case "histogram" ->
              new QueryValue.Vector(
                  List.of(new QueryValue.Sample(UP, request.start(), 0, histogram())));
          case "mixed" ->
              new QueryValue.Matrix(
                  List.of(
                      new QueryValue.Series(
                          UP,
                          new long[] {1000, 1500, 2000, 2500},
                          new double[] {1, 0, 2.5, Double.NaN},
                          new FloatHistogram[] {null, histogram(), null, null})));
          default ->
              request.isInstant()
                  ? new QueryValue.Vector(
                      List.of(
                          new QueryValue.Sample(UP, request.start(), 1, null),
                          new QueryValue.Sample(Labels.EMPTY, request.start(), 1e-7, null)))
                  : new QueryValue.Matrix(
                      List.of(
                          new QueryValue.Series(
                              UP,
                              new long[] {request.start(), request.start() + request.step()},
                              new double[] {1, Double.POSITIVE_INFINITY},
                              null)));
        };
    var infos = request.query().equals("infos") ? List.of("PromQL info: i") : List.<String>of();
    var warnings = request.query().equals("infos") ? List.of("PromQL warning: w") : infos;
    return new QueryResult(value, warnings, infos, ApiServer.STATISTICS);
  }

  private static FloatHistogram histogram() {
    return new FloatHistogram(
        FloatHistogram.ResetHint.UNKNOWN,
        0,
        0.001,
        2,
        12.5,
        42.1,
        new int[] {0, 2, 1, 1},
        new double[] {1, 0, 3},
        new int[] {1, 1},
        new double[] {6.5},
        new double[0]);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "42&time=5|{\"resultType\":\"scalar\",\"result\":[5,\"42\"]}",
        "42&time=-1.5|{\"resultType\":\"scalar\",\"result\":[-1.5,\"42\"]}",
        "text&time=1|{\"resultType\":\"string\",\"result\":[1,\"a\\\"b\u2028<\\u0001\"]}",
        "up&time=1767436620.5|{\"resultType\":\"vector\",\"result\":"
            + "[{\"metric\":{\"__name__\":\"up\",\"job\":\"prometheus\"},"
            + "\"value\":[1767436620.500,\"1\"]},"
            + "{\"metric\":{},\"value\":[1767436620.500,\"1e-07\"]}]}",
        "histogram&time=1|{\"resultType\":\"vector\",\"result\":"
            + "[{\"metric\":{\"__name__\":\"up\",\"job\":\"prometheus\"},\"histogram\":[1,"
            + "{\"count\":\"12.5\",\"sum\":\"42.1\",\"buckets\":[[1,\"-2\",\"-1\",\"6.5\"],"
            + "[3,\"-0.001\",\"0.001\",\"2\"],[0,\"0.5\",\"1\",\"1\"],[0,\"4\",\"8\",\"3\"]]}]}]}",
        "mixed&time=1|{\"resultType\":\"matrix\",\"result\":"
            + "[{\"metric\":{\"__name__\":\"up\",\"job\":\"prometheus\"},"
            + "\"values\":[[1,\"1\"],[2,\"2.5\"],[2.500,\"NaN\"]],\"histograms\":[[1.500,"
            + "{\"count\":\"12.5\",\"sum\":\"42.1\",\"buckets\":[[1,\"-2\",\"-1\",\"6.5\"],"
            + "[3,\"-0.001\",\"0.001\",\"2\"],[0,\"0.5\",\"1\",\"1\"],[0,\"4\",\"8\",\"3\"]]}]]}]}",
      })
  void query_eachKindOfValue_isWrittenAsPrometheusDoes(String parameters, String data) {
    var response = server.get("/api/v1/query?query=" + parameters);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(response.body()).isEqualTo("{\"status\":\"success\",\"data\":" + data + "}");
  }

  @Test
  void queryRange_matrix_isWrittenAsPrometheusDoes() {
    var response = server.get("/api/v1/query_range?query=up&start=1&end=2&step=0.5");
    assertThat(response.body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":"
                + "[{\"metric\":{\"__name__\":\"up\",\"job\":\"prometheus\"},"
                + "\"values\":[[1,\"1\"],[1.500,\"+Inf\"]]}]}}");
    assertThat(seen.get().step()).isEqualTo(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query|400|bad_data|invalid parameter \"query\": unknown position: parse error: no"
            + " expression found in input",
        "query?query=up&time=abc|400|bad_data|invalid parameter \"time\": invalid time value for"
            + " 'time': cannot parse \"abc\" to a valid timestamp",
        "query?query=up&time=2026-01-01|400|bad_data|invalid parameter \"time\": invalid time value"
            + " for 'time': cannot parse \"2026-01-01\" to a valid timestamp",
        "query?query=up&timeout=abc|400|bad_data|invalid parameter \"timeout\": cannot parse"
            + " \"abc\" to a valid duration",
        "query?query=up&timeout=-1|503|timeout|query timed out in query execution",
        "query?query=up&limit=abc|400|bad_data|invalid parameter \"limit\": strconv.Atoi: parsing"
            + " \"abc\": invalid syntax",
        "query?query=up&limit=99999999999|400|bad_data|invalid parameter \"limit\": strconv.Atoi:"
            + " parsing \"99999999999\": value out of range",
        "query?query=up&limit=-1|400|bad_data|invalid parameter \"limit\": limit must be"
            + " non-negative",
        "query?query=up&lookback_delta=abc|400|bad_data|error parsing lookback delta duration:"
            + " cannot parse \"abc\" to a valid duration",
        "query?query=%zz|400|bad_data|error parsing form values: invalid URL escape \"%zz\"",
        "query?query=slow|503|timeout|query timed out",
        "query?query=many|422|execution|too many samples",
        "query?query=broken|500|internal|unexpected error; the server's log has the details",
        "query_range?query=up|400|bad_data|invalid parameter \"start\": cannot parse \"\" to a"
            + " valid timestamp",
        "query_range?query=up&start=1|400|bad_data|invalid parameter \"end\": cannot parse \"\" to"
            + " a valid timestamp",
        "query_range?query=up&start=x&end=1|400|bad_data|invalid parameter \"start\": cannot parse"
            + " \"x\" to a valid timestamp",
        "query_range?query=up&start=2&end=1&step=1|400|bad_data|invalid parameter \"end\": end"
            + " timestamp must not be before start time",
        "query_range?query=up&start=1&end=2|400|bad_data|invalid parameter \"step\": cannot parse"
            + " \"\" to a valid duration",
        "query_range?query=up&start=1&end=2&step=1x|400|bad_data|invalid parameter \"step\": cannot"
            + " parse \"1x\" to a valid duration",
        "query_range?query=up&start=1&end=2&step=0|400|bad_data|invalid parameter \"step\": zero or"
            + " negative query resolution step widths are not accepted. Try a positive integer",
        "query_range?query=up&start=1&end=2&step=-1|400|bad_data|invalid parameter \"step\": zero"
            + " or negative query resolution step widths are not accepted. Try a positive integer",
        "query_range?query=up&start=1&end=2&step=1e30|400|bad_data|invalid parameter \"step\":"
            + " cannot parse \"1e30\" to a valid duration. It overflows int64",
        "query_range?query=up&start=1&end=11002&step=1|400|bad_data|exceeded maximum resolution of"
            + " 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        "query_range?start=1&end=2&step=1|400|bad_data|invalid parameter \"query\": unknown"
            + " position: parse error: no expression found in input",
        "query_exemplars|400|bad_data|unknown position: parse error: no expression found in input",
        "query_exemplars?query=up&start=5&end=1|400|bad_data|end timestamp must not be before start"
            + " timestamp",
      })
  void anyQuery_faulty_getsPrometheusErrorAndStatus(
      String call, int status, String type, String error) {
    var response = server.get("/api/v1/" + call.replace("%zz", "%25zz").replace("{", "%7B"));
    if (call.contains("%zz")) {
      response = server.post("/api/v1/query", "query=%zz");
    }
    assertThat(response.statusCode()).isEqualTo(status);
    var json = ApiServer.json(response);
    assertThat(json.path("status").asText()).isEqualTo("error");
    assertThat(json.path("errorType").asText()).isEqualTo(type);
    assertThat(json.path("error").asText()).isEqualTo(error);
  }

  @Test
  void queryRange_just11000Points_isEvaluated() {
    assertThat(server.get("/api/v1/query_range?query=up&start=1&end=11001&step=1").statusCode())
        .isEqualTo(200);
  }

  @Test
  void queryRange_wholeOfTime_isTooManyPoints() {
    var response =
        server.post(
            "/api/v1/query_range",
            "query=up&start=-292273086-05-16T16:47:06Z&step=1&end="
                + "292277025-08-18T07:12:54.999999999Z");
    assertThat(response.body()).contains("exceeded maximum resolution");
  }

  @ParameterizedTest
  @CsvSource({
    "4, 4000",
    "1435781430.781, 1435781430781",
    "1.2345678, 1235",
    "1e3, 1000000",
    "2026-01-01T00:00:00+01:00, 1767222000000",
    "2026-01-01T00:00:00.1234Z, 1767225600123",
    "-292273086-05-16T16:47:06Z, -9161237653974199000",
    "292277025-08-18T07:12:54.999999999Z, 9161237653974199999",
  })
  void query_time_isUnderstood(String time, long millis) {
    server.get("/api/v1/query?query=up&time=" + encoded(time));
    assertThat(seen.get().start()).isEqualTo(Times.parse(time));
    if (!time.contains("29227")) {
      assertThat(seen.get().start()).isEqualTo(millis);
    }
  }

  @Test
  void query_postedForm_comesBeforeTheAddress() {
    var response = server.post("/api/v1/query?time=7&query=x", "query=42&time=5");
    assertThat(response.body()).contains("\"result\":[5,\"42\"]");
  }

  @Test
  void query_otherParameters_reachTheEngine() {
    server.get("/api/v1/query?query=up&lookback_delta=1m&timeout=3s");
    assertThat(seen.get().lookback()).isEqualTo(Duration.ofMinutes(1));
    assertThat(seen.get().timeout()).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
    server.get("/api/v1/query?query=up");
    assertThat(seen.get().lookback()).isZero();
    assertThat(seen.get().timeout()).isBetween(Duration.ofSeconds(110), Duration.ofMinutes(2));
  }

  @Test
  void query_limit_truncatesWithWarning() {
    var json = ApiServer.json(server.get("/api/v1/query?query=up&limit=1"));
    assertThat(json.at("/data/result")).hasSize(1);
    assertThat(json.at("/warnings/0").asText()).isEqualTo("results truncated due to limit");
    assertThat(ApiServer.json(server.get("/api/v1/query?query=up&limit=2")).has("warnings"))
        .isFalse();
  }

  @Test
  void query_annotations_standBesideTheData() {
    assertThat(server.get("/api/v1/query?query=infos&time=1").body())
        .endsWith(",\"warnings\":[\"PromQL warning: w\"],\"infos\":[\"PromQL info: i\"]}");
  }

  @Test
  void query_stats_areInTheData() {
    var stats = server.data("/api/v1/query?query=up&stats=all").path("stats");
    assertThat(stats.at("/timings/innerEvalTime").asDouble()).isEqualTo(2e-6);
    assertThat(stats.at("/timings/execQueueTime").asDouble()).isPositive();
    assertThat(stats.at("/samples/totalQueryableSamples").asInt()).isEqualTo(3);
    assertThat(stats.at("/samples/peakSamples").asInt()).isEqualTo(5);
  }

  @Test
  void exemplars_millisecondTimesOfGrafana_areAnEmptySuccess() {
    var response =
        server.get("/api/v1/query_exemplars?query=test&start=1700000000000&end=1700000001000");
    assertThat(response.body()).isEqualTo("{\"status\":\"success\",\"data\":[]}");
    assertThat(server.get("/api/v1/query_exemplars?query=1").statusCode()).isEqualTo(204);
  }

  @Test
  void exemplars_ofSelectedSeries_standBySeriesInLabelOrder() {
    String ask = "/api/v1/query_exemplars?query=";
    String first =
        "{\"seriesLabels\":{\"__name__\":\"h_bucket\",\"le\":\"1\",\"trace\":\"a\\\"b\"},"
            + "\"exemplars\":[{\"labels\":{\"trace_id\":\"a\\\"b\"},"
            + "\"value\":\"0.5\",\"timestamp\":1500.250}]}";
    String second =
        "{\"seriesLabels\":{\"__name__\":\"h_bucket\",\"le\":\"5\",\"trace\":\"c\"},"
            + "\"exemplars\":[{\"labels\":{\"trace_id\":\"c\"},"
            + "\"value\":\"0.5\",\"timestamp\":1500.250}]}";
    String query = "histogram_quantile(0.9,rate(h_bucket[5m]))/h_count";
    assertThat(server.get(ask + encoded(query) + "&start=1500&end=1501").body())
        .isEqualTo("{\"status\":\"success\",\"data\":[" + first + "," + second + "]}");
    assertThat(server.post("/api/v1/query_exemplars", "query=" + encoded("{le=\"5\"}")).body())
        .contains("\"data\":[" + second + "]");
    assertThat(server.get(ask + "h_bucket&start=1501").body()).contains("\"data\":[]");
  }

  @Test
  void format_query_isLaidOut() {
    assertThat(server.data("/api/v1/format_query?query=sum(up)by(job)").asText())
        .isEqualTo("sum by (job) (up)");
    assertThat(server.get("/api/v1/format_query?query=sum(").body())
        .contains("invalid parameter \\\"query\\\": 1:5: parse error: unclosed left parenthesis");
    assertThat(server.post("/api/v1/format_query", "query=up+offset+36h").body())
        .contains("\"up offset 1d12h\"");
  }

  @Test
  void parse_query_isATree() {
    var tree = server.data("/api/v1/parse_query?query=sum(up)by(job)");
    assertThat(tree.path("type").asText()).isEqualTo("aggregation");
    assertThat(tree.path("param").isNull()).isTrue();
    assertThat(tree.at("/grouping/0").asText()).isEqualTo("job");
    assertThat(tree.at("/expr/matchers/0/value").asText()).isEqualTo("up");
    assertThat(server.get("/api/v1/parse_query").body())
        .contains("invalid parameter \\\"query\\\": unknown position: parse error: no expression");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
