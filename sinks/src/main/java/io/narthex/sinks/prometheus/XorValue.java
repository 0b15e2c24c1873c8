package io.narthex.sinks.prometheus;

/** A float that changes from sample to sample, of which the differing bits are written. */
final class XorValue {
  private long bits;
  private int leading;
  private int trailing;

  void set(double value) {
    bits = Double.doubleToRawLongBits(value);
  }

  double get() {
    return Double.longBitsToDouble(bits);
  }

  /** Reads the next value. */
  double next(BitInput in) {
    if (in.bit()) {
      if (in.bit()) {
        leading = (int) in.bits(5);
        int significant = (int) in.bits(6);
        significant = significant == 0 ? 64 : significant;
        trailing = 64 - leading - significant;
        if (trailing < 0) {
          throw new IllegalArgumentException("a value has more than 64 bits");
        }
      }
      bits ^= in.bits(64 - leading - trailing) << trailing;
    }
    return get();
  }
}
