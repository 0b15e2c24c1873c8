package io.narthex.operators.template.language;

/**
 * How a template is run.
 *
 * @param page whether the output is HTML: values are escaped unless they are {@link HtmlText},
 *     those that are not there are empty, and {@code tmpl} runs a template whose name is worked out
 * @param absentKeysFail whether it is a fault to ask for a key that is not there
 */
public record Rendering(boolean page, boolean absentKeysFail) {
  /** Plain text, as alerts have it. */
  public static final Rendering TEXT = new Rendering(false, false);

  /** A page. */
  public static final Rendering PAGE = new Rendering(true, false);

  /** The same, but keys must be there. */
  public Rendering withKeysRequired() {
    return new Rendering(page, true);
  }
}
