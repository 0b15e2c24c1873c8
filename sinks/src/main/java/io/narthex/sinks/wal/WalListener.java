package io.narthex.sinks.wal;

import java.nio.file.Path;

/** Told what happens to the log, for metrics. Called from the threads that write or replay it. */
public interface WalListener {
  WalListener NONE = new WalListener() {};

  /** An fsync took this long. */
  default void synced(double seconds) {}

  /** A group of frames was written. */
  default void written(int bytes) {}

  /** Writing failed; it is tried again until it succeeds. */
  default void writeFailed() {}

  /** A file of the log is missing or too short. */
  default void missing(Path file, String reason) {}

  /** Bytes of a file were skipped because they hold no valid frame. */
  default void corrupt(Path file, long offset, long length) {}
}
