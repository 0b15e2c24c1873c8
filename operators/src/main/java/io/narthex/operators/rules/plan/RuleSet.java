package io.narthex.operators.rules.plan;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertRule;
import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.print.ExprPrinter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules that are in force, ready to be evaluated. Immutable.
 *
 * @param groups in order of evaluation where ticks fall together
 * @param interests what they read
 */
public record RuleSet(List<Group> groups, Interests interests, EngineOptions engine) {

  public RuleSet {
    groups = List.copyOf(groups);
  }

  /** A group and its rules in order of the file. */
  public record Group(RuleGroup definition, TickSchedule schedule, List<Prepared> rules) {
    public long queryOffsetMillis() {
      Duration offset = definition.queryOffset();
      return offset == null ? 0 : offset.toMillis();
    }
  }

  /**
   * A rule.
   *
   * @param key by which it is known in its group over reloads: name, labels and, where rules are
   *     alike in these, their order
   * @param text the expression, as it is printed
   * @param labels in effect
   * @param reach how far back it reads; elsewhere if the store is asked, as no window holds that
   * @param alert null for a recording rule
   */
  public record Prepared(
      Rule rule,
      String key,
      Expr expr,
      String text,
      Map<String, String> labels,
      WindowReach reach,
      @Nullable AlertEvaluator alert) {

    /** The names of the metrics that the rule writes. */
    public List<String> outputNames() {
      return alert == null
          ? List.of(rule.name())
          : List.of(AlertEvaluator.ALERTS, AlertEvaluator.ALERTS_FOR_STATE);
    }

    /**
     * What all series of one of the {@link #outputNames} have in common: the name, the alert's
     * name, and the labels that are no templates.
     */
    public List<Matcher> outputsOf(String name) {
      var matchers = new ArrayList<Matcher>();
      matchers.add(Matcher.equal(Labels.METRIC_NAME, name));
      labels.forEach(
          (label, value) -> {
            if (alert == null || !value.contains("{{")) {
              matchers.add(Matcher.equal(label, value));
            }
          });
      if (alert != null) {
        matchers.add(Matcher.equal(AlertEvaluator.ALERT_NAME, rule.name()));
      }
      return matchers;
    }
  }

  /** No rules. */
  public static RuleSet none(EngineOptions engine) {
    return new RuleSet(List.of(), Interests.NONE, engine);
  }

  /**
   * Prepares groups whose intervals and offsets are filled in.
   *
   * @throws io.narthex.pipeline.fault.FaultException {@code BAD_DATA} if an expression is faulty
   * @throws IllegalArgumentException if a template is faulty
   */
  public static RuleSet of(
      List<RuleGroup> groups, EngineOptions engine, AlertRule.Surroundings surroundings) {
    var prepared = new ArrayList<Group>();
    var reaches = new ArrayList<WindowReach>();
    for (var shard : ShardPlan.of(groups, engine.parsing()).shards()) {
      for (var group : shard.groups()) {
        prepared.add(prepare(group, engine, surroundings, reaches));
      }
    }
    return new RuleSet(prepared, Interests.of(reaches), engine);
  }

  /**
   * Prepares groups that are all evaluated at the same ticks, whatever their own intervals, as unit
   * tests have it.
   *
   * @param ticks when
   * @param order names of groups that come first, in this order
   */
  public static RuleSet inStep(
      List<RuleGroup> groups,
      TickSchedule ticks,
      List<String> order,
      EngineOptions engine,
      AlertRule.Surroundings surroundings) {
    RuleSet spread = of(groups, engine, surroundings);
    var together = new ArrayList<Group>();
    for (var group : spread.groups()) {
      together.add(new Group(group.definition(), ticks, group.rules()));
    }
    together.sort(
        Comparator.comparingInt(
            group -> {
              int place = order.indexOf(group.definition().name());
              return place < 0 ? order.size() : place;
            }));
    return new RuleSet(together, spread.interests(), engine);
  }

  private static Group prepare(
      RuleGroup group,
      EngineOptions engine,
      AlertRule.Surroundings surroundings,
      List<WindowReach> reaches) {
    var rules = new ArrayList<Prepared>();
    var alike = new LinkedHashMap<String, Integer>();
    for (var rule : group.rules()) {
      Expr expr = PromqlParser.parse(rule.expression(), engine.parsing());
      var reach = WindowReach.of(expr, engine.lookback().toMillis());
      if (!reach.elsewhere()) {
        reaches.add(reach);
      }
      var labels = group.labelsOf(rule);
      boolean alerting = rule instanceof AlertingRule;
      String text = ExprPrinter.print(expr);
      String looks = (alerting ? "alert " : "record ") + rule.name() + Labels.of(labels);
      String key = looks + "#" + alike.merge(looks, 1, Integer::sum);
      AlertEvaluator alert =
          rule instanceof AlertingRule definition
              ? new AlertEvaluator(
                  AlertRule.of(definition(group, definition, labels, text), surroundings))
              : null;
      rules.add(new Prepared(rule, key, expr, text, labels, reach, alert));
    }
    return new Group(group, TickSchedule.of(group), List.copyOf(rules));
  }

  private static AlertRule.Definition definition(
      RuleGroup group, AlertingRule rule, Map<String, String> labels, String text) {
    return new AlertRule.Definition(
        new AlertRuleId(group.file(), group.name(), rule.name()),
        text,
        rule.holdFor(),
        rule.keepFiringFor(),
        labels,
        rule.annotations(),
        group.interval(),
        group.limit());
  }
}
