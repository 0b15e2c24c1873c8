package io.narthex.sinks.codec;

/** How the values of a page are encoded; the ordinal is what the file holds. */
public enum ValueCodec {
  /** One value for all rows. */
  CONSTANT,
  /** Integers divided by a power of ten; what is no such number is an exception. */
  DECIMAL,
  /** The bits of the doubles as integers. */
  BITS,
  /** Native histograms. */
  HISTOGRAM,
  /** Decimals less what another column, the leader, makes expect. */
  FOLLOWING;

  /** Fraction bits of the ratio by which a column follows its leader. */
  static final int RATIO_BITS = 24;

  /** In the first byte of decimals: exceptions follow. */
  static final int EXCEPTIONS = 0x80;

  private static final ValueCodec[] ALL = values();

  /**
   * The codec with this number.
   *
   * @throws MalformedPageException if there is none
   */
  public static ValueCodec of(int number) {
    if (number < 0 || number >= ALL.length) {
      throw new MalformedPageException("unknown value codec " + number);
    }
    return ALL[number];
  }
}
