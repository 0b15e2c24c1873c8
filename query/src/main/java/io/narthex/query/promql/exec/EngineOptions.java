package io.narthex.query.promql.exec;

import java.time.Duration;
import java.util.Set;

/**
 * Limits and behaviour of an engine.
 *
 * @param lookback how far instant selectors look back where a request does not say
 * @param timeout after which a query is given up where a request does not say
 * @param maxSamples most samples a query may hold at once
 * @param maxConcurrency queries evaluated at once; further ones wait their turn
 * @param subqueryStep step of sub-queries that name none
 * @param features what is switched on
 */
public record EngineOptions(
    Duration lookback,
    Duration timeout,
    long maxSamples,
    int maxConcurrency,
    Duration subqueryStep,
    Set<Feature> features) {

  public EngineOptions {
    features = Set.copyOf(features);
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException("maxConcurrency must be at least 1: " + maxConcurrency);
    }
  }

  /** What Prometheus has where nothing is configured. */
  public static EngineOptions defaults() {
    return new EngineOptions(
        Duration.ofMinutes(5),
        Duration.ofMinutes(2),
        50_000_000,
        20,
        Duration.ofMinutes(1),
        Set.of());
  }

  public EngineOptions withFeatures(Set<Feature> switchedOn) {
    return new EngineOptions(
        lookback, timeout, maxSamples, maxConcurrency, subqueryStep, switchedOn);
  }

  boolean has(Feature feature) {
    return features.contains(feature);
  }

  /** What can be switched on; named after Prometheus' feature flags. */
  public enum Feature {
    /** {@code promql-experimental-functions}. */
    EXPERIMENTAL_FUNCTIONS,
    /** {@code promql-delayed-name-removal}: names are dropped from the result only. */
    DELAYED_NAME_REMOVAL,
    /** {@code promql-extended-range-selectors}: anchored and smoothed. */
    EXTENDED_RANGE_SELECTORS,
    /** {@code promql-binop-fill-modifiers}. */
    FILL_MODIFIERS,
    /** {@code type-and-unit-labels}: {@code __type__} and {@code __unit__} go with the name. */
    TYPE_AND_UNIT_LABELS,
    /** {@code use-start-timestamps}: rates know resets from start timestamps. */
    USE_START_TIMESTAMPS
  }
}
