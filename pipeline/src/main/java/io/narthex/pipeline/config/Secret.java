package io.narthex.pipeline.config;

import java.io.Serializable;

/**
 * A value that must not be shown: its text form hides it, in logs and on the configuration page
 * alike.
 */
public record Secret(String value) implements Serializable {
  @Override
  public String toString() {
    return "<secret>";
  }
}
