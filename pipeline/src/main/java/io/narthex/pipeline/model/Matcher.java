package io.narthex.pipeline.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one label. A label that a series does not have counts as empty.
 *
 * @param name of the label
 * @param type how values are compared
 * @param value to compare with: a literal, or a regular expression (RE2 syntax) that must match the
 *     whole value
 */
public record Matcher(String name, Type type, String value, @Nullable Pattern pattern) {

  /** How a matcher compares. */
  public enum Type {
    EQUAL("="),
    NOT_EQUAL("!="),
    REGEX("=~"),
    NOT_REGEX("!~");

    private final String symbol;

    Type(String symbol) {
      this.symbol = symbol;
    }

    public String symbol() {
      return symbol;
    }
  }

  public static Matcher equal(String name, String value) {
    return new Matcher(name, Type.EQUAL, value, null);
  }

  /**
   * Makes a matcher of any type.
   *
   * @throws PatternSyntaxException if the value is not a regular expression where one is needed
   */
  public static Matcher of(String name, Type type, String value) {
    return of(name, type, value, ReadingBudget.unwatched());
  }

  /**
   * Makes a matcher of any type.
   *
   * @param budget what a regular expression is counted against before it is compiled
   * @throws PatternSyntaxException if the value is not a regular expression where one is needed, or
   *     a larger one than the budget has room for
   */
  public static Matcher of(String name, Type type, String value, ReadingBudget budget) {
    boolean regex = type == Type.REGEX || type == Type.NOT_REGEX;
    if (regex) {
      budget.regex(value);
    }
    return new Matcher(name, type, value, regex ? whole(value) : null);
  }

  /** The pattern around it could close what the value opens, and would stand in the message. */
  private static Pattern whole(String value) {
    String around = "^(?s:" + value + ")$";
    try {
      if (value.indexOf(')') >= 0) {
        Pattern.compile(value);
      }
      return Pattern.compile(around);
    } catch (PatternSyntaxException e) {
      Pattern.compile(value);
      throw e;
    }
  }

  /** Whether a label with this value (empty: no such label) satisfies the condition. */
  public boolean matches(String candidate) {
    return switch (type) {
      case EQUAL -> candidate.equals(value);
      case NOT_EQUAL -> !candidate.equals(value);
      case REGEX -> compiled().matches(candidate);
      case NOT_REGEX -> !compiled().matches(candidate);
    };
  }

  /** Whether series without the label satisfy the condition. */
  public boolean matchesEmpty() {
    return matches("");
  }

  private Pattern compiled() {
    if (pattern == null) {
      throw new IllegalStateException("a regex matcher without a pattern: " + this);
    }
    return pattern;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Matcher m
        && name.equals(m.name)
        && type == m.type
        && value.equals(m.value);
  }

  @Override
  public int hashCode() {
    return (31 * name.hashCode() + type.hashCode()) * 31 + value.hashCode();
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    if (Names.isLegacyLabelName(name)) {
      text.append(name);
    } else {
      Names.quote(text, name);
    }
    Names.quote(text.append(type.symbol()), value);
    return text.toString();
  }
}
