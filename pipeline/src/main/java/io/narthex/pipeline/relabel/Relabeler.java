package io.narthex.pipeline.relabel;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.RelabelRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Relabel rules, compiled once and applied in order. Immutable and thread-safe.
 *
 * @see <a
 *     href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config">the
 *     meaning of the rules</a>
 */
public final class Relabeler {
  /** Leaves everything as it is. */
  public static final Relabeler NONE = new Relabeler(List.of());

  private final CompiledRule[] rules;

  private Relabeler(List<CompiledRule> rules) {
    this.rules = rules.toArray(CompiledRule[]::new);
  }

  /**
   * Compiles rules whose label names may be any UTF-8.
   *
   * @throws IllegalArgumentException if a rule is not valid; the message says why
   */
  public static Relabeler compile(List<RelabelRule> rules) {
    return compile(rules, true);
  }

  /**
   * Compiles rules.
   *
   * @param utf8Names whether label names may be any UTF-8 (else legacy names only)
   * @throws IllegalArgumentException if a rule is not valid; the message says why
   */
  public static Relabeler compile(List<RelabelRule> rules, boolean utf8Names) {
    if (rules.isEmpty()) {
      return NONE;
    }
    return new Relabeler(rules.stream().map(rule -> new CompiledRule(rule, utf8Names)).toList());
  }

  /** Whether there is no rule. */
  public boolean isEmpty() {
    return rules.length == 0;
  }

  /**
   * Applies all rules.
   *
   * @return the labels after the last rule, the same object if none changed; null if a rule dropped
   *     them
   */
  public @Nullable Labels apply(Labels labels) {
    if (rules.length == 0) {
      return labels;
    }
    var edits = new LabelEdits(labels);
    for (CompiledRule rule : rules) {
      if (!rule.apply(edits)) {
        return null;
      }
    }
    return edits.labels();
  }

  /**
   * Applies all rules and tells what each one did.
   *
   * @return one step for each rule; from the rule that dropped the labels on, the outputs are empty
   */
  public List<Step> steps(Labels labels) {
    var steps = new ArrayList<Step>(rules.length);
    var edits = new LabelEdits(labels);
    boolean keep = true;
    for (CompiledRule rule : rules) {
      keep = keep && rule.apply(edits);
      steps.add(new Step(rule.rule(), keep ? edits.labels() : Labels.EMPTY, keep));
    }
    return steps;
  }

  /**
   * What one rule did.
   *
   * @param output the labels after it
   * @param keep whether the labels are still kept after it
   */
  public record Step(RelabelRule rule, Labels output, boolean keep) {}
}
