package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesDescriptionParserTest {
  private final SeriesDescriptionParser parser = new SeriesDescriptionParser(new CountOnly());

  @TestFactory
  Stream<DynamicTest> parse_referenceSeries_givesLabelsAndValues() {
    JsonNode cases = Reference.table("go-tables/promql-parser-series.json").get("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .map(row -> dynamicTest(row.get("input").asText(), () -> check(row)));
  }

  private void check(JsonNode row) {
    String input = row.get("input").asText();
    if (row.path("fail").asBoolean()) {
      assertThatThrownBy(() -> parser.parse(input)).isInstanceOf(FaultException.class);
      return;
    }
    var labels = Labels.builder();
    row.get("expectedMetric")
        .fields()
        .forEachRemaining(
            label ->
                labels.set(
                    label.getKey().replace("labels.MetricName", Labels.METRIC_NAME),
                    label.getValue().asText()));
    var values = new ArrayList<SeriesValue>();
    for (JsonNode value : row.at("/expectedValues/args")) {
      values.add(
          value.has("$id")
              ? new SeriesValue.Omitted()
              : new SeriesValue.FloatValue(value.asDouble()));
    }
    assertThat(parser.parse(input)).isEqualTo(new SeriesDescription(labels.build(), values));
  }

  @Test
  void parse_staleAndSpecialNumbers_keepsTheirBits() {
    assertThat(parser.parse("m stale -Inf NaN 1e3 .5 0x2").values())
        .containsExactly(
            new SeriesValue.FloatValue(StaleMarker.VALUE),
            new SeriesValue.FloatValue(Double.NEGATIVE_INFINITY),
            new SeriesValue.FloatValue(Double.NaN),
            new SeriesValue.FloatValue(1000),
            new SeriesValue.FloatValue(0.5),
            new SeriesValue.FloatValue(0),
            new SeriesValue.FloatValue(0),
            new SeriesValue.FloatValue(0));
  }

  @Test
  void parse_histogram_readsEveryKey() {
    var expected =
        new FloatHistogram(
            ResetHint.GAUGE,
            1,
            0.05,
            7.1,
            3.8,
            -0.3,
            new int[] {-3, 3},
            new double[] {5.1, 10, 7},
            new int[] {-5, 2},
            new double[] {4.1, 5},
            new double[] {});
    assertThat(
            parser
                .parse(
                    "m {{schema:1 sum:-0.3 count:3.8 z_bucket:7.1 z_bucket_w:0.05"
                        + " buckets:[5.1 10 7] offset:-3 n_buckets:[4.1 5 ] n_offset:-5"
                        + " counter_reset_hint:gauge}}x1")
                .values())
        .containsExactly(
            new SeriesValue.Histogram(expected, true), new SeriesValue.Histogram(expected, true));
  }

  @Test
  void parse_histogramSteps_countUpAndDown() {
    assertThat(counts("m {{count:1}}+{{count:2}}x2")).containsExactly(1.0, 3.0, 5.0);
    assertThat(counts("m {{count:9}}-{{count:2}}x1 {{}}")).containsExactly(9.0, 7.0, 0.0);
  }

  @Test
  void parse_quotedNames_areLabelsAndMetric() {
    assertThat(parser.parse("{\"a.b\", 'c d'=`e`} 1").labels())
        .isEqualTo(Labels.of("__name__", "a.b", "c d", "e"));
  }

  @Test
  void parsePrefix_valuesOfAnotherLanguage_givesThemBack() {
    assertThat(SeriesDescriptionParser.parsePrefix("sum{a='}'}@st 1m _x3"))
        .isEqualTo(
            new SeriesDescription.Prefix(Labels.of("__name__", "sum", "a", "}"), "@st 1m _x3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "m{a=1} 1",
        "m{a} 1",
        "m{a='b' c='d'} 1",
        "m{a='b'}1",
        "m 1x",
        "m 1x9999999999",
        "m 1x1000000",
        "m _x1.5",
        "m {{schema:1.5}}",
        "m {{count:1 count:2}}",
        "m {{cnt:1}}",
        "m {{count 1}}",
        "m {{count:1",
        "m {{buckets:[1 2}}",
        "m {{}}+{{}}",
        "m {{}}y",
        "m {{counter_reset_hint:perhaps}}",
        "m {{schema:2}}+{{schema:1}}x2",
        "m {a='b'} 1",
        "m staley",
        "m 1e",
        "m é",
        "m 1 # 2"
      })
  void parse_badDescription_namesThePlace(String text) {
    assertThatThrownBy(() -> parser.parse(text))
        .isInstanceOf(FaultException.class)
        .message()
        .matches("(?s)(1:\\d+|unknown position): parse error: .+");
  }

  private List<Double> counts(String text) {
    return parser.parse(text).values().stream()
        .map(value -> ((SeriesValue.Histogram) value).histogram().count())
        .toList();
  }

  private static final class CountOnly implements HistogramArithmetic {
    @Override
    public FloatHistogram add(FloatHistogram a, FloatHistogram b) {
      return withCount(a, a.count() + b.count());
    }

    @Override
    public FloatHistogram subtract(FloatHistogram a, FloatHistogram b) {
      return withCount(a, a.count() - b.count());
    }

    private static FloatHistogram withCount(FloatHistogram h, double count) {
      return new FloatHistogram(
          h.hint(),
          h.schema(),
          0,
          0,
          count,
          0,
          new int[0],
          new double[0],
          new int[0],
          new double[0],
          new double[0]);
    }
  }
}
