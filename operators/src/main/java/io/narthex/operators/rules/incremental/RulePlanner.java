package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprRewrite;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Plans the rules of one window. */
public final class RulePlanner {
  /** With these, names and resets are told apart in ways that nodes do not know. */
  private static final Set<Feature> UNSUITED =
      Set.of(
          Feature.DELAYED_NAME_REMOVAL, Feature.TYPE_AND_UNIT_LABELS, Feature.USE_START_TIMESTAMPS);

  /** Functions that look at the selector itself, not only at what it gives. */
  private static final Set<String> LOOK_AT_SELECTOR =
      Set.of("absent", "absent_over_time", "timestamp", "start_timestamp", "info");

  private final NodePlanner nodes;
  private final NodeStore store;
  private final VectorizedQueryEngine plain;
  private final VectorizedQueryEngine mixed;
  private final VectorizedQueryEngine history;
  private final @Nullable String unsuited;

  /**
   * @param incremental whether anything is kept from tick to tick
   */
  public RulePlanner(
      WindowStore window, SampleStore history, EngineOptions options, boolean incremental) {
    nodes = new NodePlanner(window, options);
    store = new NodeStore(window);
    plain = new VectorizedQueryEngine(window, options);
    mixed = new VectorizedQueryEngine(store, options);
    this.history = new VectorizedQueryEngine(history, options);
    String reason = incremental ? null : "incremental evaluation is switched off";
    for (Feature feature : options.features()) {
      if (reason == null && UNSUITED.contains(feature)) {
        reason =
            "the feature %s asks for plain queries"
                .formatted(feature.name().toLowerCase(Locale.ROOT));
      }
    }
    unsuited = reason;
  }

  /** Plans a rule; parts that rules have in common are planned once. */
  public RulePlan plan(RuleSet.Prepared rule) {
    if (rule.reach().elsewhere()) {
      return plain(
          rule,
          history,
          RuleForm.Way.STORE,
          "it reads at a time of its own, or series that are known only once it runs");
    }
    if (unsuited != null) {
      return plain(rule, plain, RuleForm.Way.PLAIN, unsuited);
    }
    var whole = nodes.node(rule.expr());
    if (whole != null) {
      var form =
          new RuleForm(
              RuleForm.Way.INCREMENTAL,
              List.of(ExprPrinter.print(rule.expr())),
              "all of it moves with the samples",
              0);
      return new RulePlan(rule, plain, nothing(rule), whole, form);
    }
    var rewriter = new Rewriter();
    Expr rest = rewriter.rewrite(rule.expr());
    if (rewriter.found.isEmpty()) {
      return plain(
          rule,
          plain,
          RuleForm.Way.PLAIN,
          "none of its parts moves with the samples alone: " + QueryReason.of(rule.expr()));
    }
    var form =
        new RuleForm(
            RuleForm.Way.PARTLY,
            rewriter.texts,
            "a query runs over the values of the shared parts: " + QueryReason.of(rule.expr()),
            0);
    var parts = new RulePlan.Parts(rest, List.copyOf(rewriter.found), store, mixed);
    return new RulePlan(rule, plain, parts, null, form);
  }

  private RulePlan plain(
      RuleSet.Prepared rule, VectorizedQueryEngine engine, RuleForm.Way way, String reason) {
    return new RulePlan(rule, engine, nothing(rule), null, new RuleForm(way, List.of(), reason, 0));
  }

  private RulePlan.Parts nothing(RuleSet.Prepared rule) {
    return new RulePlan.Parts(rule.expr(), List.of(), store, mixed);
  }

  /** Puts selectors of nodes in the place of the largest parts that are nodes. */
  private final class Rewriter extends ExprRewrite {
    final List<SeriesNode> found = new ArrayList<>();
    final List<String> texts = new ArrayList<>();

    @Override
    protected Expr rewrite(Expr expr) {
      var node = expr.type() == ValueType.VECTOR ? nodes.node(expr) : null;
      if (node == null) {
        return expr.accept(this);
      }
      if (!found.contains(node)) {
        found.add(node);
        texts.add(ExprPrinter.print(expr));
      }
      return new Expr.VectorSelector(
          "", store.matchers(node), TimeModifier.NONE, Expr.Extension.NONE, expr.span());
    }

    @Override
    public Expr subquery(Expr.Subquery node) {
      return node; // nodes have values at one time only
    }

    @Override
    public Expr call(Expr.Call node) {
      if (!LOOK_AT_SELECTOR.contains(node.function().name())) {
        return super.call(node);
      }
      // A selector in the place of the argument would be taken for what the rule says.
      var arguments = node.arguments().stream().map(each -> each.accept(this)).toList();
      return new Expr.Call(node.function(), arguments, node.span());
    }

    @Override
    public Expr paren(Expr.Paren node) {
      return new Expr.Paren(node.expr().accept(this), node.span()); // a node is it with them
    }

    @Override
    public Expr stepInvariant(Expr.StepInvariant node) {
      return node;
    }
  }
}
