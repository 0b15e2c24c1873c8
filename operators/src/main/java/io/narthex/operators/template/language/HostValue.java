package io.narthex.operators.template.language;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a type of the surroundings, with fields and methods. */
public interface HostValue {

  /** Go's name of the type, with a star if it is a pointer. */
  String typeName();

  /** The number or string that it is in truth; null if it is a structure. */
  default @Nullable Object base() {
    return null;
  }

  /** A field; null if there is none of that name. */
  default @Nullable Object field(String name) {
    return null;
  }

  /** A method; null if there is none of that name. */
  default @Nullable Function method(String name) {
    return null;
  }

  /** All fields in their order, with their names; empty if it is no structure. */
  default Map<String, Object> members() {
    return Map.of();
  }

  /** How it prints. */
  String text();

  /** Whether it is a pointer. */
  default boolean isPointer() {
    return typeName().startsWith("*");
  }
}
