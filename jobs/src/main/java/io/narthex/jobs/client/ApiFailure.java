package io.narthex.jobs.client;

/** A server did not answer, or refused; the message is for the person who asked. */
public final class ApiFailure extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ApiFailure(String message) {
    super(message);
  }
}
