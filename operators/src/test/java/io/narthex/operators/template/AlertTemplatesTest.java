package io.narthex.operators.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.operators.template.language.TemplateException;
import io.narthex.pipeline.config.rules.RuleChecks.Problem;
import io.narthex.pipeline.testkit.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlertTemplatesTest {

  @Test
  void check_referenceTemplates_failOnlyWhereTheyMustAndWithTheSameText() {
    int checked = 0;
    for (JsonNode row : Reference.table("go-tables/prometheus-templates.json").get("cases")) {
      String text = row.get("text").asText();
      String error = row.path("errorMsg").asText();
      // The function tmpl exists in console pages only.
      if (text.contains("tmpl ")) {
        continue;
      }
      checked++;
      if (error.startsWith("error parsing")) {
        assertThatThrownBy(() -> AlertTemplates.check("test", text)).hasMessage(error);
      } else {
        AlertTemplates.check("test", text);
      }
    }
    assertThat(checked).isEqualTo(88);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{ foo }} ~ function \"foo\" not defined",
        "{{ $foo }} ~ undefined variable \"$foo\"",
        "{{ if true }} ~ unexpected EOF",
        "{{ end }} ~ unexpected {{end}}",
        "{{ break }} ~ {{break}} outside {{range}}",
        "{{ 1 | 2 }} ~ non executable command in pipeline stage 2",
        "{{ }} ~ missing value for command",
        "{{ (1 }} ~ unclosed left paren",
        "{{ 1) }} ~ unexpected right paren",
        "{{ /* x }} ~ unexpected \"/\" in command",
        "{{/* x }} ~ unclosed comment",
        "{{ 12x }} ~ bad number syntax: \"12x\"",
        "{{ 1.Foo }} ~ bad number syntax: \"1.F\"",
        "{{ \"a }} ~ unterminated quoted string",
        "{{ template foo }} ~ unexpected \"foo\" in template clause",
      })
  void check_faultyTemplate_saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> AlertTemplates.check("t", text))
        .isInstanceOf(TemplateException.class)
        .hasMessage("error parsing template t: template: t:1: " + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ $labels.instance }} is {{- $value | printf \"%.2f\" -}} ",
        "{{ range $i, $s := query \"up\" }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ else }}-{{ end }}",
        "{{ with $x := .Labels.a }}{{ $x }}{{ else with .Labels.b }}{{ . }}{{ end }}",
        "{{ if and (gt $value 1.5) (ne .Labels.a `b`) }}a{{ else if true }}b{{ else }}c{{ end }}",
        "{{ block \"x\" . }}{{ end }}{{ (query \"up\" | first).Value }}{{ $a := 0x1F }}{{ $a = 'x' }}",
      })
  void check_goodTemplate_passes(String text) {
    AlertTemplates.check("t", text);
  }

  @Test
  void problems_faultInSecondLine_isPlacedThere() {
    assertThat(AlertTemplates.problems("t", "a\n{{ foo }}"))
        .containsExactly(
            new Problem(
                2, "error parsing template t: template: t:2: function \"foo\" not defined"));
    assertThat(AlertTemplates.problems("t", "{{ $value }}")).isEmpty();
  }
}
