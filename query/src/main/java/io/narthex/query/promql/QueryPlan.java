package io.narthex.query.promql;

import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a query is evaluated. Times are milliseconds since the epoch, durations nanoseconds.
 *
 * @param root the operator whose result is the answer
 * @param steps times at which the query is evaluated
 * @param result what the query cost and what was noted, if it was run; its value is not kept
 */
public record QueryPlan(Node root, int steps, @Nullable Outcome result) {

  /**
   * What became of the query.
   *
   * @param statistics what it cost
   * @param warnings as in {@link QueryResult}
   * @param infos as in {@link QueryResult}
   */
  public record Outcome(QueryStatistics statistics, List<String> warnings, List<String> infos) {
    public Outcome {
      warnings = List.copyOf(warnings);
      infos = List.copyOf(infos);
    }
  }

  /** What kind of work an operator does. */
  public enum Operator {
    NUMBER("number"),
    STRING("string"),
    INSTANT_SELECTOR("instantSelector"),
    RANGE_SELECTOR("rangeSelector"),
    SUBQUERY("subquery"),
    UNARY("unary"),
    BINARY("binary"),
    AGGREGATION("aggregation"),
    FUNCTION("function"),
    /** Evaluates its input once for all steps. */
    ONCE("once");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    /** The name that the API shows. */
    public String text() {
      return text;
    }
  }

  /**
   * An operator with its inputs.
   *
   * @param label what it does, in a few words of PromQL
   * @param place its part of the query
   * @param steps times at which it is evaluated
   * @param selection what it selects, if it does
   * @param pushedDown what the store does for it
   * @param measured what it cost, if the query was run and this operator with it
   */
  public record Node(
      Operator operator,
      String label,
      Span place,
      ValueType type,
      int steps,
      @Nullable Selection selection,
      List<String> pushedDown,
      @Nullable Measured measured,
      List<Node> inputs) {
    public Node {
      pushedDown = List.copyOf(pushedDown);
      inputs = List.copyOf(inputs);
    }
  }

  /**
   * What a selector asks of the store.
   *
   * @param from first millisecond
   * @param to last millisecond
   * @param series found
   * @param pages that overlap the time
   * @param samples in these pages
   * @param read what was read of them, if the query was run
   */
  public record Selection(
      List<String> matchers,
      long from,
      long to,
      long series,
      long pages,
      long samples,
      @Nullable Read read) {
    public Selection {
      matchers = List.copyOf(matchers);
    }
  }

  /**
   * What was read for a selector.
   *
   * @param series how often a series was read
   * @param samples decoded
   * @param pagesSkipped whose statistics were enough
   */
  public record Read(long series, long samples, long pagesSkipped) {}

  /**
   * What an operator cost.
   *
   * @param series evaluated
   * @param points that came out
   * @param nanos with its inputs
   * @param ownNanos without them; time of helping threads counts for each
   * @param bytes held when it was done, with its inputs, estimated
   */
  public record Measured(long series, long points, long nanos, long ownNanos, long bytes) {}
}
