package io.narthex.pipeline.config.ruletest;

import io.narthex.pipeline.config.rules.Place;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One test: samples, and what rules and queries make of them.
 *
 * @param name may be empty
 * @param interval between the samples of the input
 * @param externalUrl what templates see; may be empty
 * @param start time of the first sample and the first tick, milliseconds since the epoch
 */
public record RuleTest(
    String name,
    Duration interval,
    List<InputSeries> input,
    Map<String, String> externalLabels,
    String externalUrl,
    long start,
    List<AlertCase> alerts,
    List<ExpressionCase> expressions,
    Place place) {

  public RuleTest {
    input = List.copyOf(input);
    externalLabels = Map.copyOf(externalLabels);
    alerts = List.copyOf(alerts);
    expressions = List.copyOf(expressions);
  }

  /** The latest time that is looked at, after the start. */
  public Duration length() {
    Duration longest = Duration.ZERO;
    for (var alert : alerts) {
      longest = longest.compareTo(alert.at()) < 0 ? alert.at() : longest;
    }
    for (var expression : expressions) {
      longest = longest.compareTo(expression.at()) < 0 ? expression.at() : longest;
    }
    return longest;
  }

  /**
   * Samples.
   *
   * @param series metric and labels
   * @param values in the notation of PromQL tests, {@code 1+2x10 _ stale}
   */
  public record InputSeries(String series, String values, Place place) {}

  /**
   * Which alerts of a name fire at a time.
   *
   * @param at time after the start
   */
  public record AlertCase(Duration at, String alert, List<Alert> expected, Place place) {
    public AlertCase {
      expected = List.copyOf(expected);
    }
  }

  /** An alert, without the label of its name. */
  public record Alert(Map<String, String> labels, Map<String, String> annotations) {
    public Alert {
      labels = Map.copyOf(labels);
      annotations = Map.copyOf(annotations);
    }
  }

  /**
   * What an expression gives at a time.
   *
   * @param at time after the start
   */
  public record ExpressionCase(String expression, Duration at, List<Sample> expected, Place place) {
    public ExpressionCase {
      expected = List.copyOf(expected);
    }
  }

  /**
   * An element of a result.
   *
   * @param labels metric and labels; may be empty
   * @param value of a float
   * @param histogram in the notation of PromQL tests; empty if it is a float
   */
  public record Sample(String labels, double value, String histogram, Place place) {}
}
