package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.config.OtlpConfig.Translation;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.wire.OtlpOptions.Deltas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpDecoderTest {
  private static final long TIME = 1_700_000_000_000L;
  private static final Translation DEFAULT = Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES;

  private static OtlpOptions options(Translation translation, boolean nhcb, boolean deltas) {
    return new OtlpOptions(
        new OtlpConfig(
            false, List.of("zone"), List.of(), translation, false, nhcb, false, true, true),
        deltas ? Deltas.KEPT : Deltas.REFUSED,
        null,
        false,
        Duration.ofMinutes(5));
  }

  private static OtlpWrite decode(OtlpOptions options, Consumer<ProtoWriter> metric) {
    byte[] body =
        new ProtoWriter()
            .message(
                1,
                resource ->
                    resource
                        .message(2, scope -> scope.message(2, metric)) // before the resource
                        .message(
                            1,
                            r -> {
                              attribute(r, 1, "service.name", "shop");
                              attribute(r, 1, "service.namespace", "prod");
                              attribute(r, 1, "service.instance.id", "i1");
                              attribute(r, 1, "zone", "z");
                            }))
            .toBytes();
    return new OtlpDecoder(options).decode(body, 0, body.length);
  }

  private static void attribute(ProtoWriter out, int field, String key, String value) {
    out.message(field, a -> a.string(1, key).message(2, v -> v.string(1, value)));
  }

  private static ProtoWriter fixed(ProtoWriter out, int field, long bits) {
    return out.raw((long) field << 3 | 1).fixedBits(bits);
  }

  private static ProtoWriter time(ProtoWriter out) {
    return fixed(out, 3, TIME * 1_000_000);
  }

  private static List<String> lines(SampleBatch batch) {
    var lines = new ArrayList<String>();
    for (int s = 0; s < batch.seriesCount(); s++) {
      for (int row = batch.firstRow(s); row < batch.firstRow(s + 1); row++) {
        assertThat(batch.timestamp(row)).isEqualTo(TIME);
        lines.add(batch.labels(s) + " " + batch.value(row));
      }
    }
    return lines;
  }

  private static final String TARGET =
      "{__name__=\"target_info\", instance=\"i1\", job=\"prod/shop\", zone=\"z\"} 1.0";

  @Test
  void gauge_attributes_becomeLabelsWithThoseOfTheResource() {
    var write =
        decode(
            options(DEFAULT, false, false),
            m ->
                m.string(1, "queue.size")
                    .string(3, "By")
                    .message(
                        5,
                        g ->
                            g.message(
                                1,
                                p -> {
                                  attribute(p, 7, "http.method", "GET");
                                  attribute(p, 7, "http_method", "PUT");
                                  attribute(p, 7, "_x", "1");
                                  p.message(
                                      7,
                                      a ->
                                          a.string(1, "list")
                                              .message(
                                                  2,
                                                  v ->
                                                      v.message(
                                                          5,
                                                          l ->
                                                              l.message(1, e -> e.varint(3, 7))
                                                                  .message(
                                                                      1, e -> e.string(1, "q")))));
                                  fixed(time(p), 6, -3);
                                })));
    assertThat(lines(write.decoded().batch()))
        .containsExactly(
            "{__name__=\"queue_size_bytes\", http_method=\"GET;PUT\", instance=\"i1\","
                + " job=\"prod/shop\", key_x=\"1\", list=\"[7,\\\"q\\\"]\", zone=\"z\"} -3.0",
            TARGET);
    assertThat(write.decoded().batch().metadata())
        .singleElement()
        .satisfies(
            m -> {
              assertThat(m.family()).isEqualTo("queue_size_bytes");
              assertThat(m.type()).isEqualTo(MetricType.GAUGE);
              assertThat(m.unit()).isEqualTo("bytes");
            });
  }

  private static void sum(ProtoWriter metric, int temporality) {
    metric
        .string(1, "calls")
        .message(
            7,
            s ->
                s.message(
                        1,
                        p ->
                            time(p)
                                .fixed(4, 2.5)
                                .message(
                                    5,
                                    e ->
                                        fixed(e, 2, TIME * 1_000_000)
                                            .fixed(3, 1.5)
                                            .bytes(5, new byte[] {1, (byte) 0xAB})))
                    .varint(2, temporality)
                    .varint(3, 1));
  }

  @Test
  void sum_cumulativeMonotonic_isCounterWithExemplar() {
    var batch = decode(options(DEFAULT, false, false), m -> sum(m, 2)).decoded().batch();
    assertThat(lines(batch).get(0)).startsWith("{__name__=\"calls_total\"").endsWith(" 2.5");
    assertThat(batch.metadata().get(0).type()).isEqualTo(MetricType.COUNTER);
    assertThat(batch.exemplars())
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.series()).isZero();
              assertThat(e.labels().get("trace_id")).isEqualTo("01ab");
            });
  }

  @Test
  void sum_delta_isRefusedUnlessAllowed() {
    var refused = decode(options(DEFAULT, false, false), m -> sum(m, 1));
    assertThat(refused.decoded().batch().rowCount()).isZero();
    assertThat(refused.rejectedPoints()).isEqualTo(1);
    assertThat(refused.decoded().reasons())
        .containsExactly("invalid temporality and type combination for metric \"calls\"");
    var taken = decode(options(DEFAULT, false, true), m -> sum(m, 1));
    assertThat(lines(taken.decoded().batch())).hasSize(2);
    assertThat(taken.decoded().batch().metadata().get(0).type()).isEqualTo(MetricType.UNKNOWN);
  }

  @Test
  void sum_deltaThatIsAddedUp_isCounterWithItsStart() {
    var options =
        new OtlpOptions(
            options(DEFAULT, false, false).config(),
            Deltas.ADDED_UP,
            new DeltaStreams(1 << 20),
            false,
            Duration.ofMinutes(5));
    for (int sent = 1; sent <= 3; sent++) {
      long end = TIME + sent;
      var write =
          decode(
              options,
              m ->
                  m.string(1, "calls")
                      .message(
                          7,
                          s ->
                              s.message(
                                      1,
                                      p ->
                                          fixed(
                                                  fixed(p, 2, (end - 1) * 1_000_000),
                                                  3,
                                                  end * 1_000_000)
                                              .fixed(4, 2.5))
                                  .varint(2, 1)
                                  .varint(3, 1)));
      var batch = write.decoded().batch();
      assertThat(write.rejectedPoints()).isZero();
      assertThat(batch.value(0)).isEqualTo(2.5 * sent);
      assertThat(batch.startTimestamp(0)).isEqualTo(TIME);
      assertThat(batch.metadata().get(0).type()).isEqualTo(MetricType.COUNTER);
    }
    var again = decode(options, m -> sum(m, 1));
    assertThat(again.rejectedPoints()).isEqualTo(1);
    assertThat(again.decoded().reasons().get(0)).contains("not newer", "metric \"calls\"");
  }

  @Test
  void points_sameAttributesInSeveralMetrics_haveTheSameLabels() {
    var batch =
        decode(
                options(DEFAULT, false, false),
                m ->
                    m.string(1, "lat")
                        .message(
                            9,
                            h -> {
                              for (String own : new String[] {"x", "y", "x"}) {
                                h.message(
                                    1,
                                    p -> {
                                      attribute(p, 9, "le", "not a bound");
                                      attribute(p, 9, "Own", own);
                                      fixed(fixed(time(p), 4, 3), 6, 1);
                                      fixed(p, 6, 2).fixed(7, 0.5);
                                    });
                              }
                              h.varint(2, 2);
                            }))
            .decoded()
            .batch();
    var names = new ArrayList<String>();
    for (int s = 0; s < 9; s++) {
      names.add(batch.labels(s).toString());
    }
    String rest = "instance=\"i1\", job=\"prod/shop\", ";
    assertThat(names.subList(0, 3))
        .containsExactly(
            "{Own=\"x\", __name__=\"lat_count\", " + rest + "le=\"not a bound\", zone=\"z\"}",
            "{Own=\"x\", __name__=\"lat_bucket\", " + rest + "le=\"0.5\", zone=\"z\"}",
            "{Own=\"x\", __name__=\"lat_bucket\", " + rest + "le=\"+Inf\", zone=\"z\"}");
    assertThat(names.get(3)).startsWith("{Own=\"y\"");
    assertThat(names.subList(6, 9)).isEqualTo(names.subList(0, 3));
  }

  private static void histogram(ProtoWriter metric) {
    metric
        .string(1, "latency")
        .string(3, "s")
        .message(
            9,
            h ->
                h.message(
                        1,
                        p -> {
                          fixed(time(p), 4, 6).fixed(5, 9.5);
                          for (long count : new long[] {1, 2, 3}) {
                            fixed(p, 6, count);
                          }
                          p.fixed(7, 0.5)
                              .fixed(7, 1)
                              .message(8, e -> e.fixed(3, 0.75))
                              .message(8, e -> e.fixed(3, 7));
                        })
                    .varint(2, 2));
  }

  @Test
  void histogram_explicitBounds_areClassicBucketsWithExemplars() {
    var batch =
        decode(options(DEFAULT, false, false), OtlpDecoderTest::histogram).decoded().batch();
    String rest = "instance=\"i1\", job=\"prod/shop\"";
    assertThat(lines(batch))
        .containsExactly(
            "{__name__=\"latency_seconds_sum\", " + rest + ", zone=\"z\"} 9.5",
            "{__name__=\"latency_seconds_count\", " + rest + ", zone=\"z\"} 6.0",
            "{__name__=\"latency_seconds_bucket\", " + rest + ", le=\"0.5\", zone=\"z\"} 1.0",
            "{__name__=\"latency_seconds_bucket\", " + rest + ", le=\"1\", zone=\"z\"} 3.0",
            "{__name__=\"latency_seconds_bucket\", " + rest + ", le=\"+Inf\", zone=\"z\"} 6.0",
            TARGET);
    assertThat(batch.exemplars()).extracting(e -> e.series()).containsExactly(3, 4);
  }

  @Test
  void write_histogramWithBadLabels_isOnePointLeftOut() {
    var point = new OtlpPoint();
    point.time = TIME * 1_000_000;
    point.hasSum = true;
    point.counts.set(new double[] {1, 2});
    point.bounds.add(Double.doubleToRawLongBits(0.5));
    var rows = new OtlpRows(options(DEFAULT, false, false), point);
    var twice = new LabelBuffer();
    twice.add("a", "1");
    twice.add("a", "2");
    var metric = OtlpMetric.of("m", "m", MetricType.HISTOGRAM, "", OtlpMetric.HISTOGRAM, 2);
    rows.begin();
    for (int points = 1; points <= 2; points++) {
      rows.write(metric, twice.added());
      var write = rows.result();
      assertThat(write.rejectedPoints()).isEqualTo(points);
      assertThat(write.decoded().reasons()).hasSize(points);
      assertThat(write.decoded().reasons().get(0)).contains("not unique");
      assertThat(write.decoded().batch().rowCount()).isZero();
    }
  }

  @Test
  void histogram_toCustomBuckets_keepsBoundsAndCounts() {
    var batch = decode(options(DEFAULT, true, false), OtlpDecoderTest::histogram).decoded().batch();
    var histogram = batch.histogram(0);
    assertThat(histogram).isNotNull();
    assertThat(histogram.customValues()).containsExactly(0.5, 1);
    assertThat(histogram.positiveBuckets()).containsExactly(1, 2, 3);
    assertThat(histogram.positiveSpans()).containsExactly(0, 3);
  }

  private static void exponential(ProtoWriter metric, int scale) {
    metric
        .string(1, "e")
        .message(
            10,
            h ->
                h.message(
                        1,
                        p ->
                            fixed(fixed(time(p), 4, 12).fixed(5, 3).zigzag(6, scale), 7, 2)
                                .message(
                                    8,
                                    b ->
                                        b.zigzag(1, -3)
                                            .varint(2, 1)
                                            .varint(2, 2)
                                            .varint(2, 3)
                                            .varint(2, 4)))
                    .varint(2, 2));
  }

  @Test
  void exponentialHistogram_isNativeAndMergedWhereTooFine() {
    var same = decode(options(DEFAULT, false, false), m -> exponential(m, 3));
    var histogram = same.decoded().batch().histogram(0);
    assertThat(histogram).isNotNull();
    assertThat(histogram.schema()).isEqualTo(3);
    assertThat(histogram.hint()).isEqualTo(ResetHint.UNKNOWN);
    assertThat(histogram.positiveSpans()).containsExactly(-2, 4);
    assertThat(histogram.positiveBuckets()).containsExactly(1, 2, 3, 4);
    assertThat(histogram.zeroCount()).isEqualTo(2);
    var finer = decode(options(DEFAULT, false, false), m -> exponential(m, 9));
    var merged = finer.decoded().batch().histogram(0);
    assertThat(merged).isNotNull();
    assertThat(merged.schema()).isEqualTo(8);
    assertThat(merged.positiveSpans()).containsExactly(-1, 3);
    assertThat(merged.positiveBuckets()).containsExactly(1, 5, 4);
    var coarse = decode(options(DEFAULT, false, false), m -> exponential(m, -5));
    assertThat(coarse.rejectedPoints()).isEqualTo(1);
    assertThat(coarse.decoded().reasons().get(0)).contains("Scale must be >= -4, was -5");
  }

  @Test
  void summary_withoutRecordedValue_endsItsSeries() {
    var batch =
        decode(
                options(DEFAULT, false, false),
                m ->
                    m.string(1, "s")
                        .message(
                            11,
                            s ->
                                s.message(
                                    1,
                                    p ->
                                        fixed(time(p), 4, 1)
                                            .message(6, q -> q.fixed(1, 0.5).fixed(2, 1))
                                            .varint(8, 1))))
            .decoded()
            .batch();
    assertThat(batch.seriesCount()).isEqualTo(4);
    assertThat(batch.labels(2).get("quantile")).isEqualTo("0.5");
    for (int row = 0; row < 3; row++) {
      assertThat(StaleMarker.is(batch.value(row))).isTrue();
    }
  }

  @Test
  void json_isReadLikeProtobuf() {
    byte[] json =
        """
        {"resourceMetrics":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"shop"}}]},
          "scope_metrics":[{"unknown":[1],"metrics":[{"name":"m","sum":{
            "aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","isMonotonic":true,
            "dataPoints":[{"asInt":"5","timeUnixNano":"1700000000000000000",
              "attributes":[{"key":"ok","value":{"boolValue":false}}]}]}}]}]}]}
        """
            .getBytes(UTF_8);
    byte[] body = OtlpJson.toProtobuf(json, 0, json.length);
    var write = new OtlpDecoder(options(DEFAULT, false, false)).decode(body, 0, body.length);
    assertThat(lines(write.decoded().batch()))
        .containsExactly("{__name__=\"m_total\", job=\"shop\", ok=\"false\"} 5.0");
  }

  @Test
  void garbage_isBadData() {
    byte[] body = {0x0A, 0x7F, 1};
    assertThatThrownBy(
            () -> new OtlpDecoder(options(DEFAULT, false, false)).decode(body, 0, body.length))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("not a OTLP metrics request");
    byte[] json = "{\"resourceMetrics\":[3]}".getBytes(UTF_8);
    assertThatThrownBy(() -> OtlpJson.toProtobuf(json, 0, json.length))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("resourceMetrics is not an object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {                                                                   | Unexpected end-of-input
          []                                                                  | the request is not an object
          {} {}                                                               | something follows the request at byte
          {"resourceMetrics":[[]]}                                            | resourceMetrics is not an object
          {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":3}]}]}]}   | value of name is not a string
          {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"isMonotonic":7}}]}]}]} | value of isMonotonic: "7" is not a boolean
          {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"aggregationTemporality":"x"}}]}]}]} | value of aggregationTemporality: "x" is not a whole number
          {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":[{"asDouble":"x"}]}}]}]}]} | value of asDouble: "x" is not a number
          """)
  void json_faulty_saysWhere(String json, String fault) {
    byte[] body = json.getBytes(UTF_8);
    assertThatThrownBy(() -> OtlpJson.toProtobuf(body, 0, body.length))
        .isInstanceOf(FaultException.class)
        .hasMessageStartingWith("not an OTLP metrics request in JSON: ")
        .hasMessageContaining(fault);
  }

  @ParameterizedTest
  @CsvSource({
    "UNDERSCORE_ESCAPING_WITH_SUFFIXES, a.b-c, By/s, a_b_c_bytes_per_second_total",
    "UNDERSCORE_ESCAPING_WITH_SUFFIXES, req.total.s, '{req}/m', req_s_per_minute_total",
    "UNDERSCORE_ESCAPING_WITH_SUFFIXES, 3xx, 1, _3xx_total",
    "UNDERSCORE_ESCAPING_WITHOUT_SUFFIXES, a.b__c, s, a_b__c",
    "NO_UTF8_ESCAPING_WITH_SUFFIXES, a.b, s, a.b_seconds_total",
    "NO_TRANSLATION, a.b, s, a.b",
    "UNDERSCORE_ESCAPING_WITH_SUFFIXES, a.seconds, s, a_seconds_total",
  })
  void counterName_isTranslated(Translation translation, String name, String unit, String made) {
    var names = new OtlpNames(options(translation, false, false).config());
    assertThat(names.metric(name, unit, true, false)).isEqualTo(made);
  }

  private static void refused(byte[] body, String message) {
    assertThatThrownBy(
            () -> new OtlpDecoder(options(DEFAULT, false, false)).decode(body, 0, body.length))
        .isInstanceOf(FaultException.class)
        .hasMessage(message);
  }

  private static void gauge(ProtoWriter resource, long... times) {
    resource.message(
        2,
        scope ->
            scope.message(
                2,
                m ->
                    m.string(1, "g")
                        .message(
                            5,
                            g -> {
                              for (long at : times) {
                                g.message(1, p -> fixed(fixed(p, 3, at * 1_000_000), 6, 1));
                              }
                            })));
  }

  @Test
  void resource_longTextInManyPoints_isRefused() {
    String text = "x".repeat(1 << 20);
    long[] times = new long[200];
    java.util.Arrays.fill(times, TIME);
    byte[] body =
        new ProtoWriter()
            .message(
                1,
                r -> {
                  r.message(1, a -> attribute(a, 1, "service.name", text));
                  gauge(r, times);
                })
            .toBytes();
    refused(body, "more than 134217728 bytes of labels in one request");
  }

  @Test
  void targetInfo_ofManyResourcesOverLongTimes_isRefused() {
    var out = new ProtoWriter();
    for (int i = 0; i < 300; i++) {
      String name = "s" + i;
      out.message(
          1,
          r -> {
            r.message(
                1,
                a -> {
                  attribute(a, 1, "service.name", name);
                  attribute(a, 1, "zone", "z");
                });
            gauge(r, TIME - 10L * 86_400_000, TIME);
          });
    }
    refused(out.toBytes(), "more than 262144 samples of target_info in one request");
  }

  @Test
  void histogram_tooManyBuckets_isRefused() {
    byte[] body =
        new ProtoWriter()
            .message(
                1,
                r ->
                    r.message(
                        2,
                        scope ->
                            scope.message(
                                2,
                                m ->
                                    m.string(1, "h")
                                        .message(
                                            9,
                                            h ->
                                                h.varint(2, 2)
                                                    .message(
                                                        1,
                                                        p ->
                                                            time(p)
                                                                .bytes(
                                                                    6,
                                                                    new byte
                                                                        [8 * ((1 << 18) + 1)]))))))
            .toBytes();
    refused(body, "a histogram has more than 262144 buckets");
  }

  @Test
  void attributes_manyOfOneLabel_areJoinedInOnePass() {
    var write =
        decode(
            options(DEFAULT, false, false),
            m ->
                m.string(1, "g")
                    .message(
                        5,
                        g ->
                            g.message(
                                1,
                                p -> {
                                  for (int i = 0; i < 100_000; i++) {
                                    attribute(p, 7, "a", "1");
                                  }
                                  fixed(time(p), 6, 1);
                                })));
    assertThat(write.decoded().batch().labels(0).get("a")).hasSize(199_999);
  }
}
