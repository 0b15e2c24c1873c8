package io.narthex.pipeline.config.rules;

import java.io.Serializable;
import java.util.Map;

/** One rule of a group, as its file says it. */
public sealed interface Rule extends Serializable permits RecordingRule, AlertingRule {

  /** Value of {@code record} or {@code alert}. */
  String name();

  /** The PromQL expression as written. */
  String expression();

  /** Labels of the rule itself, sorted by name; those of its group are not among them. */
  Map<String, String> labels();

  RulePlaces places();
}
