package io.narthex.query.promql.histogram;

/**
 * Upper bounds of buckets. With schema s bucket i ends at 2^(i·2^−s); buckets with custom bounds
 * end at the i-th bound, the last one at infinity.
 */
public final class BucketBounds {
  private static final int MAX_SCHEMA = 52;
  private static final double[][] FRACTIONS = fractions();

  private BucketBounds() {}

  /** Upper bound of a bucket of an exponential schema, taken as positive. */
  public static double exponential(int index, int schema) {
    if (schema <= 0) {
      int exponent = shifted(index, -schema);
      if (exponent == Double.MAX_EXPONENT + 1) {
        return Double.MAX_VALUE;
      }
      return exponent < Double.MIN_EXPONENT - 52 ? 0 : scale(1, exponent);
    }
    int within = index & ((1 << schema) - 1);
    double fraction =
        schema < FRACTIONS.length
            ? FRACTIONS[schema][within]
            : StrictMath.pow(2, (double) within / (1 << schema));
    int exponent = index >> schema;
    if (fraction == 1 && exponent == Double.MAX_EXPONENT + 1) {
      return Double.MAX_VALUE;
    }
    return scale(fraction, exponent);
  }

  /** Upper bound of a bucket with custom bounds. */
  public static double custom(int index, double[] bounds) {
    if (index < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return index < bounds.length ? bounds[index] : Double.POSITIVE_INFINITY;
  }

  /** Index of the bucket of a coarser schema that holds a bucket. */
  static int reduced(int index, int schemas) {
    return ((index - 1) >> schemas) + 1;
  }

  private static int shifted(int index, int by) {
    long exponent = (long) index << by;
    return (int) Math.max(-100_000, Math.min(100_000, exponent));
  }

  private static double scale(double fraction, int exponent) {
    return Math.scalb(fraction, Math.max(-2200, Math.min(2200, exponent)));
  }

  /**
   * The bounds in [1, 2) of each schema, with the roundings that client libraries and servers of
   * Prometheus agree on: a schema's new bounds are the bounds before them times its growth factor,
   * the others are those of the schema before.
   */
  private static double[][] fractions() {
    double[][] all = new double[9][];
    all[0] = new double[] {1};
    for (int schema = 1; schema < all.length; schema++) {
      double factor = growth(schema);
      all[schema] = new double[1 << schema];
      for (int i = 0; i < all[schema].length; i += 2) {
        all[schema][i] = all[schema - 1][i / 2];
        all[schema][i + 1] = all[schema][i] * factor;
      }
    }
    return all;
  }

  /** 2^(2^-schema); of schema 1 the double below, which is the one in use everywhere. */
  private static double growth(int schema) {
    double factor = StrictMath.pow(2, Math.scalb(1.0, -schema));
    return schema == 1 ? Math.nextDown(factor) : factor;
  }

  /** Whether a schema is an exponential one that can be computed with. */
  public static boolean isExponential(int schema) {
    return schema >= -4 && schema <= MAX_SCHEMA;
  }
}
