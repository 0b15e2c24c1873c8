package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private static final long NEVER = Long.MAX_VALUE / 2;

  private static long deadline() {
    return System.nanoTime() + NEVER;
  }

  /** Computes until told to stop, and makes room at each checkpoint. */
  private static CompletableFuture<Void> heavy(
      Turns turns, CountDownLatch begun, AtomicBoolean stop) {
    return CompletableFuture.runAsync(
        () -> {
          try (var turn = turns.begin(new Cancellation(), deadline())) {
            begun.countDown();
            while (!stop.get()) {
              turn.checkpoint();
              Thread.onSpinWait();
            }
          }
        },
        work -> new Thread(work, "heavy").start());
  }

  @Test
  void begin_allPlacesTakenByHeavyOnes_lightOneComputesBeforeTheyEnd() throws Exception {
    var turns = new Turns(1);
    var stop = new AtomicBoolean();
    var begun = new CountDownLatch(3);
    var running = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < 3; i++) {
      running.add(heavy(turns, begun, stop));
    }
    begun.await(); // three share one place
    for (int i = 0; i < 5; i++) {
      try (var turn = turns.begin(new Cancellation(), deadline())) {
        turn.checkpoint();
        assertThat(running).noneMatch(CompletableFuture::isDone);
      }
    }
    stop.set(true);
    running.forEach(CompletableFuture::join);
  }

  @Test
  void checkpoint_cancelled_stops() {
    var cancellation = new Cancellation();
    try (var turn = new Turns(1).begin(cancellation, deadline())) {
      turn.checkpoint();
      cancellation.cancel();
      assertThatThrownBy(turn::checkpoint)
          .isInstanceOfSatisfying(
              FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CANCELED));
    }
  }

  @Test
  void checkpoint_timeUp_stops() {
    try (var turn = new Turns(1).begin(new Cancellation(), System.nanoTime())) {
      assertThatThrownBy(turn::checkpoint)
          .isInstanceOfSatisfying(
              FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.TIMEOUT));
    }
  }

  @Test
  void parse_longText_looksOftenAndStops() {
    var looks = new AtomicInteger();
    String query = "1" + "+1".repeat(400);
    PromqlParser.parse(query, ParseOptions.ALL, ReadingBudget.unwatched(), looks::incrementAndGet);
    assertThat(looks.get()).isGreaterThanOrEqualTo(800 / 64);
    assertThatThrownBy(
            () ->
                PromqlParser.parse(
                    query,
                    ParseOptions.ALL,
                    ReadingBudget.unwatched(),
                    () -> {
                      throw new FaultException(Fault.CANCELED, "enough");
                    }))
        .hasMessage("enough");
  }
}
