package io.narthex.sinks.block;

import java.security.SecureRandom;

/**
 * Names of blocks: 26 characters of Crockford's base 32, of which the first ten are the time of
 * making in milliseconds and the rest is random, so that names sort by time. Within one process
 * later names are greater.
 *
 * <p>Source: the ULID specification.
 */
public final class BlockId {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int LENGTH = 26;
  private static final SecureRandom RANDOM = new SecureRandom();

  private static long lastMillis;
  private static long lastHigh;
  private static long lastLow;

  private BlockId() {}

  /** A new name. */
  public static synchronized String next() {
    long now = System.currentTimeMillis();
    if (now > lastMillis) {
      lastMillis = now;
      lastHigh = RANDOM.nextLong() >>> 25;
      lastLow = RANDOM.nextLong() >>> 24;
    } else {
      lastLow++;
    }
    var text = new char[LENGTH];
    digits(lastMillis, text, 0, 10);
    digits(lastHigh, text, 10, 8);
    digits(lastLow, text, 18, 8);
    return new String(text);
  }

  /** Whether a text has the form of a name. */
  public static boolean isValid(String text) {
    return text.length() == LENGTH && text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
  }

  private static void digits(long number, char[] into, int from, int count) {
    long rest = number;
    for (int i = from + count - 1; i >= from; i--) {
      into[i] = DIGITS.charAt((int) (rest & 31));
      rest >>>= 5;
    }
  }
}
