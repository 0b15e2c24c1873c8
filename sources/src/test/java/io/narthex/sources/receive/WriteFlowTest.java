package io.narthex.sources.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sources.reactive.BatchFlow;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class WriteFlowTest {
  private final WriteChannel channel =
      new WriteChannel(
          1 << 20, new AckRegistry(), new PushClock(Clock.systemUTC(), Duration.ofSeconds(1)));

  @Test
  void batches_severalReadersInAProcess_oneReadsAndAnotherFollowsIt() {
    var first = new WriteFlow(channel);
    var second = new WriteFlow(channel);
    List<SampleBatch> ofFirst = new ArrayList<>();
    List<SampleBatch> ofSecond = new ArrayList<>();
    var reading = first.batches().subscribe(ofFirst::add);
    second.batches().subscribe(ofSecond::add);
    var one = batch();
    channel.send(one);
    first.delivered(one);

    assertThat(ofFirst).containsExactly(one);
    assertThat(first.watermark()).isLessThan(BatchFlow.IDLE);
    assertThat(second.watermark()).isEqualTo(BatchFlow.IDLE);

    reading.dispose();
    first.close();
    var other = batch();
    channel.send(other);

    assertThat(ofFirst).containsExactly(one);
    assertThat(ofSecond).containsExactly(other);
    assertThat(second.watermark()).isLessThan(BatchFlow.IDLE);
    second.close();
    assertThat(ofSecond).hasSize(1);
  }

  @Test
  void close_readerThatStoodBy_theOtherReadsOn() {
    var first = new WriteFlow(channel);
    var second = new WriteFlow(channel);
    List<SampleBatch> received = new ArrayList<>();
    first.batches().subscribe(received::add);
    second.batches().subscribe(batch -> received.clear());

    second.close();
    channel.send(batch());

    assertThat(received).hasSize(1);
    first.close();
  }

  /** Readers that wait, and something that happens once, after the next one was looked up. */
  private static final class Hooked extends ConcurrentLinkedQueue<WriteChannel.Reader> {
    private static final long serialVersionUID = 1;

    private transient Runnable afterPeek = () -> {};

    @Override
    public WriteChannel.Reader peek() {
      var next = super.peek();
      var once = afterPeek;
      afterPeek = () -> {};
      once.run();
      return next;
    }
  }

  @Test
  void cancel_nextReaderCancelsAtThatMoment_theOneAfterItReads() {
    var waiting = new Hooked();
    var clock = new PushClock(Clock.systemUTC(), Duration.ofSeconds(1));
    var racing = new WriteChannel(1 << 20, new AckRegistry(), clock, waiting);
    var first = racing.reader().subscribe();
    var second = racing.reader().subscribe();
    waiting.afterPeek = second::dispose;
    first.dispose();

    List<SampleBatch> received = new ArrayList<>();
    var third = racing.reader();
    third.subscribe(received::add);
    racing.send(batch());

    assertThat(third.isActive()).isTrue();
    assertThat(received).hasSize(1);
  }

  private static SampleBatch batch() {
    return SampleBatch.at(new Origin.RemoteWrite(), System.currentTimeMillis())
        .series(Labels.of(Labels.METRIC_NAME, "g"))
        .value(1)
        .build();
  }
}
