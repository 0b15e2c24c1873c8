package io.narthex.sinks.block;

import java.util.List;

/**
 * Length and checksums of a file.
 *
 * @param size bytes
 * @param checksums CRC32C of every {@link #CHUNK} bytes, the last chunk being shorter
 */
public record FileSummary(long size, List<Integer> checksums) {
  /** Bytes under one checksum: little enough to check at the first touch. */
  public static final int CHUNK = 1 << 20;

  public FileSummary {
    checksums = List.copyOf(checksums);
    if (size < 0 || checksums.size() != (size + CHUNK - 1) / CHUNK) {
      throw new IllegalArgumentException(
          checksums.size() + " checksums of a file of " + size + " bytes");
    }
  }
}
