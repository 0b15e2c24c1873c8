package io.narthex.operators.rules;

/**
 * The rules in force, for all operators of a process. Routers see a new set before the evaluator
 * fills its window for it, so that each sample is either in the store by then or on its way. Safe
 * for use by several threads.
 */
public final class LiveRules {
  private volatile RuleSet current;

  public LiveRules(RuleSet current) {
    this.current = current;
  }

  /** Puts other rules into force; the evaluator follows at once, between two evaluations. */
  public void replace(RuleSet next) {
    current = next;
  }

  public RuleSet current() {
    return current;
  }
}
