package io.narthex.operators.relabel;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import io.narthex.pipeline.status.StatusBoard;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The relabel operator: every batch comes out settled. Keeps nothing that a restart would miss: the
 * cache fills again, and a target's series are remembered from its next scrape on.
 */
public final class RelabelFunction extends RichMapFunction<SampleBatch, SampleBatch> {
  /** Bytes of relabelled series that an operator instance keeps at most. */
  public static final long CACHE_BYTES = 128L << 20;

  private static final long serialVersionUID = 1;

  private final Provider<StatusBoard> status;
  private transient @Nullable ScrapeSettler settler;
  private transient @Nullable Counter samples;

  public RelabelFunction(Provider<StatusBoard> status) {
    this.status = status;
  }

  @Override
  public void open(OpenContext context) {
    samples = getRuntimeContext().getMetricGroup().counter("samples");
    settler = new ScrapeSettler(CACHE_BYTES, status.get()::refused);
  }

  @Override
  public SampleBatch map(SampleBatch batch) {
    if (settler == null || samples == null) {
      throw new IllegalStateException("map before open");
    }
    samples.inc(batch.rowCount());
    return settler.settle(batch);
  }
}
