package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to read a dashboard's query, and to print it? Run its class path with {@code
 * org.openjdk.jmh.Main PromqlParserBenchmark -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PromqlParserBenchmark {

  /** Queries as panels and alerts hold them. */
  public enum Query {
    SELECTOR("up{job=\"node\",instance=~\"web-.*\"}"),
    RATE("sum by (job) (rate(http_requests_total{code=~\"5..\"}[5m]))"),
    RATIO(
        "sum(rate(http_requests_total{job=\"api\",code=~\"5..\"}[5m])) by (instance) / on(instance)"
            + " group_left(zone) sum(rate(http_requests_total{job=\"api\"}[5m])) by (instance)"),
    QUANTILE(
        "histogram_quantile(0.99, sum by (le, route) (rate(http_request_duration_seconds_bucket"
            + "{job=\"api\",namespace=\"prod\"}[$__interval])))"),
    ALERT(
        "(node_filesystem_avail_bytes{job=\"node\",fstype!=\"\"} /"
            + " node_filesystem_size_bytes{job=\"node\",fstype!=\"\"} * 100 < 40 and"
            + " predict_linear(node_filesystem_avail_bytes{job=\"node\",fstype!=\"\"}[6h],"
            + " 24*60*60) < 0 and node_filesystem_readonly{job=\"node\",fstype!=\"\"} == 0)");

    private final String text;

    Query(String text) {
      this.text = text.replace("$__interval", "1m");
    }
  }

  @Param Query query;
  private Expr tree;

  @Setup
  public void read() {
    tree = PromqlParser.parse(query.text, ParseOptions.DEFAULT);
  }

  @Benchmark
  public Expr parse() {
    return PromqlParser.parse(query.text, ParseOptions.DEFAULT);
  }

  @Benchmark
  public String print() {
    return ExprPrinter.print(tree);
  }
}
