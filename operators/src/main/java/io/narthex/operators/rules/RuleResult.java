package io.narthex.operators.rules;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;

/** What leaves the evaluation. */
sealed interface RuleResult {
  /** Samples that rules wrote. */
  record Samples(SampleBatch batch) implements RuleResult {}

  /** Changes of alerts, and what is to be sent. */
  record Alerts(AlertBatch batch) implements RuleResult {}
}
