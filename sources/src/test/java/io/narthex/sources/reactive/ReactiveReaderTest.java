package io.narthex.sources.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.SteadyClock;
import io.narthex.sources.reactive.ReactiveSource.NoSplit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

class ReactiveReaderTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final TestPublisher<SampleBatch> publisher =
      TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
  private final List<Object> out = new ArrayList<>();
  private final Output output = new Output();
  private final Flow flow = new Flow();
  private long wall = 1_000_000;
  private final ReactiveReader<NoSplit> reader =
      new ReactiveReader<>(
          flow,
          time,
          new SimpleCounter(),
          new SteadyClock(() -> wall, () -> 0, SteadyClock.Doubt.OF_RULES));
  private final SampleBatch batch = SampleBatch.at(new Origin.RemoteWrite(), 5).build();

  private final class Flow implements BatchFlow<NoSplit> {
    private long watermark = Long.MIN_VALUE;
    private int delivered;
    private long checkpoint;
    private boolean closed;

    @Override
    public Flux<SampleBatch> batches() {
      return publisher.flux();
    }

    @Override
    public long watermark() {
      return watermark;
    }

    @Override
    public void delivered(SampleBatch sent) {
      delivered++;
    }

    @Override
    public void checkpointed(long checkpointId) {
      checkpoint = checkpointId;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Writes down what the reader emits. */
  private final class Output implements ReaderOutput<SampleBatch> {
    @Override
    public void collect(SampleBatch record) {
      out.add(record);
    }

    @Override
    public void collect(SampleBatch record, long timestamp) {
      out.add(record);
    }

    @Override
    public void emitWatermark(Watermark watermark) {
      out.add(watermark.getTimestamp());
    }

    @Override
    public void markIdle() {
      out.add("idle");
    }

    @Override
    public void markActive() {
      out.add("active");
    }

    @Override
    public SourceOutput<SampleBatch> createOutputForSplit(String splitId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void releaseOutputForSplit(String splitId) {
      throw new UnsupportedOperationException();
    }
  }

  @BeforeEach
  void start() {
    reader.start();
  }

  @AfterEach
  void close() {
    reader.close();
    assertThat(flow.closed).isTrue();
    assertThat(publisher.wasCancelled() || publisher.wasRequested()).isTrue();
    time.dispose();
  }

  @Test
  void pollNext_nothingPolled_requestsNoMoreThanThePrefetch() {
    publisher.assertMinRequested(ReactiveReader.PREFETCH);
    publisher.assertMaxRequested(ReactiveReader.PREFETCH);
  }

  @Test
  void pollNext_batchPolled_requestsOneMore() throws Exception {
    publisher.next(batch);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.MORE_AVAILABLE);
    assertThat(out).containsExactly(batch);
    assertThat(flow.delivered).isEqualTo(1);
    publisher.assertMinRequested(ReactiveReader.PREFETCH);
  }

  @Test
  void isAvailable_batchComes_completes() throws Exception {
    var available = reader.isAvailable();
    assertThat(available).isNotDone();
    publisher.next(batch);
    assertThat(available).isDone();
    reader.pollNext(output);
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(reader.isAvailable()).isNotDone();
  }

  @Test
  void pollNext_clockIsAheadForAMoment_noWatermarkFollowsIt() throws Exception {
    reader.start();
    flow.watermark = wall;
    reader.pollNext(output);
    wall += 86_400_000;
    flow.watermark = wall;
    reader.pollNext(output);
    wall -= 86_400_000 - 1000;
    flow.watermark = wall;
    reader.pollNext(output);

    assertThat(out).containsExactly(1_000_000L, 1_001_000L);
  }

  @Test
  void pollNext_watermark_comesAfterBatchesThatWereThere() throws Exception {
    publisher.next(batch);
    flow.watermark = 10;
    reader.pollNext(output);
    reader.pollNext(output);
    reader.pollNext(output);
    assertThat(out).containsExactly(batch, 10L);
  }

  @Test
  void isAvailable_timePasses_wakesForTheWatermark() throws Exception {
    var available = reader.isAvailable();
    time.advanceTimeBy(Duration.ofMillis(100));
    assertThat(available).isDone();
    flow.watermark = 20;
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    flow.watermark = 15;
    reader.pollNext(output);
    assertThat(out).containsExactly(20L);
  }

  @Test
  void pollNext_idleFlow_saysSoOnceAndComesBack() throws Exception {
    flow.watermark = BatchFlow.IDLE;
    reader.pollNext(output);
    reader.pollNext(output);
    publisher.next(batch);
    reader.pollNext(output);
    assertThat(out).containsExactly("idle", "active", batch);
  }

  @Test
  void pollNext_fluxFails_failsAfterWhatCameBefore() throws Exception {
    publisher.next(batch);
    publisher.error(new IllegalStateException("broken"));
    assertThat(reader.isAvailable()).isDone();
    reader.pollNext(output);
    assertThatThrownBy(() -> reader.pollNext(output))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broken");
  }

  @Test
  void pollNext_fluxEnds_endsTheInput() throws Exception {
    publisher.complete();
    assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
  }

  @Test
  void pollNext_fluxIgnoresDemand_failsInsteadOfBuffering() throws Exception {
    for (int i = 0; i < 100; i++) {
      publisher.next(batch);
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                reader.pollNext(output);
              }
            })
        .hasMessageContaining("more than is requested");
  }

  @Test
  void notifyCheckpointComplete_always_reachesTheFlow() {
    reader.notifyCheckpointComplete(7);
    assertThat(flow.checkpoint).isEqualTo(7);
    assertThat(reader.snapshotState(8)).isEmpty();
  }
}
