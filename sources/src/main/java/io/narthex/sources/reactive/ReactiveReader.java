package io.narthex.sources.reactive;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.SteadyClock;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.concurrent.Queues;

/**
 * Reads a {@link BatchFlow} as Flink asks for it. The prefetched batches are the whole demand: one
 * more is requested for each that is polled, so a busy task slows the flow and nothing piles up.
 *
 * <p>Watermarks come from the flow. One is read before the queue is found empty and emitted after,
 * so that no batch which the flow counted as emitted is overtaken. A timer wakes the task for them
 * while no batches come. As Flink never goes back behind a watermark, one that is ahead of a clock
 * which is believed is not emitted.
 */
public final class ReactiveReader<SplitT extends SourceSplit>
    implements SourceReader<SampleBatch, SplitT> {
  /** Batches requested ahead of the task. */
  public static final int PREFETCH = 8;

  /** How often the watermark is looked at while no batches come. */
  public static final Duration WATERMARK_INTERVAL = Duration.ofMillis(100);

  private static final SteadyClock.Doubt DOUBT = SteadyClock.Doubt.OF_RULES;

  /** The counter of samples, among the metrics of Flink that each stage has. */
  private static final String SAMPLES = "samples";

  private final BatchFlow<SplitT> flow;
  private final Scheduler timer;
  private final Counter samples;
  private final SteadyClock clock;
  private final Queue<SampleBatch> queue = Queues.<SampleBatch>get(PREFETCH).get();
  private final Demand demand = new Demand();
  private @Nullable Disposable ticks; // only touched by the task thread
  private long emitted = Long.MIN_VALUE; // only touched by the task thread
  private boolean idle; // only touched by the task thread
  private volatile CompletableFuture<Void> waiting = CompletableFuture.completedFuture(null);
  private volatile boolean tick;
  private volatile @Nullable Throwable failure;
  private volatile boolean completed;

  /**
   * A reader.
   *
   * @param metrics where the samples that it gives on are counted
   */
  public ReactiveReader(BatchFlow<SplitT> flow, MetricGroup metrics) {
    this(
        flow,
        Schedulers.parallel(),
        metrics.counter(SAMPLES),
        new SteadyClock(System::currentTimeMillis, System::nanoTime, DOUBT));
  }

  /**
   * A reader with a clock of its own.
   *
   * @param timer wakes the task for watermarks
   * @param clock that watermarks are compared with
   */
  ReactiveReader(BatchFlow<SplitT> flow, Scheduler timer, Counter samples, SteadyClock clock) {
    this.flow = flow;
    this.timer = timer;
    this.samples = samples;
    this.clock = clock;
  }

  @Override
  public void start() {
    flow.batches().subscribe(demand);
    ticks = Flux.interval(WATERMARK_INTERVAL, timer).onBackpressureDrop().subscribe(n -> tick());
  }

  @Override
  public InputStatus pollNext(ReaderOutput<SampleBatch> output) throws IOException {
    tick = false;
    long watermark = flow.watermark();
    boolean ended = completed || failure != null;
    var batch = queue.poll();
    if (batch != null) {
      deliver(batch, output);
      return InputStatus.MORE_AVAILABLE;
    }
    if (ended) {
      return end();
    }
    advance(watermark, output);
    return InputStatus.NOTHING_AVAILABLE;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    var future = waiting;
    if (future.isDone()) {
      future = new CompletableFuture<>();
      waiting = future;
    }
    if (tick || completed || failure != null || !queue.isEmpty()) {
      future.complete(null);
    }
    return future;
  }

  @Override
  public List<SplitT> snapshotState(long checkpointId) {
    return flow.snapshot(checkpointId);
  }

  @Override
  public void addSplits(List<SplitT> splits) {
    flow.assign(splits);
  }

  @Override
  public void notifyNoMoreSplits() {
    // splits come and go as long as the job runs
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    flow.handle(event);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    flow.checkpointed(checkpointId);
  }

  @Override
  public void close() {
    if (ticks != null) {
      ticks.dispose();
    }
    demand.cancel();
    flow.close();
  }

  private void deliver(SampleBatch batch, ReaderOutput<SampleBatch> output) {
    if (idle) {
      idle = false;
      output.markActive();
    }
    samples.inc(batch.rowCount());
    output.collect(batch);
    flow.delivered(batch);
    demand.request(1);
  }

  private InputStatus end() throws IOException {
    var cause = failure;
    if (cause != null) {
      throw new IOException("the source failed: " + cause.getMessage(), cause);
    }
    return InputStatus.END_OF_INPUT;
  }

  private void advance(long watermark, ReaderOutput<SampleBatch> output) {
    if (watermark == BatchFlow.IDLE) {
      if (!idle) {
        idle = true;
        output.markIdle();
      }
    } else if (watermark > emitted && watermark <= clock.now() + DOUBT.tolerance().toMillis()) {
      idle = false;
      emitted = watermark;
      output.emitWatermark(new Watermark(watermark));
    }
  }

  private void tick() {
    tick = true;
    wake();
  }

  /**
   * The counterpart of {@link #isAvailable}: what makes the reader available is written before the
   * future is read, here; the future is written before that is read, there.
   */
  private void wake() {
    VarHandle.fullFence(); // the queue publishes with ordered stores only
    waiting.complete(null);
  }

  private final class Demand extends BaseSubscriber<SampleBatch> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(PREFETCH);
    }

    @Override
    protected void hookOnNext(SampleBatch batch) {
      if (!queue.offer(batch)) {
        failure = new IllegalStateException("the flow emits more than is requested");
        cancel();
      }
      wake();
    }

    @Override
    protected void hookOnError(Throwable error) {
      failure = error;
      wake();
    }

    @Override
    protected void hookOnComplete() {
      completed = true;
      wake();
    }
  }
}
