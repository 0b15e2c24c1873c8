package io.narthex.sinks.wal;

/** When an append counts as durable. */
public enum WalSync {
  /** After its group's fsync: it survives a crash of the machine. */
  ALWAYS,
  /** After it was handed to the operating system, which is told to fsync at intervals. */
  INTERVAL,
  /** After it was handed to the operating system: it survives a crash of the process. */
  OFF
}
