package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import io.narthex.pipeline.wire.ProtobufParser;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.prometheus.metrics.core.metrics.Info;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportTest {
  private static final int POINTS = 10_000;

  private final LinkedBlockingQueue<Cancellation> started = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);
  private ApiServer server = server(ApiOptions.DEFAULT);

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
  }

  private ApiServer server(ApiOptions options) {
    return new ApiServer(this::answer, options);
  }

  private void restart(ApiOptions options) {
    server.close();
    server = server(options);
  }

  private QueryValue answer(QueryRequest request) {
    if (request.query().equals("wait")) {
      started.add(request.cancellation());
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return request.query().equals("big") ? big() : new QueryValue.Scalar(request.start(), 1);
  }

  private static QueryValue big() {
    var timestamps = LongStream.range(0, POINTS).map(i -> i * 15_000).toArray();
    var series = new ArrayList<QueryValue.Series>();
    for (int i = 0; i < 100; i++) {
      double[] values = new double[POINTS];
      Arrays.setAll(values, point -> point / 7d);
      var labels = Labels.of("__name__", "up", "instance", "host-" + i);
      series.add(new QueryValue.Series(labels, timestamps, values, null));
    }
    return new QueryValue.Matrix(series);
  }

  @Test
  void query_aMillionPoints_streamInPartsAndParse() throws Exception {
    var response =
        server.client.send(
            HttpRequest.newBuilder(server.uri("/api/v1/query?query=big")).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Length")).isEmpty();
    var json = new ObjectMapper().readTree(response.body());
    assertThat(json.at("/data/result")).hasSize(100);
    var last = json.at("/data/result/99/values/" + (POINTS - 1));
    assertThat(last.get(0).asLong()).isEqualTo((POINTS - 1) * 15L);
    assertThat(last.get(1).asText()).isEqualTo(Double.toString((POINTS - 1) / 7d));
  }

  @Test
  void query_clientGoesWhileStreaming_serverGoesOn() throws Exception {
    try (var socket = request("GET /api/v1/query?query=big HTTP/1.1\r\nHost: a\r\n\r\n")) {
      assertThat(socket.getInputStream().readNBytes(100)).hasSize(100);
    }
    assertThat(server.get("/api/v1/query?query=1").statusCode()).isEqualTo(200);
  }

  @Test
  void query_clientGone_isCancelled() throws Exception {
    Cancellation cancellation;
    try (var socket = request("GET /api/v1/query?query=wait HTTP/1.1\r\nHost: a\r\n\r\n")) {
      cancellation = take(started);
      assertThat(cancellation.isCancelled()).isFalse();
    }
    while (!cancellation.isCancelled()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void query_oneRunsAndOneWaits_theThirdIsRefused() {
    restart(ApiOptions.DEFAULT.withQueries(1, 1, Duration.ofMinutes(1)));
    var request = HttpRequest.newBuilder(server.uri("/api/v1/query?query=wait")).build();
    var answers = new LinkedBlockingQueue<HttpResponse<String>>();
    for (int i = 0; i < 3; i++) {
      server
          .client
          .sendAsync(request, HttpResponse.BodyHandlers.ofString())
          .thenAccept(answers::add);
    }
    var refused = take(answers);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("too many requests are waiting (query)");
    assertThat(server.get("/api/v1/labels").statusCode()).isEqualTo(200);
    release.countDown();
    assertThat(take(answers).statusCode()).isEqualTo(200);
    assertThat(take(answers).statusCode()).isEqualTo(200);
  }

  @Test
  void query_timeUp_isTimeout() {
    var response = server.get("/api/v1/query?query=wait&timeout=10ms");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(ApiServer.json(response).path("errorType").asText()).isEqualTo("timeout");
  }

  @Test
  void query_gzipAccepted_isCompressed() throws Exception {
    var request =
        HttpRequest.newBuilder(server.uri("/api/v1/query?query=1&time=5"))
            .header("Accept-Encoding", "gzip")
            .build();
    var response = server.client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
    try (var in = new GZIPInputStream(response.body())) {
      assertThat(new String(in.readAllBytes(), UTF_8)).contains("\"result\":[5,\"1\"]");
    }
    assertThat(server.get("/api/v1/query?query=1").headers().firstValue("Content-Encoding"))
        .isEmpty();
  }

  @Test
  void cors_originGiven_isAllowedAsConfigured() {
    var allowed = server.get("/api/v1/query?query=1", "Origin", "http://x").headers();
    assertThat(allowed.firstValue("Access-Control-Allow-Origin")).hasValue("http://x");
    assertThat(allowed.firstValue("Access-Control-Allow-Headers"))
        .hasValue("Accept, Authorization, Content-Type, Origin");
    assertThat(allowed.firstValue("Access-Control-Allow-Methods")).hasValue("GET, POST, OPTIONS");
    assertThat(allowed.firstValue("Access-Control-Expose-Headers")).hasValue("Date");
    assertThat(allowed.firstValue("Vary")).hasValue("Origin");
    restart(ApiOptions.DEFAULT.withCorsOrigin(Pattern.compile("https://good\\.example")));
    var refused = server.get("/api/v1/query?query=1", "Origin", "https://good.example.evil");
    assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    var preflight = server.method("OPTIONS", "/api/v1/query", "Origin", "https://good.example");
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
        .hasValue("https://good.example");
  }

  @Test
  void methods_others_areNotAllowed() {
    var put = server.method("PUT", "/api/v1/query?query=1");
    assertThat(put.statusCode()).isEqualTo(405);
    assertThat(put.headers().firstValue("Allow")).hasValue("GET, OPTIONS, POST");
    assertThat(put.body()).isEqualTo("Method Not Allowed\n");
    assertThat(server.method("POST", "/api/v1/label/job/values").statusCode()).isEqualTo(405);
    assertThat(server.method("POST", "/version").statusCode()).isEqualTo(405);
    assertThat(server.method("GET", "/api/v1/admin/tsdb/flush").statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/nope", "/api/v1/label/a/b/values", "/%2e%2e/etc/passwd"})
  void get_unknownApiPath_isJsonNotFound(String path) {
    var response = server.get(path);
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(ApiServer.json(response).path("errorType").asText()).isEqualTo("not_found");
  }

  @Test
  void get_pathToBeCleaned_isRedirected() {
    var response = server.get("//api/v1/../v1/query/?query=1");
    assertThat(response.statusCode()).isEqualTo(301);
    assertThat(response.headers().firstValue("Location")).hasValue("/api/v1/query?query=1");
    assertThat(server.method("POST", "/api/v1/query/").statusCode()).isEqualTo(308);
  }

  @Test
  void head_pages_haveHeadersOnly() {
    for (var path : List.of("/", "/-/healthy", "/-/ready", "/version", "/metrics")) {
      var response = server.method("HEAD", path);
      assertThat(response.statusCode()).as(path).isEqualTo(200);
      assertThat(response.body()).isEmpty();
    }
    assertThat(server.method("HEAD", "/-/healthy").headers().firstValue("Content-Length"))
        .hasValue("30");
    assertThat(server.get("/-/healthy").body()).isEqualTo("Prometheus Server is Healthy.\n");
  }

  @Test
  void ready_whileStartingOrStopping_isUnavailable() {
    assertThat(server.get("/-/ready").body()).isEqualTo("Prometheus Server is Ready.\n");
    server.readiness = new ServerFacts.Readiness(ServerFacts.State.STARTING, 1, 9, 4);
    for (var path : List.of("/-/ready", "/api/v1/query?query=1")) {
      var starting = server.get(path);
      assertThat(starting.statusCode()).isEqualTo(503);
      assertThat(starting.body()).isEqualTo("Service Unavailable");
      assertThat(starting.headers().firstValue("X-Prometheus-Stopping")).hasValue("false");
    }
    assertThat(server.get("/-/healthy").statusCode()).isEqualTo(200);
    assertThat(server.data("/api/v1/status/walreplay").path("current").asInt()).isEqualTo(4);
    server.readiness = new ServerFacts.Readiness(ServerFacts.State.STOPPING, 1, 9, 9);
    assertThat(server.get("/-/ready").headers().firstValue("X-Prometheus-Stopping"))
        .hasValue("true");
  }

  @Test
  void form_tooLarge_isRefused() {
    var response = server.post("/api/v1/query", "query=" + "1".repeat(11 << 20));
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("the body is larger than 10485760 bytes");
  }

  @Test
  void metrics_ownRequests_areCounted() {
    server.get("/api/v1/query?query=1");
    server.get("/api/v1/query?query=1&time=x");
    server.get("/api/v1/label/job/values");
    var response = server.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4; charset=utf-8");
    assertThat(response.body())
        .contains("prometheus_http_requests_total{code=\"200\",handler=\"/api/v1/query\"} 1.0\n")
        .contains("prometheus_http_requests_total{code=\"400\",handler=\"/api/v1/query\"} 1.0\n")
        .contains("handler=\"/api/v1/label/:name/values\"")
        .contains("prometheus_http_request_duration_seconds_count{handler=\"/api/v1/query\"} 2\n")
        .contains("prometheus_http_response_size_bytes_bucket{handler=\"/api/v1/query\",le=\"100")
        .contains("prometheus_engine_queries_concurrent_max 20.0\n")
        .contains("prometheus_engine_query_duration_seconds_count{slice=\"inner_eval\"} 1\n");
    var openMetrics =
        server.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
    assertThat(openMetrics.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(openMetrics.body()).endsWith("# EOF\n");
  }

  @Test
  void metrics_acceptOfAPrometheus_getsOpenMetrics() {
    String texts =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
            + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
    String protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
            + "encoding=delimited;q=0.6,";
    assertThat(server.get("/metrics", "Accept", texts).headers().firstValue("Content-Type"))
        .hasValue(
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
    assertThat(
            server.get("/metrics", "Accept", protobuf + texts).headers().firstValue("Content-Type"))
        .hasValue(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                + "encoding=delimited; escaping=underscores");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          */*                                                            | text/plain; version=0.0.4; charset=utf-8; escaping=underscores
          text/plain;version=1.0.0;escaping=dots                         | text/plain; version=0.0.4; charset=utf-8; escaping=dots
          text/plain;version=9                                           | text/plain; version=0.0.4; charset=utf-8; escaping=underscores
          application/openmetrics-text                                   | application/openmetrics-text; version=0.0.1; charset=utf-8; escaping=underscores
          application/openmetrics-text;version=9,text/plain              | text/plain; version=0.0.4; charset=utf-8; escaping=underscores
          application/openmetrics-text;version=1.0.0;q=0.5,text/plain    | text/plain; version=0.0.4; charset=utf-8; escaping=underscores
          application/vnd.google.protobuf;proto=x;encoding=delimited     | text/plain; version=0.0.4; charset=utf-8; escaping=underscores
          """)
  void metrics_acceptOfOthers_getsTheMostWantedKnownForm(String accept, String type) {
    assertThat(server.get("/metrics", "Accept", accept).headers().firstValue("Content-Type"))
        .hasValue(type);
  }

  @Test
  void metrics_asProtobuf_everyKindOfFamilyIsWritten() {
    server.get("/api/v1/query?query=1");
    Info.builder()
        .name("made")
        .labelNames("of")
        .help("x")
        .register(server.registry)
        .addLabelValues("a\"b");
    String proto = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;";
    String text = server.get("/metrics", "Accept", proto + "encoding=compact-text").body();
    assertThat(text)
        .contains(
            "name:\"made_info\" help:\"x\" type:GAUGE "
                + "metric:{label:{name:\"of\" value:\"a\\\"b\"} gauge:{value:1}}\n")
        .containsPattern(
            "name:\"prometheus_http_requests_total\" help:\"[^\"]+\" type:COUNTER "
                + "metric:\\{label:\\{name:\"code\" value:\"200\"} ")
        .containsPattern("counter:\\{value:1 created_timestamp:\\{seconds:\\d+ nanos:\\d+}}}")
        .containsPattern(
            " metric:\\{label:\\{name:\"handler\" value:\"/api/v1/query\"} "
                + "histogram:\\{sample_count:1 sample_sum:\\S+ "
                + "bucket:\\{cumulative_count:\\d upper_bound:0.1} ")
        .contains("bucket:{cumulative_count:1 upper_bound:inf} created_timestamp")
        .containsPattern("type:SUMMARY metric:\\{label:.* summary:\\{sample_count:1 ");

    byte[] binary = server.bytes("/metrics", "Accept", proto + "encoding=delimited");
    var parser = new ProtobufParser(binary, 0, binary.length, true, false);
    var types = new TreeMap<String, MetricType>();
    int samples = 0;
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      types.put(parser.family(), parser.type());
      samples += entry == Entry.SERIES ? 1 : 0;
    }
    assertThat(types)
        .containsEntry("prometheus_http_requests_total", MetricType.COUNTER)
        .containsEntry("prometheus_http_request_duration_seconds", MetricType.HISTOGRAM)
        .containsEntry("prometheus_engine_query_duration_seconds", MetricType.SUMMARY)
        .containsEntry("made_info", MetricType.GAUGE);
    assertThat(samples).isGreaterThan(types.size());
  }

  @Test
  void startPage_asksNobodyElse() {
    var page = server.get("/");
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(page.body()).contains("<title>Narthex</title>").doesNotContain("http://");
  }

  @Test
  void grafana_itsSequence_succeeds() {
    assertThat(server.post("/api/v1/query", "query=1%2B1&time=4").body())
        .isEqualTo(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[4,\"1\"]}}");
    assertThat(server.data("/api/v1/status/buildinfo").has("features")).isFalse();
    assertThat(server.data("/api/v1/rules").path("groups")).isEmpty();
    for (var path :
        List.of(
            "query_exemplars?query=test&start=1795174072000&end=1795174073000",
            "label/__name__/values?start=1&end=2&limit=40000",
            "labels?start=1&end=2&limit=40000",
            "metadata?limit=40000")) {
      var json = ApiServer.json(server.get("/api/v1/" + path));
      assertThat(json.path("status").asText()).as(path).isEqualTo("success");
    }
    var series = server.post("/api/v1/series", "match%5B%5D=%7B__name__%21%3D%22%22%7D&limit=0");
    assertThat(series.statusCode()).isEqualTo(200);
    assertThat(server.post("/api/v1/labels", "match%5B%5D=up&start=1&end=2&limit=40000").body())
        .startsWith("{\"status\":\"success\",\"data\":[");
    assertThat(server.get("/api/v1/label/job/values?match%5B%5D=up&start=1&end=2").statusCode())
        .isEqualTo(200);
    // Incremental querying asks again for the end of what it has, aligned to the step.
    for (var times :
        List.of("start=1795174065&end=1795174080", "start=1795174080&end=1795174095")) {
      var range = server.post("/api/v1/query_range", "query=up&step=15&" + times);
      assertThat(range.statusCode()).isEqualTo(200);
      assertThat(ApiServer.json(range).path("status").asText()).isEqualTo("success");
    }
    assertThat(server.data("/api/v1/alerts").path("alerts")).isEmpty();
  }

  private static <T> T take(LinkedBlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private Socket request(String text) throws IOException {
    var socket = new Socket("127.0.0.1", server.port());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return socket;
  }
}
