package io.narthex.operators.template.language;

/** A function or method called by a template cannot do what it is asked for. */
public final class FunctionException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public FunctionException(String message) {
    super(message);
  }
}
