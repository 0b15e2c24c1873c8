package io.narthex.sinks.codec;

/** Bytes that no encoder of this format writes. */
public final class MalformedPageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public MalformedPageException(String message) {
    super(message);
  }
}
