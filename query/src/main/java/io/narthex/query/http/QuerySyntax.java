package io.narthex.query.http;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.ReadingBudget;
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
 * What the API asks about texts without evaluating them. What they are read into counts as memory
 * of the answer until the call is over. All methods fail with {@link
 * io.narthex.pipeline.fault.FaultException} ({@code BAD_DATA}), with position, for a faulty text.
 */
final class QuerySyntax {
  private final ParseOptions options;
  private final AnswerMemory memory;

  QuerySyntax(ParseOptions options, AnswerMemory memory) {
    this.options = options;
    this.memory = memory;
  }

  /** The conditions of series selectors such as {@code up{job="a"}}. */
  List<List<Matcher>> matchers(List<String> selectors, Call call) {
    var sets = new ArrayList<List<Matcher>>(selectors.size());
    var budget = budget(call);
    for (var selector : selectors) {
      checkpoint(call);
      sets.add(PromqlParser.parseSelector(selector, budget));
    }
    return sets;
  }

  /** The conditions of all selectors in a query. */
  List<List<Matcher>> selectors(String query, Call call) {
    var collector = new Selectors();
    read(query, call).accept(collector);
    return collector.found;
  }

  /** The query laid out in lines of at most 100 columns. */
  String format(String query, Call call) {
    return PrettyPrinter.print(read(query, call));
  }

  /** The query's tree, see {@link ExprTree}. */
  Map<String, ?> tree(String query, Call call) {
    return ExprTree.of(read(query, call));
  }

  private Expr read(String query, Call call) {
    return PromqlParser.parse(query, options, budget(call), () -> checkpoint(call));
  }

  private static void checkpoint(Call call) {
    call.cancellation().check("query parsing");
  }

  private ReadingBudget budget(Call call) {
    return memory.open(call).reading();
  }

  /** Functions, and whether they can be used with these options. */
  static Map<String, Boolean> functions(ParseOptions options) {
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
