package io.narthex.jobs.ruletest;

import io.narthex.operators.rules.evaluation.RuleEvaluator;
import io.narthex.operators.rules.evaluation.RuleOutput;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.ruletest.RuleTest;
import io.narthex.pipeline.config.ruletest.RuleTest.AlertCase;
import io.narthex.pipeline.config.ruletest.RuleTest.ExpressionCase;
import io.narthex.pipeline.config.ruletest.RuleTestFile;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.pipeline.wire.DoubleText;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.query.promql.histogram.HistogramNotationText;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One run of one test. Time goes from tick to tick: at each, the samples up to it are handed to the
 * evaluator, the groups are evaluated, and alerts that are looked at before the next tick compared.
 * Expressions are evaluated at the end, over all that was stored.
 */
final class TestRun {
  private final RuleTest test;
  private final RuleTestFile file;
  private final RuleSet rules;
  private final VectorizedQueryEngine engine;
  private final MemoryStore store = new MemoryStore();
  private final List<Mismatch> mismatches = new ArrayList<>();

  TestRun(RuleTest test, RuleTestFile file, RuleSet rules, EngineOptions engine) {
    this.test = test;
    this.file = file;
    this.rules = rules;
    this.engine = new VectorizedQueryEngine(store, engine);
  }

  /** What went otherwise than expected. */
  List<Mismatch> run() {
    var input = Input.of(test, mismatches);
    if (!mismatches.isEmpty()) {
      return mismatches;
    }
    var clock = Clock.fixed(Instant.ofEpochMilli(test.start() - 1), ZoneOffset.UTC);
    var evaluator = new RuleEvaluator(rules, store, clock, new Stored());
    long interval = file.evaluationInterval().toMillis();
    long end = test.start() + test.length().toMillis();
    for (long tick = test.start(); tick <= end; tick += interval) {
      input.until(
          tick,
          batch -> {
            store.append(batch);
            evaluator.accept(batch);
          });
      evaluator.advance(tick);
      if (failed(evaluator.report(), tick)) {
        return mismatches;
      }
      for (var alert : test.alerts()) {
        long at = test.start() + alert.at().toMillis();
        if (tick <= at && at < tick + interval) {
          compare(alert, evaluator.report());
        }
      }
    }
    test.expressions().forEach(this::compare);
    return mismatches;
  }

  /** All that was stored, a line for each series. */
  List<String> stored() {
    var lines = new ArrayList<String>();
    var buffer = new SampleBuffer();
    var all = new Selector(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, true);
    try (var found = store.select(all)) {
      for (int series = 0; series < found.size(); series++) {
        buffer.clear();
        found.read(series, Long.MIN_VALUE, Long.MAX_VALUE, buffer);
        var line = new StringBuilder(found.labels(series).toString());
        for (int i = 0; i < buffer.size(); i++) {
          var histogram = buffer.histogram(i);
          line.append(' ')
              .append(
                  histogram == null
                      ? DoubleText.of(buffer.values()[i])
                      : HistogramNotationText.of(histogram))
              .append('@')
              .append(buffer.timestamps()[i]);
        }
        lines.add(line.toString());
      }
    }
    return lines;
  }

  /** Notes rules whose evaluation failed. */
  private boolean failed(List<RuleGroupStatus> groups, long tick) {
    boolean failed = false;
    for (var group : groups) {
      for (var rule : group.rules()) {
        if (rule.lastError() != null) {
          failed = true;
          mismatches.add(
              Mismatch.error(
                  test.place(),
                  "rule %s at %s: %s"
                      .formatted(rule.name(), after(tick - test.start()), rule.lastError())));
        }
      }
    }
    return failed;
  }

  private void compare(AlertCase wanted, List<RuleGroupStatus> groups) {
    var got = new ArrayList<String>();
    for (var group : groups) {
      for (var rule : group.rules()) {
        var alerting = rule.alerting();
        if (alerting != null && rule.name().equals(wanted.alert())) {
          for (var alert : alerting.alerts().get()) {
            if (alert.state() == AlertState.FIRING) {
              got.add(text(alert.labels(), alert.annotations()));
            }
          }
        }
      }
    }
    var expected = new ArrayList<String>();
    for (var alert : wanted.expected()) {
      var labels = new TreeMap<>(alert.labels());
      labels.put("alertname", wanted.alert());
      expected.add(text(Labels.of(labels), alert.annotations()));
    }
    compare(wanted.place(), "alert " + wanted.alert() + " at " + print(wanted.at()), expected, got);
  }

  private static String text(Labels labels, Map<String, String> annotations) {
    var sorted = new TreeMap<String, String>(Names.BYTE_ORDER);
    sorted.putAll(annotations);
    return "labels " + labels + " annotations " + sorted;
  }

  private void compare(ExpressionCase wanted) {
    String what = "expression " + wanted.expression() + " at " + print(wanted.at());
    var expected = new ArrayList<Element>();
    for (var sample : wanted.expected()) {
      try {
        expected.add(Element.of(sample));
      } catch (FaultException e) {
        mismatches.add(Mismatch.error(sample.place(), what + ": " + e.getMessage()));
        return;
      }
    }
    List<Element> got;
    try {
      got = evaluate(wanted);
    } catch (FaultException e) {
      mismatches.add(Mismatch.error(wanted.place(), what + ": " + e.getMessage()));
      return;
    }
    expected.sort(Element.ORDER);
    got.sort(Element.ORDER);
    if (!Element.same(expected, got, file.fuzzyCompare())) {
      mismatches.add(
          new Mismatch(
              wanted.place(),
              what,
              expected.stream().map(Element::toString).toList(),
              got.stream().map(Element::toString).toList()));
    }
  }

  private List<Element> evaluate(ExpressionCase wanted) {
    long at = test.start() + wanted.at().toMillis();
    var value = engine.query(QueryRequest.instant(wanted.expression(), at)).value();
    var got = new ArrayList<Element>();
    if (value instanceof QueryValue.Vector vector) {
      vector.samples().forEach(sample -> got.add(Element.of(sample)));
    } else if (value instanceof QueryValue.Scalar scalar) {
      got.add(new Element(Labels.EMPTY, scalar.value(), ""));
    } else {
      throw new FaultException(Fault.BAD_DATA, "the result is not a vector or scalar");
    }
    return got;
  }

  private void compare(Place place, String what, List<String> expected, List<String> got) {
    var wanted = expected.stream().sorted(Names.BYTE_ORDER).toList();
    var found = got.stream().sorted(Names.BYTE_ORDER).toList();
    if (!wanted.equals(found)) {
      mismatches.add(new Mismatch(place, what, wanted, found));
    }
  }

  private static String after(long millis) {
    return print(Duration.ofMillis(millis));
  }

  private static String print(Duration duration) {
    return PrometheusDuration.print(duration);
  }

  /** What rules write is there for queries. */
  private final class Stored implements RuleOutput {
    @Override
    public void samples(SampleBatch batch) {
      store.append(batch);
    }

    @Override
    public void alerts(AlertBatch batch) {}
  }
}
