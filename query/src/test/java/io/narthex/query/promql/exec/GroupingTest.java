package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupingTest {
  private static final int SERIES = 40;

  private final ArrayStore store = new ArrayStore(new long[] {0, 1_000});
  private final VectorizedQueryEngine engine =
      new VectorizedQueryEngine(store, EngineOptions.defaults());

  GroupingTest() {
    for (int i = 0; i < SERIES; i++) {
      store.add(Labels.of("__name__", "m", "i", "" + i % 4, "j", "" + i), new double[] {1, 1});
    }
  }

  private List<QueryValue.Sample> answer(String query) {
    var value = engine.query(QueryRequest.instant(query, 1_000)).value();
    return ((QueryValue.Vector) value).samples();
  }

  @ParameterizedTest
  @ValueSource(strings = {"count(m)", "sum(m)", "count by () (m)"})
  void aggregation_ofAllInOneGroup_asksTheStoreForNoLabels(String query) {
    assertThat(answer(query))
        .singleElement()
        .satisfies(
            sample -> {
              assertThat(sample.labels()).isEqualTo(Labels.EMPTY);
              assertThat(sample.value()).isEqualTo(SERIES);
            });
    assertThat(store.labelsAsked()).isZero();
  }

  @Test
  void aggregation_byLabel_asksForThem() {
    assertThat(answer("count by (i) (m)")).hasSize(4);
    assertThat(answer("count without (i) (m)")).hasSize(SERIES);
    assertThat(answer("count without () (m)")).hasSize(SERIES);
    assertThat(answer("count(m{j=\"none\"})")).isEmpty();
    assertThat(store.labelsAsked()).isGreaterThanOrEqualTo(3 * SERIES);
  }
}
