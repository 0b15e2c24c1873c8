package io.narthex.jobs.graph;

import io.narthex.operators.relabel.RelabelFunction;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchTypeInfo;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The pipeline as a Flink job, the same embedded and on a cluster:
 *
 * <pre>
 * scrape source ─► relabel ─► store sink
 * write source  ────────────► store sink
 * </pre>
 *
 * <p>Each source has a sink of its own, so that a whole branch is one chain: a batch goes from the
 * source to the store by reference, without serialization and without another thread. Stateful
 * operators carry fixed uids; they are names in checkpoints and are not to be changed.
 */
public final class PipelineGraph {
  private PipelineGraph() {}

  /** Adds the pipeline to the environment. */
  public static void build(StreamExecutionEnvironment environment, PipelinePorts ports) {
    source(environment, ports.scrapes(), "scrape")
        .map(new RelabelFunction(ports.status()))
        .returns(SampleBatchTypeInfo.INSTANCE)
        .name("relabel")
        .uid("relabel")
        .sinkTo(ports.store())
        .name("store scrapes")
        .uid("scrape-store");
    source(environment, ports.writes(), "remote write")
        .sinkTo(ports.store())
        .name("store writes")
        .uid("write-store");
  }

  private static org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator<SampleBatch>
      source(
          StreamExecutionEnvironment environment, Source<SampleBatch, ?, ?> source, String name) {
    // The readers emit watermarks themselves: they know what is still on its way.
    return environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), name, SampleBatchTypeInfo.INSTANCE)
        .uid(name.replace(' ', '-') + "-source");
  }
}
