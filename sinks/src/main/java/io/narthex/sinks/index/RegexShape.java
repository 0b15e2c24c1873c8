package io.narthex.sinks.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the regular expressions that dashboards send most: alternatives of literals, groups of
 * them, and a literal followed by {@code .*} or {@code .+}. They are resolved without a regex
 * engine.
 *
 * <pre>{@code
 * alternatives = sequence { "|" sequence }
 * sequence     = { literal character | "\" punctuation | "(" ["?:"] alternatives ")" } [ ".*" | ".+" ]
 * }</pre>
 *
 * A trailing {@code .*} or {@code .+} is known only where it ends the whole expression and only one
 * literal precedes it. Anything else is left to the engine. Expressions are assumed to be valid.
 */
final class RegexShape {
  /** Most literals that an expression is expanded to. */
  private static final int MAX_LITERALS = 2_000;

  private final String text;
  private int at;
  private boolean unknown;
  private boolean openEnd;
  private int openEndLeast;

  private RegexShape(String text) {
    this.text = text;
  }

  /** The set that the expression accepts, or null if it needs the engine. */
  static @Nullable ValueSet parse(String regex) {
    var shape = new RegexShape(regex);
    var literals = shape.alternatives(0);
    if (shape.unknown || shape.at < regex.length()) {
      return null;
    }
    if (!shape.openEnd) {
      return new ValueSet.Literals(List.copyOf(new LinkedHashSet<>(literals)));
    }
    if (literals.size() != 1) {
      return null;
    }
    String prefix = literals.get(0);
    if (prefix.isEmpty()) {
      return shape.openEndLeast == 0 ? new ValueSet.Everything() : new ValueSet.NonEmpty();
    }
    return new ValueSet.Prefix(prefix, prefix.length() + shape.openEndLeast);
  }

  private List<String> alternatives(int depth) {
    var all = new ArrayList<String>(sequence(depth));
    while (!unknown && at < text.length() && text.charAt(at) == '|') {
      at++;
      all.addAll(sequence(depth));
      unknown |= all.size() > MAX_LITERALS || openEnd;
    }
    return all;
  }

  private List<String> sequence(int depth) {
    List<String> heads = List.of("");
    var literal = new StringBuilder();
    while (!unknown && at < text.length()) {
      char c = text.charAt(at);
      if (c == '|' || c == ')') {
        break;
      } else if (openEnd) {
        unknown = true;
      } else if (c == '(') {
        heads = product(heads, List.of(literal.toString()));
        literal.setLength(0);
        heads = product(heads, group(depth));
      } else if (c == '.') {
        openEnd(depth);
      } else {
        literal(c, literal);
      }
    }
    return literal.length() == 0 ? heads : product(heads, List.of(literal.toString()));
  }

  private List<String> group(int depth) {
    at++;
    if (text.startsWith("?:", at)) {
      at += 2;
    }
    var inner = alternatives(depth + 1);
    if (at >= text.length() || text.charAt(at) != ')') {
      unknown = true;
      return inner;
    }
    at++;
    unknown |= isRepetition();
    return inner;
  }

  private void openEnd(int depth) {
    char repeat = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    if (depth > 0 || (repeat != '*' && repeat != '+')) {
      unknown = true;
      return;
    }
    openEnd = true;
    openEndLeast = repeat == '+' ? 1 : 0;
    at += 2;
    unknown |= isRepetition();
  }

  private void literal(char c, StringBuilder out) {
    if (c == '\\') {
      at++;
      if (at >= text.length() || !isEscapable(text.charAt(at))) {
        unknown = true;
        return;
      }
      out.append(text.charAt(at));
    } else if ("[]{}^$*+?".indexOf(c) >= 0) {
      unknown = true;
      return;
    } else {
      out.append(c);
    }
    at++;
    unknown |= isRepetition();
  }

  private boolean isRepetition() {
    return at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0;
  }

  private static boolean isEscapable(char c) {
    return c < 0x80 && c > ' ' && !Character.isLetterOrDigit(c);
  }

  private List<String> product(List<String> heads, List<String> tails) {
    if ((long) heads.size() * tails.size() > MAX_LITERALS) {
      unknown = true;
      return heads;
    }
    var all = new ArrayList<String>(heads.size() * tails.size());
    for (var head : heads) {
      for (var tail : tails) {
        all.add(head + tail);
      }
    }
    return all;
  }
}
