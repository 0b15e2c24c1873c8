package io.narthex.operators.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.template.language.Absent;
import io.narthex.operators.template.language.ListValue;
import io.narthex.operators.template.language.Rendering;
import io.narthex.operators.template.language.TemplateText;
import io.narthex.operators.template.page.PageOutput;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.histogram.HistogramText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertFunctionsTest {
  private static final FloatHistogram HISTOGRAM =
      new FloatHistogram(
          FloatHistogram.ResetHint.UNKNOWN,
          0,
          0,
          0,
          3,
          10,
          new int[0],
          new double[0],
          new int[0],
          new double[0],
          new double[0]);

  @Test
  void run_referenceTemplates_giveTheSameTextsAndErrors() throws Exception {
    int run = 0;
    for (JsonNode row : Reference.table("go-tables/prometheus-templates.json").get("cases")) {
      run++;
      String error = row.path("errorMsg").asText();
      String text = row.get("text").asText();
      if (error.startsWith("error parsing")) {
        assertThatThrownBy(() -> AlertTemplates.check("test", text)).hasMessage(error);
      } else if (error.isEmpty()) {
        assertThat(run(text, row)).as(text).isEqualTo(expected(row.get("output")));
      } else {
        assertThatThrownBy(() -> run(text, row)).as(text).hasMessage(error);
      }
    }
    assertThat(run).isEqualTo(89);
  }

  private static String run(String text, JsonNode row) throws Exception {
    AlertTemplate.Query query = (expression, time) -> vector(row.path("queryResult"));
    var functions =
        new AlertFunctions(query, 1_353_755_652_000L, "http://testhost:9090/path/prefix");
    var names = new HashSet<>(AlertFunctions.NAMES);
    var rendering = Rendering.TEXT;
    if (row.path("html").asBoolean()) {
      rendering = Rendering.page(PageOutput::new);
      names.add("tmpl");
    }
    if (row.path("options").isArray()) {
      rendering = rendering.withKeysRequired();
    }
    var template = TemplateText.compile("test", text, names);
    return AlertTemplates.run("test", template, value(row.path("input")), functions, rendering);
  }

  private static String expected(JsonNode output) {
    return output.isTextual() ? output.asText() : HistogramText.of(HISTOGRAM);
  }

  private static List<QueryValue.Sample> vector(JsonNode result) {
    var samples = new ArrayList<QueryValue.Sample>();
    for (JsonNode item : result.path("$items")) {
      var labels = Labels.builder();
      item.path("Metric")
          .fields()
          .forEachRemaining(
              e ->
                  labels.set(
                      e.getKey().equals("labels.MetricName") ? "__name__" : e.getKey(),
                      e.getValue().asText()));
      samples.add(
          new QueryValue.Sample(
              labels.build(), 0, item.path("F").asDouble(), item.has("H") ? HISTOGRAM : null));
    }
    return samples;
  }

  private static Object value(JsonNode input) {
    if (input.isArray()) {
      var elements = new ArrayList<Object>();
      input.forEach(element -> elements.add(value(element)));
      return new ListValue("[]interface {}", elements);
    }
    if (input.isTextual()) {
      return input.asText();
    }
    if (input.isIntegralNumber()) {
      // The table has -(86400*2 + 3600*3 + 60*4 + 5) worked out without precedence of products.
      return input.asLong() == -2_117_045 ? -183_845L : input.asLong();
    }
    if (input.isNumber()) {
      return input.asDouble();
    }
    if (input.path("$type").asText().equals("sample")) {
      return Structure.sample(new QueryValue.Sample(Labels.EMPTY, 0, 0, HISTOGRAM));
    }
    return switch (input.path("$id").asText() + input.path("$call").asText()) {
      case "math.MaxInt64" -> Long.MAX_VALUE;
      case "math.MinInt64" -> Long.MIN_VALUE;
      case "math.MaxUint64" -> 0x1p64;
      case "math.NaN" -> Double.NaN;
      case "math.Inf" ->
          input.path("args").get(0).asInt() > 0
              ? Double.POSITIVE_INFINITY
              : Double.NEGATIVE_INFINITY;
      default -> Absent.NO_VALUE;
    };
  }

  private static String alert(String text) throws AlertTemplate.ExpansionException {
    return AlertTemplates.compiler()
        .compile("Down", text)
        .expand(
            new AlertTemplate.Data(
                Labels.of("__name__", "up", "instance", "web1:9100", "job", "node"),
                0.25,
                null,
                Labels.of("cluster", "eu"),
                "http://prom:9090/p",
                1_353_755_652_000L,
                (query, time) -> List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ $labels.instance | stripPort }} {{ .Labels.job }} {{ $labels.none }}| ~ web1 node |",
        "{{ $value | humanizePercentage }} on {{ $externalLabels.cluster }} ~ 25% on eu",
        "{{ $externalURL }}{{ graphLink \"a*b c\" }} ~ http://prom:9090/p/graph?g0.expr=a%2Ab+c&g0.tab=0",
        "{{ printf \"%5.1f|%-6s|%03d|%q|%x|%v\" $value \"a\" 7 \"b\" \"hi\" true }} ~ '  0.2|a     |007|\"b\"|6869|true'",
        "{{ printf \"%d %s\" \"x\" }} ~ %!d(string=x) %!s(MISSING)",
        "{{ printf \"%d\" 1 2.5 }} ~ 1%!(EXTRA float64=2.5)",
        "{{ if and (gt $value 0.1) (lt $value 1.0) }}a{{ else }}b{{ end }} ~ a",
        "{{ range $i, $c := args 1 2 }}{{ $i }}={{ $c }};{{ end }} ~ arg0=1;arg1=2;",
        "{{ range 3 }}{{ . }}{{ end }}{{ len \"abc\" }}{{ index $labels \"job\" }}{{ slice \"abc\" 1 2 }} ~ 0123nodeb",
        "{{ reReplaceAll \"a*\" \"x\" \"baac\" }} {{ print 1 2 \"a\" 3 }} ~ xbxcx 1 2a3",
        "{{ $x := 1 }}{{ range 3 }}{{ $x = . }}{{ if eq . 1 }}{{ break }}{{ end }}{{ end }}{{ $x }} ~ 1",
        "{{ 1e20 }} {{ 1234567.0 }} {{ 1e21 }} {{ 0.00001 }} {{ 1e6 }} ~ 1e+20 1.234567e+06 1e+21 1e-05 1e+06",
      })
  void expand_template_givesWhatGoGives(String text, String expected) throws Exception {
    assertThat(alert(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ $value.foo }} ~ 1:121: executing \"__alert_Down\" at <$value.foo>: can't evaluate field foo in type float64",
        "{{ eq $value 1 }} ~ 1:115: executing \"__alert_Down\" at <eq $value 1>: error calling eq: incompatible types for comparison: float64 and int",
        "{{ humanize }} ~ 1:115: executing \"__alert_Down\" at <humanize>: wrong number of args for humanize: want 1 got 0",
        "{{ toUpper 1 }} ~ 1:123: executing \"__alert_Down\" at <1>: expected string; found 1",
        "{{ template \"x\" }} ~ 1:124: executing \"__alert_Down\" at <{{template \"x\"}}>: template \"x\" not defined",
      })
  void expand_failingTemplate_saysWhereAsGo(String text, String message) {
    assertThatThrownBy(() -> alert(text))
        .isInstanceOf(AlertTemplate.ExpansionException.class)
        .hasMessage("error executing template __alert_Down: template: __alert_Down:" + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ range 100000000 }}{{ end }} ~ more than 1000000 steps",
        "{{ $x := \"aaaaaaaaaa\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }} ~ longer than 1048576",
        "{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }} ~ exceeded maximum template depth",
      })
  void expand_endlessTemplate_isStopped(String text, String message) {
    assertThatThrownBy(() -> alert(text)).hasMessageContaining(message);
  }
}
