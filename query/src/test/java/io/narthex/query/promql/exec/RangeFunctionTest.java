package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.RangeKernel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RangeFunctionTest {
  private static final int ROWS = 200_000;
  private static final int STEPS = 64;
  private static final long INTERVAL = 1_000;
  private static final long RANGE = 150_000_000;

  private final Cancellation cancellation = new Cancellation();

  private Evaluation evaluation() {
    long[] times = new long[ROWS];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times);
    store.add(Labels.of("__name__", "m"), new double[ROWS]);
    var memory = new MemoryAccount(new MemoryPool(1L << 30), 1L << 30);
    return Evaluations.of(store, cancellation, memory, SpareCores.none());
  }

  @Test
  void evaluate_manySamplesInEachStep_looksBetweenSteps() {
    var steps = new AtomicInteger();
    RangeKernel.Factory slow =
        call ->
            (window, step, out) -> {
              steps.incrementAndGet();
              cancellation.cancel();
            };
    try (var evaluation = evaluation()) {
      var grid = TimeGrid.between(evaluation, RANGE, RANGE + (STEPS - 1) * INTERVAL, INTERVAL);
      var all = new StoredRange.Margin(0, 0, false, null);
      var source =
          new StoredRange(
              evaluation,
              grid,
              List.of(Matcher.equal("__name__", "m")),
              new Reach(false, 0, 0),
              RANGE,
              all);
      var call =
          new RangeKernel.Call(
              evaluation.annotations(), List.of(), RANGE, Extension.NONE, List.of());
      var function =
          new RangeFunction(
              evaluation, grid, source, slow, call, new RangeFunction.Traits(false, false));
      assertThatThrownBy(() -> function.evaluate(0, new Column(STEPS)))
          .isInstanceOfSatisfying(
              FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CANCELED));
      // Each step has 150,000 samples.
      assertThat(steps.get()).isBetween(1, 2);
    }
  }
}
