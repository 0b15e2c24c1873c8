package io.narthex.pipeline.config.rules;

import java.util.List;

/** What the loader of rule files asks those who know PromQL and templates. */
public interface RuleChecks {

  /** What is wrong with a PromQL expression; empty if nothing is. */
  List<Problem> expression(String text);

  /**
   * What is wrong with a template in a label or annotation of an alerting rule; empty if nothing
   * is.
   *
   * @param name of the label or annotation
   */
  List<Problem> template(String name, String text);

  /**
   * One thing wrong with a text.
   *
   * @param offset where, in characters ({@code char}) of the text
   * @param message what is wrong and what would be right
   */
  record Problem(int offset, String message) {}
}
