package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;

/**
 * Doubles as decimal text with the fewest digits that read back as the same double and, among
 * those, the digits nearest to it: what Go's {@code strconv} prints with precision −1. (The JDK's
 * own {@code Double.toString} gives the fewest digits from release 19 on only, JDK-4511638.)
 *
 * <p>The digits are found by the method of Raffaello Giulietti, "The Schubfach way to render
 * doubles" (2020). The numbers in parentheses below are those of its sections. A double {@code v =
 * c·2^q} is what all reals between two bounds, half-way to its neighbours, are rounded to; for the
 * {@code k} with {@code 10^k ≤ (upper − lower bound) < 10^(k+1)} that interval holds at least one
 * multiple of {@code 10^k} and at most one of {@code 10^(k+1)}, so only four candidates have to be
 * looked at. Bounds and value are scaled to units of {@code 10^k/4} with 126 bits of {@code 10^−k},
 * which is enough to decide all comparisons correctly (9.9).
 */
public final class DoubleText {
  /** The most bytes that any of the methods writes. */
  public static final int MAX_LENGTH = 330;

  private static final int MIN_Q = -1074;
  private static final long HIDDEN_BIT = 1L << 52;
  private static final long LOW_63_BITS = Long.MAX_VALUE;
  private static final int MIN_K = -324;
  private static final int MAX_K = 292;
  private static final long[] POWERS_HIGH = new long[MAX_K - MIN_K + 1];
  private static final long[] POWERS_LOW = new long[MAX_K - MIN_K + 1];
  private static final byte[] DIGIT_PAIRS = new byte[200];

  static {
    for (int k = MIN_K; k <= MAX_K; k++) {
      var g = scaledPowerOfTen(-k);
      POWERS_HIGH[k - MIN_K] = g.shiftRight(63).longValueExact();
      POWERS_LOW[k - MIN_K] = g.longValue() & LOW_63_BITS;
    }
    for (int i = 0; i < 100; i++) {
      DIGIT_PAIRS[2 * i] = (byte) ('0' + i / 10);
      DIGIT_PAIRS[2 * i + 1] = (byte) ('0' + i % 10);
    }
  }

  private DoubleText() {}

  /**
   * Writes a sample value as Prometheus' HTTP API does: without exponent from 1e−6 up to 1e21, with
   * one outside; {@code NaN}, {@code +Inf}, {@code -Inf}.
   *
   * @param at where to begin; {@link #MAX_LENGTH} bytes must be free
   * @return the position after the text
   */
  public static int write(double value, byte[] out, int at) {
    double magnitude = Math.abs(value);
    boolean plain = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
    return write(value, plain, out, at);
  }

  /** As {@link #write(double, byte[], int)}, but never with an exponent (Go's format f). */
  public static int writePlain(double value, byte[] out, int at) {
    return write(value, true, out, at);
  }

  /** As {@link #write(double, byte[], int)}, but always with an exponent (Go's format e). */
  public static int writeScientific(double value, byte[] out, int at) {
    return write(value, false, out, at);
  }

  /** The text of {@link #write}. */
  public static String of(double value) {
    byte[] out = new byte[32];
    return new String(out, 0, write(value, out, 0), ISO_8859_1);
  }

  /** The text of {@link #writePlain}. */
  public static String plain(double value) {
    byte[] out = new byte[MAX_LENGTH];
    return new String(out, 0, writePlain(value, out, 0), ISO_8859_1);
  }

  /** The text of {@link #writeScientific}. */
  public static String scientific(double value) {
    byte[] out = new byte[32];
    return new String(out, 0, writeScientific(value, out, 0), ISO_8859_1);
  }

