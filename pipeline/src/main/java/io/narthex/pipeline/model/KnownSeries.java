package io.narthex.pipeline.model;

/**
 * The series that the store of this process has, for those who bring samples: a series recognised
 * by its label bytes before its batch reaches the store need be neither checked, hashed nor looked
 * up there. Safe for use by several threads, without locks.
 */
@FunctionalInterface
public interface KnownSeries {
  /** Where no store is at hand: nothing is known. */
  KnownSeries NONE = () -> Numbering.EMPTY;

  /**
   * The series as they are numbered now. Numbers of another numbering mean nothing to it; a batch
   * names the one that its numbers are of ({@link SampleBatch#numbering()}), and the store looks up
   * what it does not recognise.
   */
  Numbering numbering();

  /** Series and their numbers. Series are added at any time; what is there stays as it is. */
  interface Numbering {
    /** A numbering of nothing. */
    Numbering EMPTY =
        new Numbering() {
          @Override
          public int find(long hash, byte[] bytes, int from, int to) {
            return -1;
          }

          @Override
          public int labelsEnd(int number, byte[] bytes, int from, int to) {
            return -1;
          }

          @Override
          public long hash(int number) {
            throw new IllegalArgumentException("nothing has the number " + number);
          }
        };

    /**
     * The number of the series with the canonical label bytes {@code bytes[from, to)}; −1 if it is
     * not known, or not yet seen to be by the calling thread.
     */
    int find(long hash, byte[] bytes, int from, int to);

    /**
     * Whether {@code bytes[from, to)} begins with the canonical label bytes of a series.
     *
     * @param number any number; if no series has it, nothing begins with its bytes
     * @return the end of the label bytes, or −1
     */
    int labelsEnd(int number, byte[] bytes, int from, int to);

    /** The hash of a series that was found. */
    long hash(int number);
  }
}
