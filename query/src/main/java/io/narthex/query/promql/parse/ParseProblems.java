package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found wrong so far. Faults of types count only if there are none of syntax: a tree with
 * holes says nothing about types.
 */
final class ParseProblems {
  private final List<ParseError> syntax = new ArrayList<>();
  private final List<ParseError> types = new ArrayList<>();

  void syntax(Span span, String message) {
    syntax.add(new ParseError(span, message));
  }

  void type(Span span, String message) {
    types.add(new ParseError(span, message));
  }

  /** How many faults of types there are: a mark for the two methods below. */
  int typeMark() {
    return types.size();
  }

  /** Puts a fault of types before those found since the mark. */
  void typeAt(int mark, Span span, String message) {
    types.add(mark, new ParseError(span, message));
  }

  /** Forgets the faults of types found since the mark. */
  void forgetTypesSince(int mark) {
    types.subList(mark, types.size()).clear();
  }

  List<ParseError> all() {
    return List.copyOf(syntax.isEmpty() ? types : syntax);
  }
}
