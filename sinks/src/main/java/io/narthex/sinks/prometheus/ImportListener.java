package io.narthex.sinks.prometheus;

/** Is told how far an import is; often, so it should be quick. */
@FunctionalInterface
public interface ImportListener {

  /**
   * Tells the state.
   *
   * @param part block or log that is read
   * @param share how much of the part is done, from 0 to 1
   * @param samples imported until now
   */
  void progress(String part, double share, long samples);
}
