package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.sources.reactive.ReactiveReader;
import io.narthex.sources.reactive.ReactiveSource.EmptySerializer;
import io.narthex.sources.reactive.ReactiveSource.NoState;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import reactor.core.scheduler.Schedulers;

/**
 * The source of what is scraped. Its readers emit watermarks: at or before a watermark no scrape is
 * in flight any more.
 *
 * <p>Nothing is kept in checkpoints: targets are discovered anew, and a reader that comes back
 * writes no stale markers for what it scraped before.
 */
public final class ScrapeSource implements Source<SampleBatch, TargetSplit, NoState> {
  private static final long serialVersionUID = 1;

  private final Provider<? extends ScrapeConfigs> configs;
  private final Provider<? extends StatusBoard> board;
  private final Provider<PrometheusRegistry> registry;
  private final Provider<? extends KnownSeries> known;
  private final ScrapeOptions options;

  /**
   * A source of all scrape jobs.
   *
   * @param configs asked by the enumerator for the jobs, followed as they change
   * @param board where enumerator and readers tell of targets
   * @param registry where both put their own metrics
   */
  public ScrapeSource(
      Provider<? extends ScrapeConfigs> configs,
      Provider<? extends StatusBoard> board,
      Provider<PrometheusRegistry> registry,
      Provider<? extends KnownSeries> known,
      ScrapeOptions options) {
    this.configs = configs;
    this.board = board;
    this.registry = registry;
    this.known = known;
    this.options = options;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SplitEnumerator<TargetSplit, NoState> createEnumerator(
      SplitEnumeratorContext<TargetSplit> context) {
    return new TargetEnumerator(
        context,
        configs.get(),
        board.get(),
        ScrapeMetrics.of(registry.get()),
        options,
        Schedulers.parallel());
  }

  @Override
  public SplitEnumerator<TargetSplit, NoState> restoreEnumerator(
      SplitEnumeratorContext<TargetSplit> context, NoState state) {
    return createEnumerator(context);
  }

  @Override
  public SourceReader<SampleBatch, TargetSplit> createReader(SourceReaderContext context) {
    return new ReactiveReader<>(
        ScrapeFlow.create(board.get(), ScrapeMetrics.of(registry.get()), known.get(), options),
        context.metricGroup());
  }

  @Override
  public SimpleVersionedSerializer<TargetSplit> getSplitSerializer() {
    return new TargetSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<NoState> getEnumeratorCheckpointSerializer() {
    return new EmptySerializer<>(new NoState());
  }
}
