package io.narthex.query.promql.histogram;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BucketBoundsTest {
  /** Bounds that servers and client libraries print, which are not always the nearest doubles. */
  @Test
  void exponential_ofEachSchema_areThoseInUse() {
    assertThat(BucketBounds.exponential(-1, 1)).isEqualTo(0.7071067811865475);
    assertThat(BucketBounds.exponential(-1, 2)).isEqualTo(0.8408964152537144);
    assertThat(BucketBounds.exponential(-65, 3)).isEqualTo(0.0035820470437682465);
    assertThat(BucketBounds.exponential(-3, 4)).isEqualTo(0.8781260801866495);
    assertThat(BucketBounds.exponential(-13, 5)).isEqualTo(0.7545822137967112);
    assertThat(BucketBounds.exponential(-1, 6)).isEqualTo(0.9892280131939752);
    assertThat(BucketBounds.exponential(-1, 7)).isEqualTo(0.9945994234836328);
    assertThat(BucketBounds.exponential(-1, 8)).isEqualTo(0.9972960560854698);
  }

  @Test
  void exponential_wholePowers_areExact() {
    for (int schema = -4; schema <= 8; schema++) {
      int perPower = schema > 0 ? 1 << schema : 1;
      double step = schema > 0 ? 2 : Math.scalb(1.0, 1 << -schema);
      assertThat(BucketBounds.exponential(perPower, schema))
          .as("schema %d", schema)
          .isEqualTo(step);
      assertThat(BucketBounds.exponential(0, schema)).as("schema %d", schema).isEqualTo(1);
    }
  }

  @Test
  void exponential_pastTheGreatestDouble_isTheGreatestDouble() {
    assertThat(BucketBounds.exponential(1024, 0)).isEqualTo(Double.MAX_VALUE);
    assertThat(BucketBounds.exponential(1024 << 3, 3)).isEqualTo(Double.MAX_VALUE);
  }
}
