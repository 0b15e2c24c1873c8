package io.narthex.operators.template.language;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a template is run.
 *
 * @param output makes what is written into, for pages: it says how values are written, and {@code
 *     tmpl} runs a template whose name is worked out, into an output of its own; null for plain
 *     text
 * @param absentKeysFail whether it is a fault to ask for a key that is not there
 */
public record Rendering(@Nullable Supplier<? extends Output> output, boolean absentKeysFail) {
  /** Plain text, as alerts have it. */
  public static final Rendering TEXT = new Rendering(null, false);

  /** A page. */
  public static Rendering page(Supplier<? extends Output> output) {
    return new Rendering(output, false);
  }

  /** The same, but keys must be there. */
  public Rendering withKeysRequired() {
    return new Rendering(output, true);
  }
}