  /** The text with an exponent below 1e−4 and from 1e6 on (Go's format g). */
  public static String general(double value) {
    double magnitude = Math.abs(value);
    boolean plain = magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e6);
    byte[] out = new byte[32];
    return new String(out, 0, write(value, plain, out, 0), ISO_8859_1);
  }

  /**
   * Writes an integer that is not negative.
   *
   * @return the position after the text
   */
  public static int writeDigits(long value, byte[] out, int at) {
    int end = at + digitCount(value);
    int to = end;
    long rest = value;
    while (rest >= 100) {
      long quotient = rest / 100;
      int pair = (int) (rest - 100 * quotient) << 1;
      out[--to] = DIGIT_PAIRS[pair + 1];
      out[--to] = DIGIT_PAIRS[pair];
      rest = quotient;
    }
    if (rest >= 10) {
      int pair = (int) rest << 1;
      out[--to] = DIGIT_PAIRS[pair + 1];
      out[--to] = DIGIT_PAIRS[pair];
    } else {
      out[--to] = (byte) ('0' + rest);
    }
    return end;
  }

  private static int write(double value, boolean plain, byte[] out, int at) {
    long bits = Double.doubleToRawLongBits(value);
    int biased = (int) (bits >>> 52) & 0x7FF;
    long fraction = bits & (HIDDEN_BIT - 1);
    if (biased == 0x7FF) {
      return writeSpecial(fraction != 0 ? "NaN" : bits > 0 ? "+Inf" : "-Inf", out, at);
    }
    int to = at;
    if (bits < 0) {
      out[to++] = '-';
    }
    if (biased == 0 && fraction == 0) {
      out[to++] = '0';
      return plain ? to : writeExponent(0, out, to);
    }
    long c = biased == 0 ? fraction : HIDDEN_BIT | fraction;
    int q = biased == 0 ? MIN_Q : biased - 1075;
    if (plain && q <= 0 && q > -53) {
      long whole = c >> -q;
      if (whole << -q == c) {
        return writeDigits(whole, out, to);
      }
    }
    double micros = Math.rint(Math.abs(value) * 1e6);
    if (micros > 0 && micros < 1e15 && micros / 1e6 == Math.abs(value)) {
      // Different decimals of up to 15 digits are different doubles, so there is no shorter one.
      return writeTrimmed((long) micros, -6, plain, out, to);
    }
    return writeShortest(c, q, plain, out, to);
  }

  private static int writeSpecial(String text, byte[] out, int at) {
    for (int i = 0; i < text.length(); i++) {
      out[at + i] = (byte) text.charAt(i);
    }
    return at + text.length();
  }

  private static int writeShortest(long c, int q, boolean plain, byte[] out, int at) {
    boolean regular = c != HIDDEN_BIT || q == MIN_Q;
    int k = regular ? floorLog10OfPower2(q) : floorLog10OfThreeQuartersOfPower2(q);
    return writeTrimmed(nearestShort(c, q, k, regular), k, plain, out, at);
  }

  /** Writes number · 10^exponent without the zeros at the number's end. */
  private static int writeTrimmed(long number, int exponent, boolean plain, byte[] out, int at) {
    long digits = number;
    int k = exponent;
    while (digits % 10_000 == 0) {
      digits /= 10_000;
      k += 4;
    }
    while (digits % 10 == 0) {
      digits /= 10;
      k++;
    }
    return plain ? writePoint(digits, k, out, at) : writeWithExponent(digits, k, out, at);
  }

  /** The multiple of 10^k inside the rounding interval that is to be printed, divided by 10^k. */
  private static long nearestShort(long c, int q, int k, boolean regular) {
    int shift = q + floorLog2OfPower10(-k) + 2;
    long high = POWERS_HIGH[k - MIN_K];
    long low = POWERS_LOW[k - MIN_K];
    long quadruple = c << 2;
    long value = scale(high, low, quadruple << shift);
    long lower = scale(high, low, (quadruple - (regular ? 2 : 1)) << shift);
    long upper = scale(high, low, (quadruple + 2) << shift);
    long open = c & 1; // bounds belong to the interval of an even significand only

    long s = value >> 2;
    if (s >= 10) {
      long below = 10 * (s / 10);
      long above = below + 10;
      boolean belowIn = lower + open <= below << 2;
      boolean aboveIn = (above << 2) + open <= upper;
      if (belowIn != aboveIn) {
        return belowIn ? below : above;
      }
    }
    long t = s + 1;
    boolean sIn = lower + open <= s << 2;
    boolean tIn = (t << 2) + open <= upper;
    if (sIn != tIn) {
      return sIn ? s : t;
    }
    long fromMiddle = value - ((s + t) << 1);
    return fromMiddle < 0 || (fromMiddle == 0 && (s & 1) == 0) ? s : t;
  }

  /** The product, rounded to odd, of a 126-bit power of ten and a scaled bound (9.9). */
  private static long scale(long high, long low, long factor) {
    long carry = Math.multiplyHigh(low, factor);
    long middle = high * factor;
    long top = Math.multiplyHigh(high, factor);
    long sum = (middle >>> 1) + carry;
    long whole = top + (sum >>> 63);
    return whole | ((sum & LOW_63_BITS) + LOW_63_BITS) >>> 63;
  }

  private static int writePoint(long digits, int exponent, byte[] out, int at) {
    if (exponent >= 0) {
      return writeZeros(exponent, out, writeDigits(digits, out, at));
    }
    int count = digitCount(digits);
    int whole = count + exponent;
    if (whole <= 0) {
      out[at] = '0';
      out[at + 1] = '.';
      return writeDigits(digits, out, writeZeros(-whole, out, at + 2));
    }
    int end = writeDigits(digits, out, at);
    System.arraycopy(out, at + whole, out, at + whole + 1, end - at - whole);
    out[at + whole] = '.';
    return end + 1;
  }

  private static int writeWithExponent(long digits, int exponent, byte[] out, int at) {
    int end = writeDigits(digits, out, at);
    int count = end - at;
    if (count > 1) {
      System.arraycopy(out, at + 1, out, at + 2, count - 1);
      out[at + 1] = '.';
      end++;
    }
    return writeExponent(exponent + count - 1, out, end);
  }

  private static int writeExponent(int exponent, byte[] out, int at) {
    out[at] = 'e';
    out[at + 1] = (byte) (exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    int to = at + 2;
    if (magnitude < 10) {
      out[to++] = '0';
    }
    return writeDigits(magnitude, out, to);
  }

  private static int writeZeros(int count, byte[] out, int at) {
    for (int i = 0; i < count; i++) {
      out[at + i] = '0';
    }
    return at + count;
  }

  private static int digitCount(long value) {
    int count = 1;
    for (long bound = 10; count < 19 && value >= bound; bound *= 10) {
      count++;
    }
    return count;
  }

  private static int floorLog10OfPower2(int e) {
    return (int) (e * 661_971_961_083L >> 41); // log10(2) · 2^41
  }

  private static int floorLog10OfThreeQuartersOfPower2(int e) {
    return (int) (e * 661_971_961_083L - 274_743_187_321L >> 41); // and log10(3/4) · 2^41
  }

  private static int floorLog2OfPower10(int e) {
    return (int) (e * 913_124_641_741L >> 38); // log2(10) · 2^38
  }

  /** 10^e · 2^−r, rounded down, plus one, for the r that makes it a number of 126 bits. */
  private static BigInteger scaledPowerOfTen(int e) {
    int r = floorLog2OfPower10(e) - 125;
    var power = BigInteger.TEN.pow(Math.abs(e));
    var scaled =
        e >= 0
            ? (r >= 0 ? power.shiftRight(r) : power.shiftLeft(-r))
            : BigInteger.ONE.shiftLeft(-r).divide(power);
    return scaled.add(BigInteger.ONE);
  }
}
