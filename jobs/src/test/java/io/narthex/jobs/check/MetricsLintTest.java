package io.narthex.jobs.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsLintTest {
  private static List<String> problems(String... lines) {
    return MetricsLint.check((String.join("\n", lines) + "\n").getBytes(UTF_8)).problems().stream()
        .map(problem -> problem.metric() + " " + problem.text())
        .toList();
  }

  @Test
  void check_wellNamedMetrics_hasNoProblems() {
    assertThat(
            problems(
                "# HELP http_requests_total Requests.",
                "# TYPE http_requests_total counter",
                "http_requests_total{code=\"200\"} 1",
                "http_requests_total{code=\"500\"} 1",
                "# HELP latency_seconds Latency.",
                "# TYPE latency_seconds histogram",
                "latency_seconds_bucket{le=\"1\"} 1",
                "latency_seconds_bucket{le=\"+Inf\"} 1",
                "latency_seconds_sum 1",
                "latency_seconds_count 1"))
        .isEmpty();
  }

  /** Expected texts are what {@code promtool check metrics} of Prometheus 3.5.3 prints. */
  @Test
  void check_badNames_tellsWhatPromtoolTells() {
    assertThat(
            problems(
                "# TYPE a_total gauge",
                "a_total 1",
                "# HELP b_count d",
                "# TYPE b_count counter",
                "b_count 2",
                "fooBar_milliseconds 3",
                "# HELP req_h g",
                "# TYPE req_h gauge",
                "req_h{fooBar=\"1\"} 2",
                "metric_kilobytes_per_kelvin 3"))
        .containsExactly(
            "a_total no help text",
            "a_total non-counter metrics should not have \"_total\" suffix",
            "b_count counter metrics should have \"_total\" suffix",
            "b_count non-histogram and non-summary metrics should not have \"_count\" suffix",
            "fooBar_milliseconds metric names should be written in 'snake_case' not 'camelCase'",
            "fooBar_milliseconds no help text",
            "fooBar_milliseconds use base unit \"seconds\" instead of \"milliseconds\"",
            "metric_kilobytes_per_kelvin no help text",
            "metric_kilobytes_per_kelvin use base unit \"bytes\" instead of \"kilobytes\"",
            "req_h label names should be written in 'snake_case' not 'camelCase'",
            "req_h metric names should not contain abbreviated units");
  }

  @Test
  void check_repeatedSeries_isTold() {
    assertThat(problems("# HELP x X.", "x 1", "x 2")).containsExactly("x metric not unique");
  }

  @Test
  void check_brokenLine_isRefusedWithItsPlace() {
    assertThatThrownBy(() -> problems("x 1", "x{ 1"))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("line 2, column 4");
  }

  @Test
  void check_referenceExposition_hasNoProblems() throws IOException {
    byte[] text = Files.readAllBytes(Reference.path("promtool-testdata/metrics-test.prom"));
    var outcome = MetricsLint.check(text);
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.total()).isEqualTo(27);
  }
}
