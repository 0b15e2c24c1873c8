package io.narthex.operators.template.language;

/**
 * A template that cannot be read or run. The message is worded as Go's, with the template's name
 * and the place.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int line;

  /**
   * A refusal.
   *
   * @param line in the template's text, counted from 1; 0 if no line is meant
   */
  public TemplateException(String message, int line) {
    super(message);
    this.line = line;
  }

  /** The line in the template's text, counted from 1; 0 if no line is meant. */
  public int line() {
    return line;
  }
}
