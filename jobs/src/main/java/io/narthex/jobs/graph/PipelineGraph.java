package io.narthex.jobs.graph;

import io.narthex.operators.relabel.RelabelFunction;
import io.narthex.operators.rules.RuleOperator;
import io.narthex.operators.rules.RuleRouter;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The pipeline as a Flink job, the same embedded and on a cluster:
 *
 * <pre>
 * scrape source ─► relabel ─┬─► store sink
 *                           └─► rule router ─┐
 *                                            ├─► rules ─┬─► store sink
 *                           ┌─► rule router ─┘          └─► alert sink
 * write source  ────────────┴─► store sink
 * </pre>
 *
 * <p>Each source has a sink of its own, so that a whole branch is one chain: a batch goes from the
 * source to the store by reference, without serialization and without another thread. Only what
 * rules read leaves the chain, and only after it is stored: what the rules' window is filled with
 * from the store and what comes to it afterwards leave no gap. Stateful operators carry fixed uids;
 * they are names in checkpoints and are not to be changed.
 */
public final class PipelineGraph {
  private PipelineGraph() {}

  /** Adds the pipeline to the environment. */
  public static void build(StreamExecutionEnvironment environment, PipelinePorts ports) {
    var scrapes =
        source(environment, ports.scrapes(), "scrape")
            .map(new RelabelFunction(ports.status()))
            .returns(SampleBatchTypeInfo.INSTANCE)
            .name("relabel")
            .uid("relabel");
    var writes = source(environment, ports.writes(), "remote write");
    scrapes.sinkTo(ports.store()).name("store scrapes").uid("scrape-store");
    writes.sinkTo(ports.store()).name("store writes").uid("write-store");
    rules(read(scrapes, ports, "scrape").union(read(writes, ports, "write")), ports);
  }

  /** What rules read of a stream. Each batch leaves at once: alerts are not to wait for more. */
  private static SingleOutputStreamOperator<SampleBatch> read(
      DataStream<SampleBatch> stream, PipelinePorts ports, String name) {
    return stream
        .flatMap(new RuleRouter(ports.rules()))
        .returns(SampleBatchTypeInfo.INSTANCE)
        .setBufferTimeout(0)
        .name("route " + name)
        .uid(name + "-rule-router");
  }

  private static void rules(DataStream<SampleBatch> read, PipelinePorts ports) {
    var written =
        read.transform("rules", SampleBatchTypeInfo.INSTANCE, RuleOperator.factory(ports.rules()))
            .setParallelism(1)
            .setMaxParallelism(1)
            .uid("rules");
    // A task of its own: alerts are not to wait while it makes a checkpoint's samples durable.
    written
        .sinkTo(ports.store())
        .disableChaining()
        .setParallelism(1)
        .name("store rules")
        .uid("rule-store");
    written
        .getSideOutput(RuleOperator.ALERTS)
        .sinkTo(ports.alerts())
        .setParallelism(1)
        .name("alerts")
        .uid("alerts");
  }

  private static SingleOutputStreamOperator<SampleBatch> source(
      StreamExecutionEnvironment environment, Source<SampleBatch, ?, ?> source, String name) {
    // The readers emit watermarks themselves: they know what is still on its way.
    return environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), name, SampleBatchTypeInfo.INSTANCE)
        .uid(name.replace(' ', '-') + "-source");
  }
}
