package io.narthex.operators.template.language;

/**
 * What a run writes into, where values are not written as they are: it is told of each text and
 * asked for each value, in the order of the output. Used by one thread.
 */
public interface Output {

  /** The template's own text comes next. */
  void text(String text);

  /**
   * How a value is written here.
   *
   * @param value not boxed
   * @param escaper {@code html} or {@code urlquery} if the value comes out of that function, else
   *     empty
   * @throws FunctionException if no value may stand here; the message says why
   */
  String value(Object value, String escaper);

  /**
   * The output ends.
   *
   * @throws FunctionException if it must not end here
   */
  void end();
}
