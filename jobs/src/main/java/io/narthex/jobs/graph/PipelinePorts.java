package io.narthex.jobs.graph;

import io.narthex.operators.rules.RuleServices;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import io.narthex.pipeline.status.StatusBoard;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * What the pipeline is plugged into.
 *
 * @param scrapes batches of scrapes, to be settled by the relabel operator
 * @param writes batches of remote write
 * @param store where everything lands
 * @param status where the relabel operator tells of scrapes that it refuses
 * @param rules the rules in force, and what their operators need
 * @param alerts where alerts are told
 */
public record PipelinePorts(
    Source<SampleBatch, ?, ?> scrapes,
    Source<SampleBatch, ?, ?> writes,
    Sink<SampleBatch> store,
    Provider<StatusBoard> status,
    Provider<RuleServices> rules,
    Sink<AlertBatch> alerts) {}
