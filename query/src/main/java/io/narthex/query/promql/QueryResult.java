package io.narthex.query.promql;

import java.util.List;

/**
 * The answer to a query.
 *
 * @param value what it evaluates to
 * @param warnings what makes the answer doubtful, with positions
 * @param infos what the author of the query may want to know, with positions
 * @param statistics what it cost
 */
public record QueryResult(
    QueryValue value, List<String> warnings, List<String> infos, QueryStatistics statistics) {
  public QueryResult {
    warnings = List.copyOf(warnings);
    infos = List.copyOf(infos);
  }
}
