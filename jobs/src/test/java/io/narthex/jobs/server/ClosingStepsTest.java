package io.narthex.jobs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ClosingStepsTest {
  @Test
  void run_afterAStepThatFailed_takesAllOthersAndTellsBothFailures() {
    var taken = new ArrayList<String>();
    var steps =
        new ClosingSteps()
            .run("do the first", () -> taken.add("first"))
            .run(
                "do the second",
                () -> {
                  throw new IOException("full");
                })
            .run("do the third", () -> taken.add("third"))
            .run(
                "do the fourth",
                () -> {
                  throw new IllegalStateException("late");
                });
    assertThat(taken).containsExactly("first", "third");
    assertThatThrownBy(steps::finish)
        .hasRootCauseMessage("full")
        .satisfies(failure -> assertThat(failure.getSuppressed()).hasSize(1));
    new ClosingSteps().run("do nothing", () -> {}).finish();
  }
}
