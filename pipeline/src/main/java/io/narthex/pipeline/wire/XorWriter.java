package io.narthex.pipeline.wire;

/** A float that changes from sample to sample, of which the differing bits are written. */
final class XorWriter {
  private static final int NONE = -1;
  private static final int MOST_LEADING = 31;

  private long bits;
  private int leading = NONE;
  private int trailing;

  void first(double value, BitOutput out) {
    bits = Double.doubleToRawLongBits(value);
    leading = NONE;
    out.bits(bits, 64);
  }

  void next(double value, BitOutput out) {
    long now = Double.doubleToRawLongBits(value);
    long difference = now ^ bits;
    bits = now;
    if (difference == 0) {
      out.bit(false);
      return;
    }
    out.bit(true);
    int nowLeading = Math.min(MOST_LEADING, Long.numberOfLeadingZeros(difference));
    int nowTrailing = Long.numberOfTrailingZeros(difference);
    if (leading != NONE && nowLeading >= leading && nowTrailing >= trailing) {
      out.bit(false);
    } else {
      leading = nowLeading;
      trailing = nowTrailing;
      out.bit(true);
      out.bits(leading, 5);
      out.bits(64 - leading - trailing, 6); // 64 is written as 0
    }
    out.bits(difference >>> trailing, 64 - leading - trailing);
  }
}
