package io.narthex.pipeline.config.rules;

import java.io.Serializable;

/**
 * A place in a rule file.
 *
 * @param line counted from 1; 0 if there is none
 * @param column counted from 1 in characters; 0 if there is none
 */
public record Place(int line, int column) implements Serializable {
  /** Of what does not stand in a file. */
  public static final Place NONE = new Place(0, 0);
}
