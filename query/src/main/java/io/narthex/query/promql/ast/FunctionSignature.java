package io.narthex.query.promql.ast;

import java.util.List;

/**
 * What the parser knows of a function.
 *
 * @param name in queries
 * @param argumentTypes of all arguments that can be told apart; the last one repeats if the
 *     function is variadic
 * @param variadic 0: exactly the arguments listed; n &gt; 0: the last n may be left out or, as in
 *     Prometheus, up to n more of the last type follow; −1: any number of the last type
 * @param returnType what it gives
 * @param experimental whether a feature flag must be set to use it
 */
public record FunctionSignature(
    String name,
    List<ValueType> argumentTypes,
    int variadic,
    ValueType returnType,
    boolean experimental) {
  public FunctionSignature {
    argumentTypes = List.copyOf(argumentTypes);
  }
}
