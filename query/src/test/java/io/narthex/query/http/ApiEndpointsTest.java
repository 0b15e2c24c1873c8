package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.status.DroppedTarget;
import io.narthex.pipeline.status.TargetStatus;
import io.narthex.query.promql.QueryValue;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiEndpointsTest {
  private static ApiServer server;
  private static ApiServer adminServer;

  @BeforeAll
  static void start() {
    var options = ApiOptions.DEFAULT.withPlace(URI.create("http://demo.example:9090/"), 9090);
    server =
        new ApiServer(
            request -> new QueryValue.Scalar(request.start(), 1),
            options,
            Labels.of("__name__", "up", "job", "a", "instance", "x:1"),
            Labels.of("__name__", "up", "job", "b", "instance", "x:2", "my.label", "\u00e4\n\"z"),
            Labels.of("__name__", "down", "job", "b"));
    adminServer =
        new ApiServer(
            request -> new QueryValue.Scalar(request.start(), 1), options.withAdminApi(true));
    fillBoard();
  }

  private static void fillBoard() {
    var labels = Labels.of("instance", "localhost:9090", "job", "prometheus");
    var target =
        new TargetStatus(
            "prometheus",
            "1",
            Map.of("__address__", "localhost:9090", "job", "prometheus"),
            labels,
            "http://localhost:9090/metrics",
            TargetStatus.Health.UP,
            "",
            Instant.parse("2026-01-02T13:36:40.200Z").toEpochMilli(),
            0.006576866,
            90,
            10);
    server.board.discovered("prometheus", List.of(target), List.of(), 0);
    server.board.discovered(
        "dropped", List.of(), List.of(new DroppedTarget("dropped", Map.of("a", "b"))), 2);
    server.board.metadata(
        "prometheus",
        "1",
        List.of(
            new MetricMetadata("go_threads", MetricType.GAUGE, "Threads.", ""),
            new MetricMetadata("up_total", MetricType.COUNTER, "Ups.", "seconds")));
  }

  @AfterAll
  static void stop() {
    server.close();
    adminServer.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels|[\"__name__\",\"instance\",\"job\",\"my.label\"]",
        "labels?match[]=down|[\"__name__\",\"job\"]",
        "labels?match[]=down&match[]={instance=\"x:1\"}|[\"__name__\",\"instance\",\"job\"]",
        "labels?start=5&end=3|[]",
        "labels?limit=0|[\"__name__\",\"instance\",\"job\",\"my.label\"]",
        "label/job/values|[\"a\",\"b\"]",
        "label/job/values?match[]={instance=~\".*1\"}|[\"a\"]",
        "label/my.label/values|[\"\u00e4\\n\\\"z\"]",
        "label/my%2elabel/values|[\"\u00e4\\n\\\"z\"]",
        "label/U__my_2e_label/values|[\"\u00e4\\n\\\"z\"]",
        "label/U__bad_zz_/values|[]",
        "series?match[]=up&match[]=down|[{\"__name__\":\"down\",\"job\":\"b\"},"
            + "{\"__name__\":\"up\",\"instance\":\"x:1\",\"job\":\"a\"},"
            + "{\"__name__\":\"up\",\"instance\":\"x:2\",\"job\":\"b\","
            + "\"my.label\":\"\u00e4\\n\\\"z\"}]",
        "scrape_pools|{\"scrapePools\":[\"dropped\",\"prometheus\"]}",
        "targets/metadata?metric=go_threads|[{\"target\":{\"instance\":\"localhost:9090\","
            + "\"job\":\"prometheus\"},\"type\":\"gauge\",\"help\":\"Threads.\",\"unit\":\"\"}]",
        "targets/metadata?match_target={job=\"x\"}|[]",
        "targets/metadata?limit=0|[]",
        "metadata?metric=up_total|{\"up_total\":[{\"type\":\"counter\",\"unit\":\"seconds\","
            + "\"help\":\"Ups.\"}]}",
        "metadata?limit=1|{\"go_threads\":[{\"type\":\"gauge\",\"unit\":\"\","
            + "\"help\":\"Threads.\"}]}",
        "metadata?limit=0|{}",
        "metadata?metric=nope|{}",
        "targets?state=dropped|{\"activeTargets\":[],\"droppedTargets\":[{\"discoveredLabels\":"
            + "{\"a\":\"b\"},\"scrapePool\":\"dropped\"}],\"droppedTargetCounts\":"
            + "{\"dropped\":2,\"prometheus\":0}}",
        "targets?state=xx|{\"activeTargets\":[],\"droppedTargets\":[],"
            + "\"droppedTargetCounts\":null}",
        "targets?state=active|{\"activeTargets\":[{\"discoveredLabels\":{\"__address__\":"
            + "\"localhost:9090\",\"job\":\"prometheus\"},\"labels\":{\"instance\":"
            + "\"localhost:9090\",\"job\":\"prometheus\"},\"scrapePool\":\"prometheus\","
            + "\"scrapeUrl\":\"http://localhost:9090/metrics\",\"globalUrl\":"
            + "\"http://demo.example:9090/metrics\",\"lastError\":\"\",\"lastScrape\":"
            + "\"2026-01-02T13:36:40.200Z\",\"lastScrapeDuration\":0.006576866,\"health\":\"up\","
            + "\"scrapeInterval\":\"1m30s\",\"scrapeTimeout\":\"10s\"}],\"droppedTargets\":[],"
            + "\"droppedTargetCounts\":null}",
        "alerts|{\"alerts\":[]}",
        "rules|{\"groups\":[]}",
        "alertmanagers|{\"activeAlertmanagers\":[],\"droppedAlertmanagers\":[]}",
        "status/config|{\"yaml\":\"global:\\n  scrape_interval: 15s\\n\"}",
        "status/flags|{\"query.timeout\":\"2m\",\"web.enable-lifecycle\":\"true\"}",
        "status/walreplay|{\"min\":0,\"max\":0,\"current\":0}",
        "status/buildinfo|{\"version\":\"3.5.0\",\"revision\":\"0a41f00\",\"branch\":\"HEAD\","
            + "\"buildUser\":\"me@here\",\"buildDate\":\"20251030-07:26:10\","
            + "\"goVersion\":\"java17\",\"application\":\"Narthex\","
            + "\"applicationVersion\":\"3.7.3\"}",
        "status/tsdb|{\"headStats\":{\"numSeries\":3,\"numLabelPairs\":3,\"chunkCount\":7,"
            + "\"minTime\":1000,\"maxTime\":2000},"
            + "\"seriesCountByMetricName\":[{\"name\":\"up\",\"value\":2}],"
            + "\"labelValueCountByLabelName\":[{\"name\":\"up\",\"value\":2}],"
            + "\"memoryInBytesByLabelName\":[{\"name\":\"up\",\"value\":2}],"
            + "\"seriesCountByLabelValuePair\":[{\"name\":\"up\",\"value\":2}]}",
      })
  void get_data_isShapedAsPrometheusDoes(String call, String data) {
    var response = server.get("/api/v1/" + encoded(call));
    assertThat(response.body()).isEqualTo("{\"status\":\"success\",\"data\":" + data + "}");
    assertThat(response.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "labels?limit=-2|invalid parameter \"limit\": limit must be non-negative",
        "labels?start=x|invalid parameter \"start\": invalid time value for 'start': cannot parse"
            + " \"x\" to a valid timestamp",
        "labels?match[]={}|match[] must contain at least one non-empty matcher",
        "labels?match[]=up{|1:4: parse error: unexpected end of input inside braces",
        "label/%ff/values|invalid label name: \"\\xff\"",
        "series|no match[] parameter provided",
        "series?match[]={}|invalid parameter \"match[]\": match[] must contain at least one"
            + " non-empty matcher",
        "series?match[]={job=|invalid parameter \"match[]\": 1:6: parse error: unexpected end of"
            + " input inside braces",
        "metadata?limit=x|limit must be a number",
        "metadata?limit_per_metric=x|limit_per_metric must be a number",
        "targets/metadata?limit=x|limit must be a number",
        "targets/metadata?match_target={|invalid parameter \"match_target\": 1:2: parse error:"
            + " unexpected end of input inside braces",
        "status/tsdb?limit=x|limit must be a positive number",
        "status/tsdb?limit=0|limit must be a positive number",
        "status/tsdb?limit=10001|limit must not exceed 10000",
        "rules?type=x|invalid parameter \"type\": not supported value \"x\"",
        "rules?exclude_alerts=x|invalid parameter \"exclude_alerts\": error converting"
            + " exclude_alerts: strconv.ParseBool: parsing \"x\": invalid syntax",
        "rules?group_limit=x|invalid parameter \"group_limit\": group_limit needs to be a valid"
            + " number: strconv.ParseInt: parsing \"x\": invalid syntax",
        "rules?group_limit=-1|invalid parameter \"group_limit\": group_limit needs to be greater"
            + " than 0",
        "rules?group_next_token=x|invalid parameter \"group_next_token\": group_limit needs to be"
            + " present in order to paginate over the groups",
      })
  void get_faultyParameter_isBadDataInPrometheusWords(String call, String error) {
    var response = server.get("/api/v1/" + encoded(call));
    var json = ApiServer.json(response);
    assertThat(json.path("error").asText()).isEqualTo(error);
    assertThat(json.path("errorType").asText()).isEqualTo("bad_data");
    assertThat(response.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"labels?limit=2, 2", "label/job/values?limit=1, 1", "series?match[]=up&limit=1, 1"})
  void get_limit_truncatesWithWarning(String call, int size) {
    var json = ApiServer.json(server.get("/api/v1/" + encoded(call)));
    assertThat(json.path("data")).hasSize(size);
    assertThat(json.at("/warnings/0").asText()).isEqualTo("results truncated due to limit");
  }

  @Test
  void series_posted_isAnswered() {
    assertThat(server.post("/api/v1/series", "match%5B%5D=down").body()).contains("\"down\"");
    assertThat(server.post("/api/v1/series", "match[]=%zz").body())
        .contains("error parsing form values: invalid URL escape \\\"%zz\\\"");
    assertThat(server.post("/api/v1/labels", "match[]=down").body()).contains("\"job\"");
  }

  @Test
  void runtimeinfo_hasPrometheusKeys() {
    var data = server.data("/api/v1/status/runtimeinfo");
    assertThat(data.fieldNames())
        .toIterable()
        .containsExactly(
            "startTime",
            "CWD",
            "hostname",
            "serverTime",
            "reloadConfigSuccess",
            "lastConfigTime",
            "corruptionCount",
            "goroutineCount",
            "GOMAXPROCS",
            "GOMEMLIMIT",
            "GOGC",
            "GODEBUG",
            "storageRetention");
    assertThat(data.path("startTime").asText()).isEqualTo("2026-01-01T13:37:00Z");
    assertThat(data.path("reloadConfigSuccess").asBoolean()).isTrue();
  }

  @Test
  void features_areGroupedByCategory() {
    var data = server.data("/api/v1/features");
    assertThat(data.at("/api/admin").asBoolean()).isFalse();
    assertThat(data.at("/api/lifecycle").asBoolean()).isTrue();
    assertThat(data.at("/promql_functions/rate").asBoolean()).isTrue();
    assertThat(data.at("/promql_functions/mad_over_time").asBoolean(true)).isFalse();
    assertThat(data.at("/promql/anchored").asBoolean(true)).isFalse();
    assertThat(data.at("/promql/duration_expr").asBoolean()).isTrue();
    assertThat(data.at("/service_discovery_providers/static").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"delete_series", "clean_tombstones", "snapshot", "flush"})
  void admin_disabled_isUnavailable(String action) {
    var response = server.method("POST", "/api/v1/admin/tsdb/" + action);
    assertThat(response.body())
        .isEqualTo(
            "{\"status\":\"error\",\"errorType\":\"unavailable\","
                + "\"error\":\"admin APIs disabled\"}");
    assertThat(response.statusCode()).isEqualTo(500);
  }

  @Test
  void admin_enabled_reachesTheStore() {
    String base = "/api/v1/admin/tsdb/";
    assertThat(adminServer.method("PUT", base + "snapshot?skip_head=true").body())
        .contains("\"data\":{\"name\":\"20260102T133700Z-a1b2c3d4e5f67890\"}");
    assertThat(adminServer.method("POST", base + "clean_tombstones").statusCode()).isEqualTo(204);
    assertThat(adminServer.method("POST", base + "flush").statusCode()).isEqualTo(204);
    var deleted =
        adminServer.post(base + "delete_series", "match[]=up&match[]={a=\"b\"}&start=1&end=2");
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(adminServer.store.administered)
        .containsSubsequence( // other tests ask the same server
            "snapshot true",
            "clean",
            "flush",
            "delete [__name__=\"up\"] 1000 2000",
            "delete [a=\"b\"] 1000 2000");
    assertThat(adminServer.method("POST", base + "delete_series").body())
        .contains("no match[] parameter provided");
    assertThat(adminServer.method("POST", base + "delete_series?match[]=up%7B").body())
        .contains("invalid parameter \\\"match[]\\\": 1:4: parse error");
    assertThat(adminServer.method("POST", base + "snapshot?skip_head=x").body())
        .contains("unable to parse boolean: strconv.ParseBool: parsing \\\"x\\\": invalid syntax");
  }

  @Test
  void deletions_admin_areListedAndUndone() {
    String base = "/api/v1/admin/tsdb/deletions";
    var listed = adminServer.data(base).at("/deletions/0");
    assertThat(listed.at("/id").asText()).isEqualTo("7");
    assertThat(listed.at("/created").asText()).isEqualTo("1970-01-01T00:00:01.500Z");
    assertThat(listed.at("/matchers/1").asText()).isEqualTo("job=\"a\"");
    assertThat(listed.has("minTime")).isFalse();
    assertThat(listed.at("/maxTime").asLong()).isEqualTo(2000);
    assertThat(listed.at("/state").asText()).isEqualTo("partly final");
    assertThat(listed.at("/undoable").asBoolean()).isTrue();
    assertThat(adminServer.method("POST", base + "/7/undo").body())
        .contains("\"state\":\"undone\"", "\"undoable\":false", "\"minTime\":1000");
    assertThat(adminServer.store.administered).containsExactly("undo 7");
    assertThat(adminServer.method("POST", base + "/x/undo").body())
        .contains("invalid parameter \\\"id\\\": not a number");
    assertThat(server.method("GET", base).statusCode()).isEqualTo(500);
  }

  private static String encoded(String call) {
    int question = call.indexOf('?');
    if (question < 0) {
      return call;
    }
    var query = new StringBuilder();
    for (var pair : call.substring(question + 1).split("&", -1)) {
      int equals = pair.indexOf('=');
      query
          .append(query.isEmpty() ? "" : "&")
          .append(URLEncoder.encode(pair.substring(0, equals), StandardCharsets.UTF_8))
          .append('=')
          .append(URLEncoder.encode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return call.substring(0, question + 1) + query;
  }
}
