package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Columns that operators hold: nothing of one series may come out at another. */
class HeldColumnsTest {
  private final MemoryStore store = new MemoryStore();

  private static FloatHistogram histogram(double count) {
    return new FloatHistogram(
        ResetHint.UNKNOWN,
        0,
        0,
        0,
        count,
        count,
        new int[] {0, 1},
        new double[] {count},
        new int[0],
        new double[0],
        new double[0]);
  }

  @BeforeEach
  void fill() {
    for (int row = 0; row < 4; row++) {
      store.append(Labels.of("__name__", "m", "s", "a"), row * 15_000L, histogram(7));
      store.append(Labels.of("__name__", "m", "s", "b"), row * 15_000L, row + 1d);
      store.append(Labels.of("__name__", "n", "s", "a"), row * 15_000L, 1d);
    }
  }

  private void assertFloats(String query) {
    var options = EngineOptions.defaults().withFeatures(Set.of(Feature.EXPERIMENTAL_FUNCTIONS));
    var engine = new VectorizedQueryEngine(store, options);
    var matrix =
        (QueryValue.Matrix) engine.query(QueryRequest.range(query, 0, 45_000, 15_000)).value();
    assertThat(matrix.series()).as(query).isNotEmpty();
    for (var series : matrix.series()) {
      if (series.histograms() != null) {
        assertThat(series.histograms()).as(query + " " + series.labels()).containsOnlyNulls();
      }
      if (series.labels().get("s").equals("b")) {
        assertThat(series.values()).as(query).containsExactly(2, 4, 6, 8);
      }
    }
  }

  @Test
  void operands_thatAreHeld_haveNoHistogramsOfASeriesThatWasDropped() {
    assertFloats("(m * 2 unless on (s) n) or vector(0)");
    assertFloats("(sum by (s) (m * 2) unless on (s) n) or vector(0)");
    assertFloats("sort_by_label(m * 2 unless on (s) n, \"s\")");
    assertFloats("(m * 2 unless on (s) n) + on (s) group_left () (0 * (m unless on (s) n))");
  }
}
