package io.narthex.operators.template.language;

import java.util.Arrays;
import java.util.List;

/**
 * A function or method.
 *
 * @param parameters their types; if it is variadic, the last may occur any number of times
 */
public record Function(List<GoType> parameters, boolean variadic, Body body) {

  /** What it does. */
  @FunctionalInterface
  public interface Body {
    /**
     * Calculates.
     *
     * @param arguments of the parameters' types, not boxed
     * @throws FunctionException if it cannot
     */
    Object apply(List<Object> arguments);
  }

  /** A function with a fixed number of parameters. */
  public static Function of(Body body, GoType... parameters) {
    return new Function(List.copyOf(Arrays.asList(parameters)), false, body);
  }

  /** A function whose last parameter may occur any number of times. */
  public static Function variadic(Body body, GoType... parameters) {
    return new Function(List.copyOf(Arrays.asList(parameters)), true, body);
  }
}
