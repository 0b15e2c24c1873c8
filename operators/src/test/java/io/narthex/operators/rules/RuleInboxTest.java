package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import org.junit.jupiter.api.Test;

class RuleInboxTest {
  private static final long START = 1_700_000_000_000L;

  @Test
  void take_withinTheBound_givesAllInOrderOnce() {
    var inbox = new RuleInbox(3L * batch(0).sizeInBytes());
    assertThat(inbox.isEmpty()).isTrue();
    var first = batch(1);
    var second = batch(2);
    var third = batch(3);
    inbox.add(first);
    inbox.add(second);
    inbox.add(third);
    inbox.watermark(START + 2);
    inbox.watermark(START + 1);

    assertThat(inbox.isEmpty()).isFalse();
    var taken = inbox.take();
    assertThat(taken.batches()).containsExactly(first, second, third);
    assertThat(taken.overflown()).isFalse();
    assertThat(taken.watermark()).isEqualTo(START + 2);
    assertThat(inbox.isEmpty()).isTrue();
    assertThat(inbox.take().batches()).isEmpty();
  }

  @Test
  void add_beyondTheBound_givesUpAllBeforeAndSaysSoOnce() {
    var inbox = new RuleInbox(2L * batch(0).sizeInBytes());
    for (int number = 1; number <= 3; number++) {
      inbox.add(batch(number));
    }
    assertThat(inbox.isEmpty()).as("the window is to be filled anew").isFalse();
    var after = batch(4);
    inbox.add(after);
    inbox.watermark(START);

    var taken = inbox.take();

    assertThat(taken.overflown()).isTrue();
    assertThat(taken.batches()).containsExactly(after);
    assertThat(taken.watermark()).isEqualTo(START);
    assertThat(inbox.isEmpty()).isTrue();
    inbox.add(batch(5));
    assertThat(inbox.take().overflown()).isFalse();
  }

  private static SampleBatch batch(int number) {
    return SampleBatch.at(new Origin.RemoteWrite(), START + number)
        .series(Labels.of(Labels.METRIC_NAME, "g"))
        .value(number)
        .build();
  }
}
