package io.narthex.operators.template.language;

/**
 * A type of a parameter.
 *
 * @param name Go's
 */
public record GoType(String name, Kind kind) {
  public static final GoType ANY = new GoType("interface {}", Kind.ANY);
  public static final GoType STRING = new GoType("string", Kind.STRING);
  public static final GoType INT = new GoType("int", Kind.INT);

  /** What literals fit and whether nothing does. */
  public enum Kind {
    ANY,
    STRING,
    INT,
    /** Pointers, lists and maps. */
    REFERENCE,
    STRUCT
  }

  boolean canBeNil() {
    return kind == Kind.ANY || kind == Kind.REFERENCE;
  }
}
