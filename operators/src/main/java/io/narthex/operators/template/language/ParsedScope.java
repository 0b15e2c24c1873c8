package io.narthex.operators.template.language;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

/** Variables and loops of one template while it is read; definitions inside have their own. */
final class ParsedScope {
  final Deque<String> variables = new ArrayDeque<>();
  int loops;

  ParsedScope(Collection<String> names) {
    names.forEach(variables::addLast);
    variables.addLast("$");
  }
}
