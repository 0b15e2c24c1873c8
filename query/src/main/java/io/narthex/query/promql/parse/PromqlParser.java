package io.narthex.query.promql.parse;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The door of this package: text in, tree out. The language is PromQL as of Prometheus 3.14; error
 * texts are Prometheus' own.
 */
public final class PromqlParser {
  /** Longest query, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  private PromqlParser() {}

  /**
   * Reads a query and checks its types. The tree is at most 500 nodes high.
   *
   * @throws FaultException {@code BAD_DATA} with {@code line:column: parse error: text} for the
   *     first thing that is wrong
   */
  public static Expr parse(String query, ParseOptions options) {
    return parse(query, options, ReadingBudget.unwatched(), () -> {});
  }

  /**
   * As above, but may be stopped.
   *
   * @param budget what the tree is counted against before it is made
   * @param checkpoint is run now and then; it may wait, and stops the reading by an exception
   */
  public static Expr parse(
      String query, ParseOptions options, ReadingBudget budget, Runnable checkpoint) {
    Outcome outcome = check(bytes(query), options, budget, checkpoint);
    Expr expr = outcome.expr();
    if (expr == null || !outcome.errors().isEmpty()) {
      throw fault(query, outcome.errors());
    }
    return expr;
  }

  /**
   * Reads an instant selector such as those of {@code match[]} parameters. Matchers that select
   * everything are left to the caller to refuse.
   *
   * @return the matchers in the order in which they were written, the one of the name last
   * @throws FaultException {@code BAD_DATA} as {@link #parse}
   */
  public static List<Matcher> parseSelector(String selector) {
    return parseSelector(selector, ReadingBudget.unwatched());
  }

  /**
   * As above.
   *
   * @param budget what the matchers are counted against before they are made; that of several
   *     selectors may be the same
   */
  public static List<Matcher> parseSelector(String selector, ReadingBudget budget) {
    byte[] text = bytes(selector);
    var problems = new ParseProblems();
    if (fits(text, problems)) {
      budget.tree(text.length);
      try {
        var tokens = new TokenStream(text, problems);
        var matchers = new SelectorParser(tokens, problems, budget).selector().matchers();
        if (tokens.is(TokenType.END) && problems.all().isEmpty()) {
          return matchers;
        }
        tokens.unexpected();
      } catch (SyntaxStop stop) {
        throw fault(selector, problems.all());
      }
    }
    throw fault(selector, problems.all());
  }

  /** All that is wrong with a query; empty for a good one. */
  public static List<ParseError> problems(String query, ParseOptions options) {
    return check(query, options).errors();
  }

  /** Reads a query and gives all that is wrong with it. */
  static Outcome check(String query, ParseOptions options) {
    return check(bytes(query), options);
  }

  static Outcome check(byte[] query, ParseOptions options) {
    return check(query, options, ReadingBudget.unwatched(), () -> {});
  }

  private static Outcome check(
      byte[] query, ParseOptions options, ReadingBudget budget, Runnable checkpoint) {
    var problems = new ParseProblems();
    Expr expr = null;
    if (fits(query, problems)) {
      budget.tree(query.length);
      try {
        var tokens = new TokenStream(query, problems, checkpoint);
        expr = new ExprParser(tokens, problems, options, budget).query();
      } catch (SyntaxStop stop) {
        return new Outcome(null, problems.all());
      }
    }
    return new Outcome(expr, problems.all());
  }

  private static boolean fits(byte[] query, ParseProblems problems) {
    if (query.length > MAX_BYTES) {
      problems.syntax(
          new Span(0, 0), "query is too long: " + query.length + " bytes, at most " + MAX_BYTES);
      return false;
    }
    return true;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static FaultException fault(String query, List<ParseError> errors) {
    return new FaultException(Fault.BAD_DATA, errors.get(0).describe(query));
  }

  /**
   * What reading a query gave.
   *
   * @param expr null if there is no tree
   * @param errors empty for a good query
   */
  record Outcome(@Nullable Expr expr, List<ParseError> errors) {}
}
