package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one rule's expression is evaluated: from a node as a whole, with nodes in the place of parts,
 * or as a plain query. Where nodes cannot tell, the plain query does.
 */
public final class RulePlan {
  private final String text;
  private final Expr expr;
  private final VectorizedQueryEngine plain;
  private final Parts parts;
  private final @Nullable SeriesNode whole;
  private final RuleForm form;
  private long plainTicks;

  /**
   * What is evaluated in the place of the expression.
   *
   * @param rest the expression with selectors in the place of nodes
   * @param nodes those nodes
   * @param engine over the nodes
   */
  record Parts(Expr rest, List<SeriesNode> nodes, NodeStore store, VectorizedQueryEngine engine) {}

  RulePlan(
      RuleSet.Prepared rule,
      VectorizedQueryEngine plain,
      Parts parts,
      @Nullable SeriesNode whole,
      RuleForm form) {
    text = rule.rule().expression();
    expr = rule.expr();
    this.plain = plain;
    this.parts = parts;
    this.whole = whole;
    this.form = form;
  }

  /** Which way the rule is evaluated, and why. */
  public RuleForm form() {
    return form.withPlainTicks(plainTicks);
  }

  /**
   * What the expression gives.
   *
   * @throws FaultException as a query does
   */
  public List<QueryValue.Sample> evaluate(long time) {
    if (whole != null) {
      if (whole.refresh(time)) {
        return samples(whole, time);
      }
      plainTicks++;
      return query(plain, expr, time);
    }
    if (parts.nodes.isEmpty()) {
      return query(plain, expr, time);
    }
    for (var node : parts.nodes) {
      if (!node.refresh(time) || !plainlyReadable(node)) {
        plainTicks++;
        return query(plain, expr, time);
      }
    }
    parts.store.at(time);
    return query(parts.engine, parts.rest, time);
  }

  private static List<QueryValue.Sample> samples(SeriesNode node, long time) {
    int ordered = node.ordered();
    var samples = new ArrayList<QueryValue.Sample>(Math.min(ordered, 1024));
    for (int n = 0; n < ordered; n++) {
      int position = node.position(n);
      if (node.present[position]) {
        samples.add(
            new QueryValue.Sample(node.labels(position), time, node.values[position], null));
      }
    }
    return samples;
  }

  /** A computed NaN with the bits of a stale marker would be taken for one. */
  private static boolean plainlyReadable(SeriesNode node) {
    int ordered = node.ordered();
    for (int n = 0; n < ordered; n++) {
      int position = node.position(n);
      if (node.present[position] && StaleMarker.is(node.values[position])) {
        return false;
      }
    }
    return true;
  }

  private List<QueryValue.Sample> query(VectorizedQueryEngine engine, Expr of, long time) {
    var value = engine.query(QueryRequest.instant(text, time), of).value();
    if (value instanceof QueryValue.Vector vector) {
      return vector.samples();
    }
    if (value instanceof QueryValue.Scalar scalar) {
      return List.of(new QueryValue.Sample(Labels.EMPTY, time, scalar.value(), null));
    }
    throw new FaultException(Fault.EXECUTION, "rule result is not a vector or scalar");
  }
}
