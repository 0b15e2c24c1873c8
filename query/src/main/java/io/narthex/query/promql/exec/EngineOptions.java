package io.narthex.query.promql.exec;

import io.narthex.query.promql.parse.ParseOptions;
import java.time.Duration;
import java.util.Set;

/**
 * Limits and behaviour of an engine.
 *
 * @param lookback how far instant selectors look back where a request does not say
 * @param timeout after which a query is given up where a request does not say
 * @param maxSamples most samples a query may hold at once
 * @param maxBytes most bytes a query may hold at once, estimated
 * @param maxTotalBytes most bytes all running queries together may hold
 * @param maxConcurrency queries evaluated at once; further ones wait their turn
 * @param subqueryStep step of sub-queries that name none
 * @param features what is switched on
 */
public record EngineOptions(
    Duration lookback,
    Duration timeout,
    long maxSamples,
    long maxBytes,
    long maxTotalBytes,
    int maxConcurrency,
    Duration subqueryStep,
    Set<Feature> features) {

  /** All queries together may hold one part in this many of the heap. */
  private static final int HEAP_SHARE = 3;

  public EngineOptions {
    features = Set.copyOf(features);
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException("maxConcurrency must be at least 1: " + maxConcurrency);
    }
    if (maxSamples < 1 || maxBytes < 1 || maxTotalBytes < 1) {
      throw new IllegalArgumentException("maxSamples, maxBytes and maxTotalBytes must be positive");
    }
  }

  /** With bounds on memory that follow from the heap. */
  public EngineOptions(
      Duration lookback,
      Duration timeout,
      long maxSamples,
      int maxConcurrency,
      Duration subqueryStep,
      Set<Feature> features) {
    this(
        lookback,
        timeout,
        maxSamples,
        defaultTotalBytes() / 2,
        defaultTotalBytes(),
        maxConcurrency,
        subqueryStep,
        features);
  }

  /** What all queries together may hold where nothing is configured: a third of the heap. */
  public static long defaultTotalBytes() {
    return Runtime.getRuntime().maxMemory() / HEAP_SHARE;
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

  /** The same with another step of sub-queries that name none. */
  public EngineOptions withSubqueryStep(Duration step) {
    return new EngineOptions(
        lookback, timeout, maxSamples, maxBytes, maxTotalBytes, maxConcurrency, step, features);
  }

  public EngineOptions withFeatures(Set<Feature> switchedOn) {
    return new EngineOptions(
        lookback,
        timeout,
        maxSamples,
        maxBytes,
        maxTotalBytes,
        maxConcurrency,
        subqueryStep,
        switchedOn);
  }

  /**
   * The same with other bounds on memory.
   *
   * @param query most bytes a query may hold
   * @param total most bytes all running queries together may hold
   */
  public EngineOptions withMemory(long query, long total) {
    return new EngineOptions(
        lookback, timeout, maxSamples, query, total, maxConcurrency, subqueryStep, features);
  }

  /** What queries may use. */
  public ParseOptions parsing() {
    return new ParseOptions(
        has(Feature.EXPERIMENTAL_FUNCTIONS),
        has(Feature.FILL_MODIFIERS),
        has(Feature.EXTENDED_RANGE_SELECTORS),
        true);
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
    USE_START_TIMESTAMPS,
    /** {@code promql-per-step-stats}: who asks for it is told the samples of each step. */
    PER_STEP_STATISTICS
  }
}
