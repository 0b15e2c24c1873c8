package io.narthex.query.promql.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.print.ExprPrinter;
import io.narthex.query.promql.script.Script.Eval;
import io.narthex.query.promql.script.Script.Expectation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Runs the commands of one script against a store and an engine of its own. */
final class ScriptRunner {
  private static final long MINUTE = 60_000;
  private static final long MAX_SAMPLES = 10_000;

  private final InMemoryStore store = new InMemoryStore();
  private final Loader loader = new Loader(store);
  private final VectorizedQueryEngine engine;

  ScriptRunner(boolean typeAndUnitLabels) {
    var features = EnumSet.allOf(Feature.class);
    if (!typeAndUnitLabels) {
      features.remove(Feature.TYPE_AND_UNIT_LABELS);
    }
    engine =
        new VectorizedQueryEngine(
            store,
            new EngineOptions(
                Duration.ofMinutes(5),
                Duration.ofSeconds(100),
                MAX_SAMPLES,
                4,
                Duration.ofMinutes(1),
                features));
  }

  void clear() {
    loader.clear();
  }

  void load(Script.Load load) {
    loader.load(load);
  }

  void eval(Eval eval) {
    if (eval.step() != 0) {
      range(eval);
      return;
    }
    instant(eval.query(), eval.start(), eval.expected());
    Expr expr = PromqlParser.parse(eval.query(), ParseOptions.ALL);
    Expr fixed = FixedTime.fix(expr, eval.start());
    if (fixed != null && !eval.expected().fails) {
      String query = ExprPrinter.print(fixed);
      for (long time : times(eval.start())) {
        instant(query, time, eval.expected());
      }
    } else if (fixed != null) {
      String query = ExprPrinter.print(fixed);
      for (long time : times(eval.start())) {
        run(QueryRequest.instant(query, time), eval.expected());
      }
    }
  }

  private static Set<Long> times(long time) {
    return time == 0
        ? new LinkedHashSet<>(List.of(-1000L, 0L, 1000L))
        : new LinkedHashSet<>(List.of(-10 * time, 0L, time / 5, time, 10 * time));
  }

  private void range(Eval eval) {
    var request = QueryRequest.range(eval.query(), eval.start(), eval.end(), eval.step());
    QueryResult result = run(request, eval.expected());
    if (result != null) {
      Comparison.matrix(
          (QueryValue.Matrix) result.value(), eval.expected().series, eval.start(), eval.step());
    }
  }

  private void instant(String query, long time, Expectation expected) {
    QueryResult result = run(QueryRequest.instant(query, time), expected);
    if (result == null) {
      return;
    }
    try {
      Comparison.instant(result.value(), expected);
      middleOfRange(query, time, expected, result.value());
    } catch (AssertionError e) {
      throw new AssertionError(query + " at " + time + ": " + e.getMessage(), e);
    }
  }

  /** As a range query of three steps: the middle one must be the same. */
  private void middleOfRange(String query, long time, Expectation expected, QueryValue instant) {
    boolean skipped =
        expected.range != null
            || expected.string != null
            || expected.ordered
            || instant instanceof QueryValue.Matrix
            || instant instanceof QueryValue.Text
            || query.matches("(?s).*\\b(start|end|range|step)\\(\\).*");
    if (skipped) {
      return;
    }
    var request = QueryRequest.range(query, time - MINUTE, time + MINUTE, MINUTE);
    QueryValue value;
    try {
      value = engine.query(request).value();
    } catch (FaultException e) {
      throw new AssertionError("as a range query: " + e.getMessage(), e);
    }
    Comparison.instant(Middle.of((QueryValue.Matrix) value, time, instant), expected);
  }

  private QueryResult run(QueryRequest request, Expectation expected) {
    QueryResult result;
    try {
      result = engine.query(request);
    } catch (FaultException e) {
      if (!expected.fails) {
        throw new AssertionError(request.query() + ": " + e.getMessage(), e);
      }
      for (Script.Text text : expected.failTexts) {
        assertThat(text.matches(e.getMessage()))
            .as("expected %s, got %s", text.text(), e.getMessage())
            .isTrue();
      }
      return null;
    }
    if (expected.fails) {
      fail("%s: must fail, gives %s", request.query(), result.value());
    }
    notes(result.warnings(), expected.warnings, request.query());
    notes(result.infos(), expected.infos, request.query());
    return result;
  }

  private static void notes(List<String> actual, Script.Notes expected, String query) {
    if (expected.none) {
      assertThat(actual).as(query).isEmpty();
    }
    if (!expected.some) {
      return;
    }
    assertThat(actual).as(query).isNotEmpty();
    for (Script.Text text : expected.texts) {
      assertThat(actual).as("%s: to contain %s", query, text.text()).anyMatch(text::matches);
    }
    if (!expected.texts.isEmpty()) {
      assertThat(actual)
          .as(query)
          .allMatch(note -> expected.texts.stream().anyMatch(text -> text.matches(note)));
    }
  }
}
