package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads native histograms in the notation of tests, {@code {{schema:1 sum:3 count:4 buckets:[1
 * 3]}}}. Keys come in any order, each once; what is left out is 0.
 */
final class HistogramNotation {
  private static final int MAX_BUCKETS = 100_000;

  private final SeriesScanner in;
  private final Set<String> seen = new HashSet<>();
  private int schema;
  private double sum;
  private double count;
  private double zeroCount;
  private double zeroThreshold;
  private int offset;
  private int negativeOffset;
  private double[] buckets = {};
  private double[] negativeBuckets = {};
  private double[] customValues = {};
  private ResetHint hint = ResetHint.UNKNOWN;

  private HistogramNotation(SeriesScanner in) {
    this.in = in;
  }

  /**
   * Reads what follows the opening braces, up to and with the closing ones.
   *
   * @throws SyntaxStop if it is no histogram
   */
  static SeriesValue.Histogram rest(SeriesScanner in) {
    return new HistogramNotation(in).read();
  }

  private SeriesValue.Histogram read() {
    in.spaces();
    while (!in.take("}}")) {
      item();
      if (!in.spaces() && in.peek() != '}') {
        throw in.fail("histogram description incomplete: " + in.unexpected());
      }
    }
    var histogram =
        new FloatHistogram(
            hint,
            schema,
            zeroThreshold,
            zeroCount,
            count,
            sum,
            spans(offset, buckets),
            buckets,
            spans(negativeOffset, negativeBuckets),
            negativeBuckets,
            customValues);
    return new SeriesValue.Histogram(histogram, seen.contains("counter_reset_hint"));
  }

  private void item() {
    String key = in.word();
    if (key.isEmpty()) {
      throw in.fail(
          in.unexpected()
              + " in histogram description, expected histogram description key, e.g."
              + " buckets:[5 10 7]");
    }
    if (!in.take(":")) {
      throw in.fail("missing `:` for histogram descriptor " + GoText.quote(key));
    }
    if (!seen.add(key)) {
      throw in.fail("duplicate key " + GoText.quote(key) + " in histogram");
    }
    switch (key) {
      case "schema" -> schema = in.integer();
      case "sum" -> sum = in.number();
      case "count" -> count = in.number();
      case "z_bucket" -> zeroCount = in.number();
      case "z_bucket_w" -> zeroThreshold = in.number();
      case "offset" -> offset = in.integer();
      case "n_offset" -> negativeOffset = in.integer();
      case "buckets" -> buckets = numbers();
      case "n_buckets" -> negativeBuckets = numbers();
      case "custom_values" -> customValues = numbers();
      case "counter_reset_hint" -> hint = hint();
      default -> throw in.fail("bad histogram descriptor found: " + GoText.quote(key));
    }
  }

  private double[] numbers() {
    in.spaces();
    if (!in.take("[")) {
      throw in.fail(in.unexpected() + ", expected \"[\"");
    }
    double[] values = new double[16];
    int size = 0;
    in.spaces();
    while (!in.take("]")) {
      if (size == MAX_BUCKETS) {
        throw in.fail("too many buckets: at most " + MAX_BUCKETS);
      }
      values = size == values.length ? Arrays.copyOf(values, 2 * size) : values;
      values[size] = in.number();
      size++;
      if (!in.spaces() && in.peek() != ']') {
        throw in.fail("invalid character in buckets description: " + in.unexpected());
      }
    }
    return Arrays.copyOf(values, size);
  }

  private ResetHint hint() {
    String word = in.word();
    return switch (word) {
      case "unknown" -> ResetHint.UNKNOWN;
      case "reset" -> ResetHint.RESET;
      case "not_reset" -> ResetHint.NOT_RESET;
      case "gauge" -> ResetHint.GAUGE;
      default ->
          throw in.fail(
              "bad histogram descriptor found: "
                  + GoText.quote(word)
                  + ", expected unknown, reset, not_reset or gauge");
    };
  }

  private static int[] spans(int offset, double[] buckets) {
    return buckets.length == 0 ? new int[0] : new int[] {offset, buckets.length};
  }
}
