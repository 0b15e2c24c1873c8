package io.narthex.sinks.index;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The label values that a regular expression accepts, in a form that can be looked up. Only the
 * last form has to be tried value by value.
 */
sealed interface ValueSet {

  /** All values, the empty one included. */
  record Everything() implements ValueSet {}

  /** All values but the empty one. */
  record NonEmpty() implements ValueSet {}

  /** Just these values. */
  record Literals(List<String> values) implements ValueSet {}

  /**
   * Values that begin so.
   *
   * @param minLength least length in chars
   */
  record Prefix(String prefix, int minLength) implements ValueSet {}

  /** Values that the test accepts. */
  record Tested(Predicate<String> test) implements ValueSet {}

  /** The values that a matcher compares with, negation left aside. */
  static ValueSet of(Matcher matcher) {
    return switch (matcher.type()) {
      case EQUAL, NOT_EQUAL -> new Literals(List.of(matcher.value()));
      case REGEX, NOT_REGEX -> {
        var simple = RegexShape.parse(matcher.value());
        boolean negated = matcher.type() == Matcher.Type.NOT_REGEX;
        yield simple != null
            ? simple
            : new Tested(negated ? value -> !matcher.matches(value) : matcher::matches);
      }
    };
  }

  /** Whether the empty value belongs to the set. */
  default boolean hasEmpty() {
    if (this instanceof Everything) {
      return true;
    } else if (this instanceof Literals literals) {
      return literals.values().contains("");
    } else if (this instanceof Prefix prefix) {
      return prefix.prefix().isEmpty() && prefix.minLength() == 0;
    } else if (this instanceof Tested tested) {
      return tested.test().test("");
    }
    return false;
  }

  /**
   * Chooses from a label's values.
   *
   * @param values in byte order
   * @param checkpoint is run for each value that has to be tried
   * @return those in the set; null means all of them
   */
  default @Nullable List<String> among(List<String> values, Runnable checkpoint) {
    if (this instanceof Everything || this instanceof NonEmpty) {
      return null;
    } else if (this instanceof Literals literals) {
      return literals.values();
    } else if (this instanceof Prefix prefix) {
      return withPrefix(values, prefix);
    }
    var test = ((Tested) this).test();
    var chosen = new ArrayList<String>();
    for (var value : values) {
      checkpoint.run();
      if (test.test(value)) {
        chosen.add(value);
      }
    }
    return chosen;
  }

  private static List<String> withPrefix(List<String> values, Prefix wanted) {
    int from = Collections.binarySearch(values, wanted.prefix(), Names.BYTE_ORDER);
    var chosen = new ArrayList<String>();
    for (int i = from < 0 ? -from - 1 : from; i < values.size(); i++) {
      var value = values.get(i);
      if (!value.startsWith(wanted.prefix())) {
        break;
      }
      if (value.length() >= wanted.minLength()) {
        chosen.add(value);
      }
    }
    return chosen;
  }
}
