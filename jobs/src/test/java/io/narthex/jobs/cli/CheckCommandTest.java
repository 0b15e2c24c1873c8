package io.narthex.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {
  /** Exit codes of {@code promtool check rules} and of the same with {@code --lint-fatal}. */
  private static final Map<String, List<Integer>> RULES =
      Map.of(
          "rules.yml", List.of(0, 0),
          "rules-bad.yml", List.of(1, 1),
          "rules_duplicates.yml", List.of(0, 3),
          "prometheus-rules.lint.yml", List.of(0, 3),
          "bad-rules-syntax.yml", List.of(1, 1),
          "bad-rules-error.yml", List.of(0, 0),
          "features.yml", List.of(1, 1),
          "rules_extrafields.yml", List.of(1, 1),
          "at-modifier.yml", List.of(0, 0),
          "negative-offset.yml", List.of(0, 0));

  /**
   * Exit codes of {@code promtool check config}: plain, with {@code --lint=all --lint-fatal}, with
   * {@code --syntax-only}.
   */
  private static final Map<String, List<Integer>> CONFIGURATIONS =
      Map.ofEntries(
          Map.entry("config_with_rule_files.yml", List.of(1, 1, 0)),
          Map.entry("config_with_service_discovery_files.yml", List.of(0, 0, 0)),
          Map.entry("config_with_tls_files.yml", List.of(1, 1, 0)),
          Map.entry("prometheus-config.bad.yml", List.of(1, 1, 1)),
          Map.entry("prometheus-config.good.yml", List.of(0, 0, 0)),
          Map.entry("prometheus-config.lint.too_long_scrape_interval.yml", List.of(0, 3, 0)),
          Map.entry("prometheus-config.lint.yml", List.of(0, 3, 0)),
          Map.entry("prometheus-config.rules.good.yml", List.of(1, 1, 1)),
          Map.entry("url_in_alert_targetgroup_with_relabel_config.bad.yml", List.of(1, 1, 1)),
          Map.entry("url_in_alert_targetgroup_with_relabel_config.good.yml", List.of(0, 0, 0)),
          Map.entry("url_in_scrape_targetgroup_with_relabel_config.bad.yml", List.of(1, 1, 1)),
          Map.entry("url_in_scrape_targetgroup_with_relabel_config.good.yml", List.of(0, 0, 0)),
          Map.entry("authorization_credentials_file.bad.yml", List.of(1, 1, 0)),
          Map.entry("authorization_credentials_file.good.yml", List.of(0, 0, 0)));

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Narthex.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void rules_referenceFiles_haveTheExitCodesOfPromtool() {
    var got = new ArrayList<String>();
    RULES.forEach(
        (name, expected) -> {
          String file = Reference.path("promtool-testdata/" + name).toString();
          var codes =
              List.of(run("check", "rules", file), run("check", "rules", "--lint-fatal", file));
          if (!codes.equals(expected)) {
            got.add(name + ": " + codes + " instead of " + expected);
          }
        });
    assertThat(got).isEmpty();
  }

  @Test
  void config_referenceFiles_haveTheExitCodesOfPromtool() {
    var got = new ArrayList<String>();
    CONFIGURATIONS.forEach(
        (name, expected) -> {
          String file = Reference.path("promtool-testdata/" + name).toString();
          var codes =
              List.of(
                  run("check", "config", file),
                  run("check", "config", "--lint=all", "--lint-fatal", file),
                  run("check", "config", "--syntax-only", file));
          if (!codes.equals(expected)) {
            got.add(name + ": " + codes + " instead of " + expected);
          }
        });
    assertThat(got).isEmpty();
  }

  @Test
  void config_missingFiles_areToldWithTheirPlaces() throws IOException {
    var config =
        file(
            "prometheus.yml",
            """
            rule_files: [missing.yml]
            scrape_configs:
              - job_name: a
                tls_config:
                  cert_file: cert.pem
                  key_file: key.pem
                file_sd_configs:
                  - files: ["targets/*.yml"]
            """);
    assertThat(run("check", "config", config.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "prometheus.yml:1:14: rule_files[0]: \"missing.yml\" does not point to an existing",
            "prometheus.yml:5:18: scrape_configs[0].tls_config.cert_file: \"cert.pem\" does not",
            "prometheus.yml:6:17: scrape_configs[0].tls_config.key_file: \"key.pem\" does not");
  }

  @Test
  void rules_faultsInExpressionAndTemplate_areToldWithLineAndColumn() throws IOException {
    var rules =
        file(
            "rules.yml",
            """
            groups:
              - name: g
                rules:
                  - record: x
                    expr: |
                      sum(y)
                        / rate(z)
                  - alert: A
                    expr: up == 0
                    annotations:
                      summary: "{{ $label.job }}"
            """);
    assertThat(run("check", "rules", rules.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("rules.yml:7:20: groups[0].rules[0].expr:", "rules.yml:11:21:", "$label");
  }

  @Test
  void rules_oldSyntax_isShownAsYaml() throws IOException {
    var rules =
        file(
            "old.rules",
            """
            job:requests:rate5m = sum by (job) (rate(requests_total[5m]))

            ALERT InstanceDown
              IF up == 0
              FOR 5m
              LABELS { severity = "page" }
              ANNOTATIONS { summary = "down" }
            """);
    assertThat(run("check", "rules", rules.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains("old.rules:3:1:", "rule syntax of Prometheus 1", "alert: InstanceDown")
        .contains("expr: 'up == 0'", "for: 5m", "severity: \"page\"", "summary: \"down\"");
  }

  @Test
  void rules_unknownLint_isWrongUsage() {
    assertThat(run("check", "rules", "--lint=everything", "x.yml")).isEqualTo(2);
    assertThat(err.toString()).contains("--lint: everything is not one of");
  }
}
