package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryStatistics;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples by step, counted as Prometheus counts them. */
class StepStatisticsTest {
  private static final long INTERVAL = 15_000;

  private static VectorizedQueryEngine engine(Set<Feature> features) {
    long[] times = new long[41];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times);
    for (String i : List.of("1", "2")) {
      store.add(Labels.of("__name__", "m", "i", i), new double[times.length]);
    }
    return new VectorizedQueryEngine(store, EngineOptions.defaults().withFeatures(features));
  }

  private static QueryStatistics statistics(Set<Feature> features, String query) {
    var request = QueryRequest.range(query, 300_000, 360_000, 30_000).withSteps();
    return engine(features).query(request).statistics();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "m | 2 2 2",
        "sum(rate(m[1m])) | 8 8 8",
        "m + on (i) m | 4 4 4",
        // What does not depend on the step counts at each.
        "sum(m @ 300) | 2 2 2",
        "sum(rate(m[1m] @ 300)) | 8 8 8",
        // The points in the ranges, not what the sub-query looked at for them.
        "sum_over_time(m[1m:30s]) | 4 4 4",
        "1 | 0 0 0"
      })
  void query_asksForSteps_samplesAreCountedAtTheirs(String query, String expected) {
    var statistics = statistics(Set.of(Feature.PER_STEP_STATISTICS), query);
    var steps = Arrays.stream(expected.split(" ")).map(Long::valueOf).toList();
    assertThat(statistics.totalPerStep()).isEqualTo(steps);
    assertThat(statistics.totalSamples())
        .isEqualTo(steps.stream().mapToLong(Long::longValue).sum());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"m[5m] | 40", "m[1m:30s] | 4", "max_over_time(sum_over_time(m[1m:30s])[2m:1m]) | 4"})
  void query_atOneTime_countsWhatItsRangesHold(String query, long expected) {
    var request = QueryRequest.instant(query, 300_000).withSteps();
    var statistics = engine(Set.of(Feature.PER_STEP_STATISTICS)).query(request).statistics();
    assertThat(statistics.totalPerStep()).containsExactly(expected);
    assertThat(statistics.totalSamples()).isEqualTo(expected);
  }

  @Test
  void query_withoutTheFeature_tellsNoSteps() {
    var statistics = statistics(Set.of(), "m");
    assertThat(statistics.totalPerStep()).isEmpty();
    assertThat(statistics.totalSamples()).isEqualTo(6);
  }
}
