package io.narthex.operators.rules;

import io.narthex.operators.rules.evaluation.RuleOptions;
import io.narthex.operators.rules.evaluation.RunStarts;
import io.narthex.pipeline.status.StatusBoard;
import java.time.Clock;
import java.time.Duration;

/**
 * What the operators of rules find in their process.
 *
 * @param options how rules are evaluated
 * @param history where windows are filled from
 * @param starts keeps when evaluations began
 * @param status learns how evaluations go
 * @param maxWait how long a tick waits for samples that are still on their way
 */
public record RuleServices(
    LiveRules rules,
    RuleOptions options,
    ReadableStore history,
    RunStarts starts,
    StatusBoard status,
    RuleMetrics metrics,
    Duration maxWait,
    Clock clock) {}
