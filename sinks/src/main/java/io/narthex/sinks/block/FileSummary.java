package io.narthex.sinks.block;

import java.util.List;

/**
 * Length and checksums of a file.
 *
 * @param size bytes
 * @param chunk bytes under one checksum, a power of two
 * @param checksums CRC32C of every {@code chunk} bytes, the last being fewer
 */
public record FileSummary(long size, int chunk, List<Integer> checksums) {
  /**
   * What is written: little enough to check at the first touch, and to lose when a bit is flipped.
   */
  public static final int CHUNK = 64 << 10;

  /** What files have whose meta data do not say. */
  static final int UNSAID_CHUNK = 1 << 20;

  public FileSummary {
    checksums = List.copyOf(checksums);
    if (chunk < 1 || Integer.bitCount(chunk) != 1) {
      throw new IllegalArgumentException("checksums of " + chunk + " bytes, no power of two");
    }
    if (size < 0 || checksums.size() != (size + chunk - 1) / chunk) {
      throw new IllegalArgumentException(
          checksums.size() + " checksums of a file of " + size + " bytes");
    }
  }
}
