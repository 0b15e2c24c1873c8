package io.narthex.operators.template.language;

/** What all values have in common. */
final class Values {
  private Values() {}

  /** What a comparison looks at. */
  enum Basic {
    NONE,
    BOOL,
    INT,
    FLOAT,
    STRING
  }

  static Object unboxed(Object value) {
    return value instanceof Boxed boxed ? boxed.value() : value;
  }

  /** The number or string behind a named type. */
  static Object base(Object value) {
    if (value instanceof HostValue host && !host.isPointer()) {
      Object base = host.base();
      return base == null ? value : base;
    }
    return value;
  }

  static String typeName(Object value) {
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float64";
    }
    if (value instanceof String) {
      return "string";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof MapValue map) {
      return map.typeName();
    }
    if (value instanceof ListValue list) {
      return list.typeName();
    }
    if (value instanceof HostValue host) {
      return host.typeName();
    }
    return value instanceof Boxed ? "interface {}" : "<nil>";
  }

  static boolean isTrue(Object boxed) {
    Object value = base(unboxed(boxed));
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Long number) {
      return number != 0;
    }
    if (value instanceof Double number) {
      return number != 0;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof MapValue map) {
      return !map.entries().isEmpty();
    }
    if (value instanceof ListValue list) {
      return !list.elements().isEmpty();
    }
    return value instanceof HostValue;
  }

  static Basic basic(Object value) {
    Object base = base(value);
    if (base instanceof Boolean) {
      return Basic.BOOL;
    }
    if (base instanceof Long) {
      return Basic.INT;
    }
    if (base instanceof Double) {
      return Basic.FLOAT;
    }
    return base instanceof String ? Basic.STRING : Basic.NONE;
  }
}
