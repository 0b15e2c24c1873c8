package io.narthex.sinks.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.Acknowledgements;
import io.narthex.pipeline.storage.AppendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

class StoreWriterTest {
  private static final AppendResult STORED = new AppendResult(1, 0, 0, List.of());
  private static final SinkWriter.Context CONTEXT =
      new SinkWriter.Context() {
        @Override
        public long currentWatermark() {
          return 0;
        }

        @Override
        public Long timestamp() {
          return 0L;
        }
      };

  private final ArrayDeque<CompletableFuture<AppendResult>> pending = new ArrayDeque<>();
  private final List<String> told = new ArrayList<>();
  private final StoreWriter writer =
      new StoreWriter(
          batch -> {
            var future = new CompletableFuture<AppendResult>();
            pending.add(future);
            return future;
          },
          new Acknowledgements() {
            @Override
            public void durable(long ackId, AppendResult result) {
              told.add(ackId + " durable " + result.samples());
            }

            @Override
            public void failed(long ackId, Throwable cause) {
              told.add(ackId + " failed " + cause.getMessage());
            }
          },
          new SimpleCounter());

  @Test
  void write_batchThatIsAwaited_isAcknowledgedWhenDurable() {
    writer.write(batch(7), CONTEXT);
    assertThat(told).isEmpty();
    pending.remove().complete(STORED);
    assertThat(told).containsExactly("7 durable 1");
  }

  @Test
  void write_batchThatNobodyAwaits_isNotReported() {
    writer.write(batch(SampleBatch.NO_ACK), CONTEXT);
    pending.remove().complete(STORED);
    assertThat(told).isEmpty();
  }

  @Test
  void write_storeFails_isReportedAndTheJobGoesOn() throws InterruptedException {
    writer.write(batch(8), CONTEXT);
    pending.remove().completeExceptionally(new FaultException(Fault.UNAVAILABLE, "disk full"));
    writer.flush(false);
    assertThat(told).containsExactly("8 failed disk full");
  }

  @Test
  void flush_pendingBatch_waitsForIt() throws Exception {
    writer.write(batch(9), CONTEXT);
    var flushed =
        CompletableFuture.runAsync(
            () -> {
              try {
                writer.flush(false);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(flushed).isNotDone();
    pending.remove().complete(STORED);
    flushed.get();
    assertThat(told).containsExactly("9 durable 1");
  }

  private static SampleBatch batch(long ackId) {
    return SampleBatch.at(new Origin.RemoteWrite(), 1)
        .ackId(ackId)
        .series(Labels.of("__name__", "m"))
        .value(1)
        .build();
  }
}
