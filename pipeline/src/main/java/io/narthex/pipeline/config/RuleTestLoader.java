package io.narthex.pipeline.config;

import io.narthex.pipeline.config.ruletest.RuleTest;
import io.narthex.pipeline.config.ruletest.RuleTest.Alert;
import io.narthex.pipeline.config.ruletest.RuleTest.AlertCase;
import io.narthex.pipeline.config.ruletest.RuleTest.ExpressionCase;
import io.narthex.pipeline.config.ruletest.RuleTest.InputSeries;
import io.narthex.pipeline.config.ruletest.RuleTest.Sample;
import io.narthex.pipeline.config.ruletest.RuleTestFile;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * Reads unit tests of rules. All faults of a file are found in one go, each with its place.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/">the
 *     format</a>
 */
public final class RuleTestLoader {
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Map<String, Double> NAMED_NUMBERS =
      Map.ofEntries(
          Map.entry(".nan", Double.NaN),
          Map.entry(".inf", Double.POSITIVE_INFINITY),
          Map.entry("+.inf", Double.POSITIVE_INFINITY),
          Map.entry("-.inf", Double.NEGATIVE_INFINITY));

  private final Section root;
  private final ReadContext context;
  private final String path;

  private RuleTestLoader(Section root, ReadContext context, String path) {
    this.root = root;
    this.context = context;
    this.path = path;
  }

  /**
   * Reads a file; paths in it are seen from its folder.
   *
   * @throws ConfigurationException if it cannot be read or used
   */
  public static RuleTestFile load(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    var context = ReadContext.of(file.toString(), folder == null ? file : folder);
    String text = ConfigurationLoader.read(file, context);
    return read(text, file.toString(), context);
  }

  /**
   * Reads a text.
   *
   * @param file its name, for messages
   * @param folder from where paths in it are seen
   * @throws ConfigurationException if it cannot be used
   */
  public static RuleTestFile parse(String text, String file, Path folder) {
    return read(text, file, ReadContext.of(file, folder));
  }

  private static RuleTestFile read(@Nullable String text, String path, ReadContext context) {
    Node node = text == null ? null : YamlNodes.compose(text, context);
    var value = node == null ? null : new Value(context, node, "");
    Section root = value == null || value.isNull() ? null : Section.open(value);
    if (root == null) {
      context.throwIfFaulty();
      return new RuleTestFile(path, List.of(), INTERVAL, List.of(), false, List.of(), List.of());
    }
    RuleTestFile file = new RuleTestLoader(root, context, path).file();
    context.reportUnknownKeys();
    context.throwIfFaulty();
    return file;
  }

  private RuleTestFile file() {
    var ruleFiles = new ArrayList<String>();
    for (Value item : root.items("rule_files")) {
      String given = item.text();
      if (given != null && !given.isEmpty()) {
        String pattern = context.resolve(item.node(), item.path(), given);
        ruleFiles.add(pattern);
        if (FileGlobs.find(pattern).isEmpty()) {
          context.warn(item.node(), "no file matches \"" + given + "\"", item.path());
        }
      }
    }
    Duration given = root.duration("evaluation_interval", INTERVAL);
    Duration interval = given.isZero() ? INTERVAL : given;
    List<String> order = root.texts("group_eval_order");
    var seen = new HashSet<String>();
    for (String name : order) {
      if (!seen.add(name)) {
        root.fault("group_eval_order", "group name repeated in evaluation order: " + name);
      }
    }
    boolean fuzzy = root.flag("fuzzy_compare", false);
    List<RuleTest> tests = root.each("tests", "empty test", section -> test(section, interval));
    return new RuleTestFile(path, ruleFiles, interval, order, fuzzy, tests, context.warnings());
  }

  private static RuleTest test(Section s, Duration evaluationInterval) {
    Duration interval = s.duration("interval", Duration.ZERO);
    String name = s.text("name", "");
    return new RuleTest(
        name,
        interval.isZero() ? evaluationInterval : interval,
        s.each("input_series", "empty series", RuleTestLoader::input),
        s.textMap("external_labels", "label name", "label value"),
        s.text("external_url", ""),
        start(s),
        s.each("alert_rule_test", "empty alert test", RuleTestLoader::alertCase),
        s.each("promql_expr_test", "empty expression test", RuleTestLoader::expressionCase),
        ScalarPlaces.start(s.node()));
  }

  private static InputSeries input(Section s) {
    Value series = s.value("series");
    return new InputSeries(
        s.text("series", ""),
        s.text("values", ""),
        ScalarPlaces.start(series == null ? s.node() : series.node()));
  }

  /** Milliseconds since the epoch; seconds as a number, or a time as RFC 3339 has it. */
  private static long start(Section s) {
    String text = s.text("start_timestamp", "");
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return new BigDecimal(text).movePointRight(3).longValue();
    } catch (NumberFormatException notANumber) {
      try {
        return OffsetDateTime.parse(text).toInstant().toEpochMilli();
      } catch (DateTimeException e) {
        s.fault(
            "start_timestamp",
            "expected seconds since 1970 or a time such as 2024-01-01T00:00:00Z, got \""
                + text
                + "\"");
        return 0;
      }
    }
  }

  private static AlertCase alertCase(Section s) {
    Duration at = s.duration("eval_time", Duration.ZERO);
    String alert = s.text("alertname", "");
    if (alert.isEmpty()) {
      s.fault("an item under alert_rule_test misses required attribute alertname");
    }
    List<Alert> expected = s.each("exp_alerts", "empty alert, expected {}", RuleTestLoader::alert);
    return new AlertCase(at, alert, expected, ScalarPlaces.start(s.node()));
  }

  private static Alert alert(Section s) {
    return new Alert(
        s.textMap("exp_labels", "label name", "label value"),
        s.textMap("exp_annotations", "annotation name", "annotation"));
  }

  private static ExpressionCase expressionCase(Section s) {
    String expression = s.text("expr", "");
    Duration at = s.duration("eval_time", Duration.ZERO);
    List<Sample> expected = s.each("exp_samples", "empty sample", RuleTestLoader::sample);
    Value expr = s.value("expr");
    return new ExpressionCase(
        expression, at, expected, ScalarPlaces.start(expr == null ? s.node() : expr.node()));
  }

  private static Sample sample(Section s) {
    return new Sample(
        s.text("labels", ""), number(s), s.text("histogram", ""), ScalarPlaces.start(s.node()));
  }

  private static double number(Section s) {
    Value value = s.value("value");
    String text = value == null ? null : value.plain();
    Double named = text == null ? null : NAMED_NUMBERS.get(text.toLowerCase(Locale.ROOT));
    return named == null ? s.number("value", 0) : named;
  }
}
