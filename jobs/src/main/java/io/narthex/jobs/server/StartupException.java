package io.narthex.jobs.server;

/**
 * A command cannot start; the message is for the person who started it and needs no stack trace.
 */
public final class StartupException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Exit code of wrong usage and of a configuration with faults, as in Prometheus. */
  public static final int MISUSED = 2;

  /** Exit code of a start that failed otherwise. */
  public static final int FAILED = 1;

  private final int exitCode;

  public StartupException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
