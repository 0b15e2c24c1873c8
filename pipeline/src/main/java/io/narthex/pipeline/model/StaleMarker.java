package io.narthex.pipeline.model;

/**
 * The value that ends a series: a NaN with a bit pattern of its own. It must keep these bits on its
 * whole way; arithmetic on it, and {@link Double#doubleToLongBits}, would lose them.
 */
public final class StaleMarker {
  /** Bits of the stale marker, as in Prometheus. */
  public static final long BITS = 0x7FF0000000000002L;

  /** The stale marker as a double. */
  public static final double VALUE = Double.longBitsToDouble(BITS);

  /** Bits of the ordinary NaN that Prometheus writes. */
  public static final long NORMAL_NAN_BITS = 0x7FF8000000000001L;

  /** The ordinary NaN of Prometheus. */
  public static final double NORMAL_NAN = Double.longBitsToDouble(NORMAL_NAN_BITS);

  private StaleMarker() {}

  public static boolean is(double value) {
    return Double.doubleToRawLongBits(value) == BITS;
  }
}
