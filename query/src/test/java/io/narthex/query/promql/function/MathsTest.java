package io.narthex.query.promql.function;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MathsTest {
  @Test
  void log10_powersOfTwo_useTheQuotientRoundedOnce() {
    double[] values = {1, 2, 1024, 1e10};
    requireNonNull(Maths.function("log10")).apply(values, values.length);
    assertThat(values).containsExactly(0, 0.3010299956639812, 3.010299956639812, 10);
  }
}
