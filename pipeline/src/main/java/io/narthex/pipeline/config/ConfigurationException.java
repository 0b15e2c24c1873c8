package io.narthex.pipeline.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration or target file that cannot be used, with everything that is wrong with it. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final List<ConfigurationFault> faults;

  /**
   * A refusal.
   *
   * @param faults at least one
   */
  public ConfigurationException(List<ConfigurationFault> faults) {
    super(faults.stream().map(ConfigurationFault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  /** What is wrong, in the order of the places; the message has one line for each. */
  public List<ConfigurationFault> faults() {
    return faults;
  }
}
