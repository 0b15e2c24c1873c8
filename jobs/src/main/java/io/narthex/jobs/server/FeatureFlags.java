package io.narthex.jobs.server;

import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The names that {@code --enable-feature} takes. */
public final class FeatureFlags {
  private static final Map<String, Feature> ENGINE =
      Map.of(
          "promql-experimental-functions", Feature.EXPERIMENTAL_FUNCTIONS,
          "promql-delayed-name-removal", Feature.DELAYED_NAME_REMOVAL,
          "promql-extended-range-selectors", Feature.EXTENDED_RANGE_SELECTORS,
          "promql-binop-fill-modifiers", Feature.FILL_MODIFIERS,
          "type-and-unit-labels", Feature.TYPE_AND_UNIT_LABELS,
          "use-start-timestamps", Feature.USE_START_TIMESTAMPS,
          "promql-per-step-stats", Feature.PER_STEP_STATISTICS);

  /** Takes points of delta temporality as they are. */
  static final String OTLP_DELTAS = "otlp-native-delta-ingestion";

  /** Adds points of delta temporality up. */
  static final String OTLP_SUMS = "otlp-deltatocumulative";

  /**
   * What switches no part of the engine: the receiver of OpenTelemetry reads it, or it is always
   * on, or has nothing to switch.
   */
  private static final Set<String> ALWAYS =
      Set.of(
          "concurrent-rule-eval",
          "delayed-compaction",
          "exemplar-storage",
          "fast-startup",
          "memory-snapshot-on-shutdown",
          "metadata-wal-records",
          "native-histograms",
          OTLP_DELTAS,
          OTLP_SUMS,
          "promql-duration-expr",
          "search-api",
          "use-uncached-io",
          "xor2-encoding");

  private FeatureFlags() {}

  /**
   * The engine's defaults with features switched on, for commands without a server.
   *
   * @throws StartupException if a feature is not known
   */
  public static EngineOptions engineOptions(List<String> names) {
    var features = EnumSet.noneOf(Feature.class);
    for (String name : names) {
      try {
        features.addAll(engineFeatures(name));
      } catch (IllegalArgumentException e) {
        throw new StartupException(
            StartupException.MISUSED, "narthex: --enable-feature: " + e.getMessage());
      }
    }
    return EngineOptions.defaults().withFeatures(features);
  }

  /**
   * Features of the engine that a flag switches on.
   *
   * @throws IllegalArgumentException if there is no such flag
   */
  static Set<Feature> engineFeatures(String name) {
    var feature = ENGINE.get(name);
    if (feature != null) {
      return Set.of(feature);
    }
    if (ALWAYS.contains(name)) {
      return Set.of();
    }
    var known = new TreeSet<>(ENGINE.keySet());
    known.addAll(ALWAYS);
    throw new IllegalArgumentException(
        "not supported yet: " + name + "; known are " + String.join(", ", known));
  }
}
