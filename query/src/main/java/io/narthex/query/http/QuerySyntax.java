package io.narthex.query.http;

import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprWalk;
import io.narthex.query.promql.parse.FunctionSignatures;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.print.ExprTree;
import io.narthex.query.promql.print.PrettyPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the API asks about texts without evaluating them. All methods fail with {@link
 * io.narthex.pipeline.fault.FaultException} ({@code BAD_DATA}), with position, for a faulty text.
 */
final class QuerySyntax {
  private final ParseOptions options;

  QuerySyntax(ParseOptions options) {
    this.options = options;
  }

  /** The conditions of a series selector such as {@code up{job="a"}}. */
  List<Matcher> selector(String text) {
    return PromqlParser.parseSelector(text);
  }

  /** The conditions of all selectors in a query. */
  List<List<Matcher>> selectors(String query) {
    var collector = new Selectors();
    PromqlParser.parse(query, options).accept(collector);
    return collector.found;
  }

  /** The query laid out in lines of at most 100 columns. */
  String format(String query) {
    return PrettyPrinter.print(PromqlParser.parse(query, options));
  }

  /** The query's tree, see {@link ExprTree}. */
  Map<String, ?> tree(String query) {
    return ExprTree.of(PromqlParser.parse(query, options));
  }

  /** Functions, and whether they can be used with the options in effect. */
  Map<String, Boolean> functions() {
    var functions = new TreeMap<String, Boolean>();
    for (var function : FunctionSignatures.all()) {
      functions.put(function.name(), !function.experimental() || options.experimentalFunctions());
    }
    return functions;
  }

  /** Walks a tree and gathers the matchers of its selectors. */
  private static final class Selectors extends ExprWalk {
    private final List<List<Matcher>> found = new ArrayList<>();

    @Override
    public Boolean vectorSelector(Expr.VectorSelector node) {
      return found.add(node.matchers());
    }
  }
}
