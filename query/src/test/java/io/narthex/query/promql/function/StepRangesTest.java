package io.narthex.query.promql.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StepRangesTest {
  private static final int ROWS = 1000;
  private static final StepRanges.Grid GRID =
      new StepRanges.Grid(50_000, 10_000, 20, 50_000, 10_000, 30_000);

  private long held;
  private long most;

  private final StepRanges.Budget budget =
      new StepRanges.Budget() {
        @Override
        public boolean mayTake(long bytes) {
          if (held + bytes > most) {
            return false;
          }
          held += bytes;
          return true;
        }

        @Override
        public void giveBack(long bytes) {
          held -= bytes;
        }
      };

  private static long[] times(int offset) {
    long[] times = new long[ROWS];
    Arrays.setAll(times, i -> i * 1000L + offset);
    return times;
  }

  @Test
  void of_columnsThatDiffer_countWhatIsKept() {
    most = Long.MAX_VALUE;
    var kept = new StepRanges.Kept(GRID, budget);
    var first = StepRanges.of(kept, times(1), ROWS);
    assertThat(held).isEqualTo(8 * ROWS);
    assertThat(StepRanges.of(kept, times(1), ROWS)).isSameAs(first);
    assertThat(held).isEqualTo(8 * ROWS);
    for (int offset = 0; offset < 200; offset++) {
      StepRanges.of(kept, times(offset), ROWS - offset);
    }
    assertThat(held).isBetween(8L * 16 * (ROWS - 200), 8L * 16 * ROWS);
  }

  @Test
  void of_noMemoryForAColumn_isFoundOutEachTime() {
    most = 8 * ROWS;
    var kept = new StepRanges.Kept(GRID, budget);
    for (int offset = 0; offset < 50; offset++) {
      var ranges = StepRanges.of(kept, times(offset), ROWS);
      assertThat(ranges.samples()).isEqualTo(20 * 30);
      assertThat(ranges.to()[0]).isEqualTo(offset == 0 ? 51 : 50);
      assertThat(held).isLessThanOrEqualTo(most);
    }
  }
}
