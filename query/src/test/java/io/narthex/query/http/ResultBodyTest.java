package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResultBodyTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void write_matricesOfAnyShape_areWholeOverManyParts() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      var series = new ArrayList<QueryValue.Series>();
      int points = 1 + random.nextInt(random.nextBoolean() ? 5 : 3000);
      for (int s = random.nextInt(400); s >= 0; s--) {
        series.add(series(random, s, points, round % 3 == 0));
      }
      var read = JSON.readTree(written(new QueryValue.Matrix(series))).get("result");
      assertThat(read).as("rerun with -Dtest.seed=%d", seed).hasSameSizeAs(series);
      for (int s = 0; s < series.size(); s++) {
        check(read.get(s), series.get(s));
      }
    }
  }

  private static void check(JsonNode read, QueryValue.Series expected) {
    var histograms = expected.histograms();
    int floats = 0;
    for (int i = 0; i < expected.timestamps().length; i++) {
      if (histograms == null || histograms[i] == null) {
        var point = read.get("values").get(floats++);
        assertThat(point.get(0).asDouble()).isEqualTo(expected.timestamps()[i] / 1e3);
        assertThat(Double.parseDouble(point.get(1).asText())).isEqualTo(expected.values()[i]);
      }
    }
    assertThat(read.path("values").size()).isEqualTo(floats);
    assertThat(read.path("histograms").size()).isEqualTo(expected.timestamps().length - floats);
  }

  private static QueryValue.Series series(Random random, int number, int points, boolean mixed) {
    long[] timestamps = new long[points];
    double[] values = new double[points];
    FloatHistogram[] histograms = mixed && random.nextBoolean() ? new FloatHistogram[points] : null;
    for (int i = 0; i < points; i++) {
      timestamps[i] = 1_700_000_000_000L + i * 15_000L + random.nextInt(1000);
      values[i] = random.nextBoolean() ? random.nextInt(1000) : random.nextGaussian();
      if (histograms != null && random.nextInt(50) == 0) {
        histograms[i] = histogram(random.nextInt(100));
      }
    }
    var labels = Labels.of("__name__", "m", "number", "" + number, "pad", "x".repeat(number % 90));
    return new QueryValue.Series(labels, timestamps, values, histograms);
  }

  private static FloatHistogram histogram(double count) {
    return new FloatHistogram(
        FloatHistogram.ResetHint.GAUGE,
        0,
        0.001,
        0,
        count,
        2 * count,
        new int[] {0, 1},
        new double[] {count},
        new int[0],
        new double[0],
        new double[0]);
  }

  private static byte[] written(QueryValue value) {
    var body = new ResultBody(value, 0, null);
    var parts = new ByteArrayOutputStream();
    boolean more;
    do {
      var out = new JsonOut();
      more = body.write(out);
      parts.writeBytes(out.take());
    } while (more);
    return parts.toByteArray();
  }

  @Test
  void write_emptyMatrix_isAnEmptyList() throws IOException {
    var read = JSON.readTree(written(new QueryValue.Matrix(List.of())));
    assertThat(read.get("result").size()).isZero();
    assertThat(read.get("resultType").asText()).isEqualTo("matrix");
  }
}
