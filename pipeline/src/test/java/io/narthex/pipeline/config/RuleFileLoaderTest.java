package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.pipeline.config.rules.RuleFile;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleFileLoaderTest {
  @TempDir Path folder;

  /** Calls {@code BAD} a fault wherever it stands. */
  private static final RuleChecks BAD_WORD =
      new RuleChecks() {
        @Override
        public List<Problem> expression(String text) {
          int at = text.indexOf("BAD");
          return at < 0 ? List.of() : List.of(new Problem(at, "bad word"));
        }

        @Override
        public List<Problem> template(String name, String text) {
          return expression(text);
        }
      };

  @Test
  void parse_allKeys_areRead() {
    RuleFile file =
        parse(
            """
            groups:
              - name: g
                interval: 30s
                query_offset: 0s
                limit: 5
                labels: {team: a, zone: z}
                rules:
                  - record: job:x:sum
                    expr: sum(x)
                    labels: {team: b}
                  - alert: Down
                    expr: up == 0
                    for: 5m
                    keep_firing_for: 1m
                    labels: {severity: page}
                    annotations: {summary: "{{ $labels.job }} down"}
            """);
    RuleGroup group = file.groups().get(0);
    assertThat(group.interval()).hasSeconds(30);
    assertThat(group.queryOffset()).isEqualTo(Duration.ZERO);
    assertThat(group.limit()).isEqualTo(5);
    assertThat(group.key()).isEqualTo("r.yml;g");
    var recording = (RecordingRule) group.rules().get(0);
    assertThat(recording.name()).isEqualTo("job:x:sum");
    assertThat(group.labelsOf(recording)).isEqualTo(Map.of("team", "b", "zone", "z"));
    assertThat(recording.places().expression()).isEqualTo(new Place(9, 15));
    var alert = (AlertingRule) group.rules().get(1);
    assertThat(alert.holdFor()).hasMinutes(5);
    assertThat(alert.keepFiringFor()).hasMinutes(1);
    assertThat(alert.annotations()).containsEntry("summary", "{{ $labels.job }} down");
    assertThat(alert.places().annotations()).containsKey("summary");
  }

  @Test
  void parse_groupWithoutSettings_takesThemFromGlobal() {
    RuleGroup group = parse("groups: [{name: g}]").groups().get(0);
    assertThat(group.interval()).isZero();
    assertThat(group.queryOffset()).isNull();
    RuleGroup filled = group.withDefaults(Duration.ofSeconds(15), Duration.ofSeconds(2));
    assertThat(filled.interval()).hasSeconds(15);
    assertThat(filled.queryOffset()).hasSeconds(2);
  }

  @Test
  void parse_faultInsideText_isPlacedWhereItStands() {
    assertFault("[{record: a, expr: x + BAD}]");
    assertFault("[{record: a, expr: 'it''s \n  BAD'}]");
    assertFault("[{record: a, expr: \"x\\ty \\u0041 BAD\"}]");
    assertFault("\n      - record: a\n        expr: |\n\n          x +\n            BAD\n");
    assertFault("\n      - record: a\n        expr: >-\n          x +\n          BAD\n");
    assertFault("\n      - record: a\n        expr: &e !!str x + BAD\n");
    assertFault("[{alert: a, expr: x, annotations: {s: 'now BAD'}}]");
  }

  @Test
  void parse_severalFaults_areAllReported() {
    var refused =
        catchThrowableOfType(
            ConfigurationException.class,
            () ->
                parse(
                    """
                    groups:
                      - name: a
                        rules:
                          - expr: 1
                          - record: x
                            for: 5m
                            expr: 1
                          - {record: x, alert: y}
                          - {record: 'x{a="b"}', expr: 1, labels: {__name__: z}}
                          - {record: x, expr: 1, lables: {a: b}}
                      - name: a
                      - interval: 5x
                    """));
    assertThat(refused.faults().stream().map(ConfigurationFault::toString))
        .satisfiesExactly(
            f -> assertThat(f).startsWith("r.yml:4:9: groups[0].rules[0]: one of 'record' or"),
            f -> assertThat(f).contains("r.yml:6:14", "invalid field 'for' in recording rule"),
            f -> assertThat(f).contains("field 'expr' must be set in rule"),
            f -> assertThat(f).contains("only one of 'record' and 'alert' must be set"),
            f -> assertThat(f).contains("braces present in the recording rule name"),
            f -> assertThat(f).contains("invalid label name: __name__"),
            f -> assertThat(f).contains("unknown key lables", "did you mean labels?"),
            f -> assertThat(f).contains("groupname: \"a\" is repeated in the same file"),
            f -> assertThat(f).contains("Groupname must not be empty"),
            f -> assertThat(f).contains("r.yml:12:15", "interval"));
  }

  @Test
  void parse_legacyNames_areAskedForWhereTheConfigurationSaysSo() {
    String text = "groups: [{name: g, rules: [{alert: a, expr: 1, annotations: {ins-tance: x}}]}]";
    assertThat(parse(text).groups()).hasSize(1);
    assertThatThrownBy(() -> RuleFileLoader.of(BAD_WORD, false).parse(text, "r.yml"))
        .hasMessageContaining("invalid annotation name: ins-tance");
  }

  @Test
  void parse_oldAlertSyntax_showsTheYaml() {
    assertThatThrownBy(
            () ->
                parse(
                    """
                    # alerts
                    ALERT HighLoad
                      IF node_load1 > 5
                      FOR 5m
                      LABELS { severity = "page" }
                      ANNOTATIONS { summary = "load of {{ $labels.instance }}" }
                    """))
        .hasMessageContaining("r.yml:2:1: rule syntax of Prometheus 1")
        .hasMessageContaining("- alert: HighLoad\n      expr: 'node_load1 > 5'\n      for: 5m")
        .hasMessageContaining("labels:\n        severity: \"page\"")
        .hasMessageContaining("summary: \"load of {{ $labels.instance }}\"");
  }

  @Test
  void parse_oldRecordingSyntax_showsTheYaml() {
    assertThatThrownBy(() -> parse("job:x:rate5m{a=\"b\"} = sum by (job) (rate(x[5m]))\n"))
        .hasMessageContaining("r.yml:1:1: rule syntax of Prometheus 1")
        .hasMessageContaining("- record: job:x:rate5m\n      expr: 'sum by (job) (rate(x[5m]))'")
        .hasMessageContaining("a: \"b\"");
  }

  @Test
  void parse_unknownKey_canBeIgnored() {
    String text = "groups: [{name: g, owner: me}]";
    assertThatThrownBy(() -> parse(text)).hasMessageContaining("unknown key owner");
    RuleFile file = RuleFileLoader.of(BAD_WORD, true).ignoringUnknownKeys().parse(text, "r.yml");
    assertThat(file.groups()).hasSize(1);
  }

  @Test
  void load_patterns_findEachFileOnce() throws IOException {
    Files.writeString(folder.resolve("a.yml"), "groups: [{name: g}]\n---\ngroups: []\n");
    Files.writeString(folder.resolve("b.yml"), "groups: [{name: g}]");
    RuleFiles files =
        RuleFileLoader.of(BAD_WORD, true)
            .load(List.of(folder + "/*.yml", folder + "/a.yml", folder + "/c.yml"));
    assertThat(files.groups().map(RuleGroup::file))
        .containsExactly(folder + "/a.yml", folder + "/b.yml");
    assertThat(files.warnings()).singleElement().asString().contains("only the first document");
  }

  @Test
  void load_referenceFiles_haveTheVerdictsOfPrometheus() throws IOException {
    Path reference = Reference.path("prometheus-rules");
    try (var paths = Files.walk(reference)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".yaml")).toList()) {
        String name = path.getFileName().toString();
        boolean bad = name.contains(".bad.") || name.equals("invalid_rules.yaml");
        boolean onlyPromql = name.startsWith("bad_expr");
        boolean utf8 = !name.startsWith("legacy_validation_annotation.bad");
        var loader = RuleFileLoader.of(BAD_WORD, utf8);
        if (bad && !onlyPromql) {
          assertThatThrownBy(() -> loader.parse(Files.readString(path), name))
              .as(name)
              .isInstanceOf(ConfigurationException.class);
        } else {
          assertThat(loader.parse(Files.readString(path), name).groups()).as(name).isNotEmpty();
        }
      }
    }
  }

  private static RuleFile parse(String text) {
    return RuleFileLoader.of(BAD_WORD, true).parse(text, "r.yml");
  }

  private static void assertFault(String rules) {
    String text = "groups:\n  - name: g\n    rules: " + rules;
    String before = text.substring(0, text.indexOf("BAD"));
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    var refused = catchThrowableOfType(ConfigurationException.class, () -> parse(text));
    assertThat(refused.faults())
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.line()).as(fault.toString()).isEqualTo(line);
              assertThat(fault.column()).as(fault.toString()).isEqualTo(column);
            });
  }
}
