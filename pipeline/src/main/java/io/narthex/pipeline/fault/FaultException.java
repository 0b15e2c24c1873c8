package io.narthex.pipeline.fault;

import org.jspecify.annotations.Nullable;

/**
 * A fault that ends a request. The message is for the client: it names the place and says what
 * would be right.
 */
public final class FaultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Fault fault;

  public FaultException(Fault fault, String message) {
    this(fault, message, null);
  }

  public FaultException(Fault fault, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }

  /** The message; never null here. */
  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? fault.name() : message;
  }
}
