package io.narthex.operators.rules;

import io.narthex.operators.rules.plan.RuleSet;

/**
 * The rules in force, for all operators of a process. Routers see a new set before the evaluator
 * fills its window for it, so that each sample is either in the store by then or on its way. Safe
 * for use by several threads.
 */
public final class LiveRules {
  private volatile InForce inForce;

  /**
   * Rules in force.
   *
   * @param number of the configuration, counted from 0
   */
  record InForce(long number, RuleSet rules) {}

  public LiveRules(RuleSet first) {
    inForce = new InForce(0, first);
  }

  /** Puts other rules into force; the evaluator follows at once, between two evaluations. */
  public synchronized void replace(RuleSet next) {
    inForce = new InForce(inForce.number() + 1, next);
  }

  public RuleSet current() {
    return inForce.rules();
  }

  InForce inForce() {
    return inForce;
  }
}
