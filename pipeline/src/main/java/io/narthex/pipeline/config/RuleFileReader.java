package io.narthex.pipeline.config;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.pipeline.config.rules.RuleChecks.Problem;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Names;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads one rule file; faults go to the context. */
final class RuleFileReader {
  private final String text;
  private final String path;
  private final ReadContext context;
  private final RuleChecks checks;
  private final boolean utf8Names;
  private final ScalarPlaces places;
  private final Map<String, Integer> groupLines = new HashMap<>();

  RuleFileReader(
      String text, String path, ReadContext context, RuleChecks checks, boolean utf8Names) {
    this.text = YamlNodes.withoutByteOrderMark(text);
    this.path = path;
    this.context = context;
    this.checks = checks;
    this.utf8Names = utf8Names;
    this.places = new ScalarPlaces(this.text);
  }

  /** The groups; without those that could not be read. */
  List<RuleGroup> read() {
    var yaml = context.apart();
    Node node = YamlNodes.composeFirst(text, yaml);
    if (!(node instanceof MappingNode)) {
      OldRuleSyntax.Found old = OldRuleSyntax.find(text);
      if (old != null) {
        Place place = places.at(text.codePointCount(0, old.index()));
        context.faultAt(
            place.line(),
            place.column(),
            "",
            "rule syntax of Prometheus 1; rule files are YAML now, this rule is:" + old.yaml());
        return List.of();
      }
    }
    context.take(yaml);
    var value = node == null ? null : new Value(context, node, "");
    if (value == null || value.isNull()) {
      return List.of();
    }
    Section root = Section.open(value);
    return root == null
        ? List.of()
        : root.each("groups", "empty group, expected a mapping with name and rules", this::group);
  }

  private RuleGroup group(Section s) {
    String name = s.text("name", "");
    if (name.isEmpty()) {
      s.fault("name", "Groupname must not be empty");
    } else {
      int line = s.node().getStartMark().getLine() + 1;
      Integer first = groupLines.putIfAbsent(name, line);
      if (first != null) {
        s.fault(
            "name",
            "groupname: \""
                + name
                + "\" is repeated in the same file, first in line "
                + first
                + "; names of groups must differ");
      }
    }
    Duration interval = s.duration("interval", Duration.ZERO);
    boolean hasOffset = s.value("query_offset") != null;
    Duration offset = s.duration("query_offset", Duration.ZERO);
    int limit = s.whole("limit", 0);
    Map<String, String> labels = labels(s);
    List<Rule> rules =
        s.each(
            "rules", "empty rule, expected a mapping with record or alert, and expr", this::rule);
    return new RuleGroup(
        path,
        name,
        interval,
        hasOffset ? offset : null,
        limit,
        labels,
        rules,
        ScalarPlaces.start(s.node()));
  }

  private Rule rule(Section s) {
    String record = s.text("record", "");
    String alert = s.text("alert", "");
    if (!record.isEmpty() && !alert.isEmpty()) {
      s.fault("alert", "only one of 'record' and 'alert' must be set");
    } else if (record.isEmpty() && alert.isEmpty()) {
      s.fault("one of 'record' or 'alert' must be set");
    }
    String expression = s.text("expr", "");
    if (expression.isBlank()) {
      s.fault("expr", "field 'expr' must be set in rule");
    } else {
      report(s, "expr", "could not parse expression: ", checks.expression(expression));
    }
    Duration holdFor = s.duration("for", Duration.ZERO);
    Duration keepFiringFor = s.duration("keep_firing_for", Duration.ZERO);
    Map<String, String> labels = labels(s);
    Map<String, String> annotations = s.textMap("annotations", "annotation name", "annotation");
    var where =
        new RulePlaces(
            ScalarPlaces.start(s.node()),
            place(s.value(record.isEmpty() ? "alert" : "record")),
            place(s.value("expr")),
            places(s, "labels"),
            places(s, "annotations"));
    if (!record.isEmpty()) {
      recording(s, record);
      return new RecordingRule(record, expression, labels, where);
    }
    checkNames(s, "annotations", annotations, name -> "invalid annotation name: " + name, true);
    templates(s, "labels", labels);
    templates(s, "annotations", annotations);
    return new AlertingRule(alert, expression, holdFor, keepFiringFor, labels, annotations, where);
  }

  private void recording(Section s, String record) {
    for (String key : List.of("annotations", "for", "keep_firing_for")) {
      if (s.has(key)) {
        s.fault(key, "invalid field '" + key + "' in recording rule; only alerts have it");
      }
    }
    if (!utf8Names && !Names.isLegacyMetricName(record)) {
      s.fault("record", "invalid recording rule name: " + record);
    } else if (record.indexOf('{') >= 0 || record.indexOf('}') >= 0) {
      s.fault(
          "record",
          "braces present in the recording rule name; should it be in expr?: "
              + record
              + "; labels of the result go to labels");
    }
  }

  private Map<String, String> labels(Section s) {
    Map<String, String> labels = s.textMap("labels", "label name", "label value");
    checkNames(s, "labels", labels, name -> "invalid label name: " + name, false);
    return labels;
  }

  private void checkNames(
      Section s,
      String key,
      Map<String, String> named,
      UnaryOperator<String> message,
      boolean metricNameAllowed) {
    for (String name : named.keySet()) {
      boolean reserved = !metricNameAllowed && name.equals("__name__");
      if (reserved || (!utf8Names && !Names.isLegacyLabelName(name))) {
        Value value = entry(s, key, name);
        String why =
            reserved
                ? "; the name of the result is set by record"
                : "; names are letters, digits and _ and do not begin with a digit";
        if (value == null) {
          s.fault(key, message.apply(name) + why);
        } else {
          value.fault(message.apply(name) + why);
        }
      }
    }
  }

  private void templates(Section s, String key, Map<String, String> templates) {
    templates.forEach(
        (name, template) -> {
          Value value = entry(s, key, name);
          if (value != null) {
            report(value, "", checks.template(name, template));
          }
        });
  }

  private void report(Section s, String key, String prefix, List<Problem> problems) {
    Value value = s.value(key);
    if (value != null) {
      report(value, prefix, problems);
    }
  }

  private void report(Value value, String prefix, List<Problem> problems) {
    for (Problem problem : problems) {
      Place place = places.of(value.node(), problem.offset());
      context.faultAt(place.line(), place.column(), value.path(), prefix + problem.message());
    }
  }

  private static Place place(@Nullable Value value) {
    return value == null ? Place.NONE : ScalarPlaces.start(value.node());
  }

  private static Map<String, Place> places(Section s, String key) {
    var places = new HashMap<String, Place>();
    s.entries(key).forEach((name, value) -> places.put(name, ScalarPlaces.start(value.node())));
    return places;
  }

  private static @Nullable Value entry(Section s, String key, String name) {
    return s.entries(key).get(name);
  }
}
