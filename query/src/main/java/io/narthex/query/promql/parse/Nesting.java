package io.narthex.query.promql.parse;

/**
 * Bounds how deep a query may nest and how high its tree may grow, so that neither the parser nor
 * anything else that walks the tree by recursion runs out of stack: half a megabyte is enough to
 * read, print and rewrite the deepest tree.
 */
final class Nesting {
  /** Most expressions inside each other: parentheses, arguments, operands on the right. */
  static final int MAX_DEPTH = 250;

  /** Most nodes on the way from the root to a leaf; a chain of operators is one node each. */
  static final int MAX_HEIGHT = 500;

  private final ParseProblems problems;
  private int depth;

  Nesting(ParseProblems problems) {
    this.problems = problems;
  }

  /**
   * Enters an expression.
   *
   * @throws SyntaxStop if that is one too many
   */
  void enter(TokenStream tokens) {
    depth++;
    if (depth > MAX_DEPTH) {
      problems.syntax(
          tokens.span(), "expression is nested too deeply: more than " + MAX_DEPTH + " levels");
      throw new SyntaxStop();
    }
  }

  void leave() {
    depth--;
  }

  /**
   * Checks the length of a chain.
   *
   * @throws SyntaxStop if it is too long
   */
  void checkHeight(TokenStream tokens, int height) {
    if (height > MAX_HEIGHT) {
      problems.syntax(
          tokens.span(),
          "expression is nested too deeply: more than " + MAX_HEIGHT + " operations in a row");
      throw new SyntaxStop();
    }
  }
}
