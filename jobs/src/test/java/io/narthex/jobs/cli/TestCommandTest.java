package io.narthex.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Narthex.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @BeforeEach
  void rules() throws IOException {
    Files.writeString(
        folder.resolve("rules.yml"),
        """
        groups:
          - name: second
            interval: 7s
            rules:
              - {record: "m:b", expr: "sum(m:a) * 2"}
              - alert: High
                expr: m:b > 5
                for: 2m
                labels: {severity: "{{ if gt $value 8.0 }}page{{ else }}warn{{ end }}"}
                annotations: {where: "{{ $externalURL }} {{ $externalLabels.region }}"}
          - name: first
            rules:
              - {record: "m:a", expr: "sum by (job) (x)"}
        """);
  }

  private Path test(String text) throws IOException {
    return Files.writeString(folder.resolve("test.yml"), text);
  }

  private static final String INPUT =
      """
      rule_files: [rules.yml]
      evaluation_interval: 1m
      tests:
        - name: chain
          interval: 1m
          external_labels: {region: eu}
          external_url: http://here
          start_timestamp: 2024-01-01T00:00:00Z
          input_series:
            - {series: 'x{job="a",i="1"}', values: '0+1x10'}
            - {series: 'x{job="a",i="2"}', values: '0+0x3 _ stale'}
          promql_expr_test:
            - {expr: m:b, eval_time: 4m, exp_samples: [{labels: m:b, value: 8}]}
            - expr: ALERTS
              eval_time: 4m
              exp_samples:
                - {labels: 'ALERTS{alertname="High",alertstate="pending",severity="warn"}', value: 1}
          alert_rule_test:
            - {eval_time: 4m59s, alertname: High, exp_alerts: []}
            - eval_time: 7m30s
              alertname: High
              exp_alerts:
                - exp_labels: {severity: page}
                  exp_annotations: {where: http://here eu}
      """;

  @Test
  void rules_chainOverGroupsThatHold_passes() throws IOException {
    assertThat(run("test", "rules", test(INPUT).toString())).isZero();
    assertThat(out.toString()).contains("SUCCESS: 1 tests");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void rules_wrongExpectations_areToldWithPlaceAndDifferences() throws IOException {
    var file = test(INPUT.replace("value: 8}", "value: 9}").replace("here eu", "here us"));
    assertThat(run("test", "rules", "--diff", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("FAILED: chain", "test.yml:13:16: expression m:b at 4m")
        .contains("- {__name__=\"m:b\"} 9", "+ {__name__=\"m:b\"} 8")
        .contains("alert High at 7m30s", "where=http://here us", "where=http://here eu");
  }

  @Test
  void rules_onlyChosenTests_run() throws IOException {
    var file = test(INPUT.replace("value: 8}", "value: 9}"));
    assertThat(run("test", "rules", "--run", "other", file.toString())).isZero();
    assertThat(out.toString()).contains("SUCCESS: 0 tests");
    assertThat(run("test", "rules", "--run", "other", "--run", "ch.in", file.toString()))
        .isEqualTo(1);
  }

  @Test
  void rules_junitReport_namesFailures() throws IOException {
    var file = test(INPUT.replace("value: 8}", "value: 9}"));
    var report = folder.resolve("report.xml");
    assertThat(run("test", "rules", "--junit", report.toString(), file.toString())).isEqualTo(1);
    assertThat(Files.readString(report))
        .contains("tests=\"1\" failures=\"1\" errors=\"0\"", "<testcase name=\"chain\"")
        .contains("<failure message=\"expression m:b at 4m\">");
  }

  @Test
  void rules_faultsInTheTestFile_areAllToldWithPlaces() throws IOException {
    var file =
        test(
            """
            evaluation_intervall: 1m
            tests:
              - start_timestamp: yesterday
                alert_rule_test: [{eval_time: 1m}]
            """);
    assertThat(run("test", "rules", file.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("test.yml:1:1: evaluation_intervall: unknown key")
        .contains("test.yml:3:22: tests[0].start_timestamp: expected seconds since 1970")
        .contains("misses required attribute alertname");
  }
}
