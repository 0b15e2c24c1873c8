package io.narthex.jobs.cli;

/** A command cannot start; the message is for the person who started it and needs no stack trace. */
public final class StartupException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  public StartupException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
