package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.query.promql.QueryValue;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FederationTest {
  private static final Labels UP_A = Labels.of("__name__", "up", "instance", "a");
  private static final Labels UP_B = Labels.of("__name__", "up", "instance", "b", "zone", "own");
  private static final Labels LOAD = Labels.of("__name__", "load", "text", "a\"b\\c\nd");
  private static final Labels GONE = Labels.of("__name__", "gone", "instance", "a");
  private static final Labels OLD = Labels.of("__name__", "old", "instance", "a");
  private static final Labels LATENCY = Labels.of("__name__", "latency", "instance", "a");
  private static final Labels DOTTED = Labels.of("__name__", "my.name", "instance", "a");

  private static final Labels SIZE = Labels.of("__name__", "size", "instance", "a");

  private final long now = System.currentTimeMillis();
  private final ApiServer server =
      new ApiServer(
          request -> new QueryValue.Scalar(0, 1),
          ApiOptions.DEFAULT,
          UP_A,
          UP_B,
          LOAD,
          GONE,
          OLD,
          LATENCY,
          DOTTED,
          SIZE);

  @BeforeEach
  void fill() {
    add(UP_A, now - 20_000, 0, now - 10_000, 1);
    add(UP_B, now - 10_000, 1e6);
    add(LOAD, now - 10_000, 0.00001);
    add(GONE, now - 20_000, 1, now - 10_000, StaleMarker.VALUE);
    add(OLD, now - 3_600_000, 1);
    add(DOTTED, now - 10_000, 2.5);
    var histogram = new SampleBuffer();
    histogram.add(now - 10_000, FloatHistogram.stale());
    server.store.samples.put(LATENCY, histogram);
    server.configuration =
        ConfigurationLoader.load(
            "global: {external_labels: {zone: outer, cluster: eu}}\n",
            Path.of("").toAbsolutePath());
  }

  private void add(Labels labels, double... timesAndValues) {
    var buffer = new SampleBuffer();
    for (int i = 0; i < timesAndValues.length; i += 2) {
      buffer.add((long) timesAndValues[i], timesAndValues[i + 1]);
    }
    server.store.samples.put(labels, buffer);
  }

  @Test
  void federate_moreThanMemory_isToldToTryAgainAndGivesBackWhatItHeld() {
    var memory = new AnswerMemory(64 << 10);
    try (var small = new ApiServer(memory, UP_A)) {
      var buffer = new SampleBuffer();
      buffer.add(now - 10_000, 1);
      small.store.samples.put(UP_A, buffer);
      var answer = small.get("/federate?match%5B%5D=up");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("try again later");
      assertThat(memory.held()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/federate?match%5B%5D=",
        "/api/v1/series?match%5B%5D=",
        "/api/v1/labels?match%5B%5D=",
        "/api/v1/label/job/values?match%5B%5D=",
        "/api/v1/search/label_names?match%5B%5D=",
        "/api/v1/query_exemplars?query=",
        "/api/v1/format_query?query=",
        "/api/v1/parse_query?query=",
        "/api/v1/targets/metadata?match_target="
      })
  void matchers_regularExpressionsOverTheMemory_areRefusedBeforeTheyAreCompiled(String path) {
    var memory = new AnswerMemory(40 << 20);
    try (var small = new ApiServer(memory, UP_A)) {
      String large = "a=~%22(x%7B1000%7D)%7B290%7D%22";
      assertThat(small.get(path + "up%7B" + large + "%7D").statusCode()).isEqualTo(200);
      var answer = small.get(path + "up%7B" + large + "," + large + "%7D");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      assertThat(answer.body()).contains("try again later");
      while (memory.held() > 0) { // until the server has seen that the answers are sent
        Thread.onSpinWait();
      }
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void federate_severalSelectors_newestSamplesOnceEachSortedByNameWithExternalLabels() {
    var answer =
        server.get(
            "/federate?match[]=up&match[]=%7B__name__=~%22.%2B%22%7D".replace("[]", "%5B%5D"));

    String at = " " + (now - 10_000) + "\n";
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
    assertThat(answer.body())
        .isEqualTo(
            "# TYPE load untyped\n"
                + "load{text=\"a\\\"b\\\\c\\nd\",cluster=\"eu\",instance=\"\",zone=\"outer\"} 1e-05"
                + at
                + "# TYPE my_name untyped\n"
                + "my_name{instance=\"a\",cluster=\"eu\",zone=\"outer\"} 2.5"
                + at
                + "# TYPE up untyped\n"
                + "up{instance=\"a\",cluster=\"eu\",zone=\"outer\"} 1"
                + at
                + "up{instance=\"b\",zone=\"own\",cluster=\"eu\"} 1e+06"
                + at);
    assertThat(server.store.open).as("open selections").hasValue(0);
  }

  @Test
  void federate_readerOfUtf8Names_namesAreQuoted() {
    var answer =
        server.get(
            "/federate?match%5B%5D=%7B%22my.name%22%7D",
            "Accept", "text/plain;version=1.0.0;escaping=allow-utf-8");

    assertThat(answer.body()).startsWith("# TYPE \"my.name\" untyped\n{\"my.name\",instance=");
  }

  @Test
  void federate_noOrFaultySelector_emptyOrPlainError() {
    assertThat(server.get("/federate").body()).isEmpty();
    var faulty = server.get("/federate?match%5B%5D=up%7B");
    assertThat(faulty.statusCode()).isEqualTo(400);
    assertThat(faulty.body())
        .isEqualTo("1:4: parse error: unexpected end of input inside braces\n");
    assertThat(server.method("POST", "/federate").statusCode()).isEqualTo(405);
  }

  @Test
  void federate_readerOfProtobuf_nativeHistogramsCustomBucketsAsClassicOnes() {
    server.store.samples.put(LATENCY, histogram(exponential()));
    server.store.samples.put(SIZE, histogram(custom()));

    var answer = server.get("/federate?match%5B%5D=%7Binstance!=%22b%22%7D", "Accept", COMPACT);

    String at = " timestamp_ms:" + (now - 10_000) + "}\n";
    String labels =
        "metric:{label:{name:\"instance\" value:\"a\"} label:{name:\"cluster\" value:\"eu\"} "
            + "label:{name:\"zone\" value:\"outer\"} ";
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue(
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                + "encoding=compact-text; escaping=allow-utf-8");
    assertThat(answer.body())
        .contains("name:\"my.name\" type:UNTYPED " + labels + "untyped:{value:2.5}" + at)
        .contains("label:{name:\"text\" value:\"a\\\"b\\\\c\\nd\"}")
        .contains(
            "name:\"latency\" type:GAUGE_HISTOGRAM "
                + labels
                + "histogram:{sample_count_float:4 sample_sum:1e+06 schema:0 zero_threshold:0.5 "
                + "zero_count_float:1 negative_span:{offset:-2 length:1} negative_count:1 "
                + "positive_span:{offset:0 length:2} positive_count:1 positive_count:1}"
                + at)
        .contains(
            "histogram:{sample_count_float:6 sample_sum:9.5 "
                + "bucket:{cumulative_count_float:2 upper_bound:1} "
                + "bucket:{cumulative_count_float:2 upper_bound:2.5} "
                + "bucket:{cumulative_count_float:6 upper_bound:inf}}");
  }

  @Test
  void federate_readerOfDelimitedProtobuf_eachFamilyBehindItsLength() {
    server.store.samples.put(LATENCY, histogram(exponential()));
    byte[] body =
        server.bytes(
            "/federate?match%5B%5D=latency&match%5B%5D=up",
            "Accept", COMPACT.replace("compact-text", "delimited"));

    var read = new ArrayList<String>();
    int at = 0;
    while (at < body.length) {
      int length = body[at] & 0x7F;
      int tag = 1;
      if (body[at] < 0) {
        length |= body[at + 1] << 7;
        tag = 2;
      }
      int name = body[at + tag + 1];
      read.add(new String(body, at + tag + 2, name, UTF_8));
      at += tag + length;
    }
    assertThat(read).containsExactly("latency", "up");
  }

  private static final String COMPACT =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
          + "encoding=compact-text;escaping=allow-utf-8;q=0.7,text/plain;q=0.1";

  private SampleBuffer histogram(FloatHistogram histogram) {
    var buffer = new SampleBuffer();
    buffer.add(now - 10_000, histogram);
    return buffer;
  }

  private static FloatHistogram exponential() {
    return new FloatHistogram(
        FloatHistogram.ResetHint.GAUGE,
        0,
        0.5,
        1,
        4,
        1e6,
        new int[] {0, 2},
        new double[] {1, 1},
        new int[] {-2, 1},
        new double[] {1},
        new double[0]);
  }

  private static FloatHistogram custom() {
    return new FloatHistogram(
        FloatHistogram.ResetHint.UNKNOWN,
        FloatHistogram.CUSTOM_BUCKETS,
        0,
        0,
        6,
        9.5,
        new int[] {0, 1, 1, 1},
        new double[] {2, 4},
        new int[0],
        new double[0],
        new double[] {1, 2.5});
  }
}
