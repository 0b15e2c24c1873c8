package io.narthex.operators.relabel;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.ScrapeContext.Limits;
import io.narthex.pipeline.relabel.Relabeler;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes of relabelling by series, bounded by their bytes. A known series costs a hash, a look-up
 * and a comparison of its label bytes; only an unknown one is decoded. Confined to one thread.
 */
final class RelabelCache {
  private static final int MAX_PLANS = 10_000;

  private final Cache<Key, SeriesOutcome> outcomes;
  private final Map<Plan, CompiledPlan> plans = new HashMap<>();
  private final Key probe = new Key();
  private int nextPlan;
  private @Nullable Plan lastPlan;
  private @Nullable CompiledPlan lastCompiled;

  /**
   * Makes an empty cache.
   *
   * @param maxBytes bound of what it holds
   */
  RelabelCache(long maxBytes) {
    outcomes =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher(
                (Key key, SeriesOutcome outcome) ->
                    64 + key.bytes.length + SeriesOutcome.weight(outcome))
            .executor(Runnable::run)
            .build();
  }

  /** What is done with every series of a scrape. */
  record Plan(List<RelabelRule> rules, Limits limits) {}

  /** A plan ready for use, with the number under which its outcomes are cached. */
  record CompiledPlan(int number, Relabeler relabeler, Limits limits) {}

  CompiledPlan compile(Plan plan) {
    if (lastPlan != null && lastCompiled != null && plan.equals(lastPlan)) {
      return lastCompiled;
    }
    if (plans.size() >= MAX_PLANS) {
      plans.clear(); // outcomes of forgotten plans age out under numbers that are not used again
    }
    var compiled =
        plans.computeIfAbsent(
            plan, p -> new CompiledPlan(nextPlan++, Relabeler.compile(p.rules()), p.limits()));
    lastPlan = plan;
    lastCompiled = compiled;
    return compiled;
  }

  SeriesOutcome outcome(CompiledPlan plan, SampleBatch batch, int series) {
    probe.point(
        plan.number(),
        batch.hash(series),
        batch.labelBytes(),
        batch.labelFrom(series),
        batch.labelTo(series));
    var known = outcomes.getIfPresent(probe);
    if (known != null) {
      return known;
    }
    var outcome = compute(plan, batch.labels(series));
    outcomes.put(probe.copy(), outcome);
    return outcome;
  }

  private static SeriesOutcome compute(CompiledPlan plan, Labels labels) {
    var relabelled = plan.relabeler().apply(labels);
    if (relabelled == null || relabelled.isEmpty()) {
      return SeriesOutcome.Dropped.INSTANCE;
    }
    if (!relabelled.has(Labels.METRIC_NAME)) {
      return new SeriesOutcome.Invalid(
          "a series has no metric name after relabelling: " + relabelled);
    }
    String breach = breach(plan.limits(), relabelled);
    if (breach != null) {
      return new SeriesOutcome.Invalid(breach);
    }
    return new SeriesOutcome.Kept(relabelled.bytes(), relabelled.hash());
  }

  private static @Nullable String breach(Limits limits, Labels labels) {
    if (limits.labels() > 0 && labels.size() > limits.labels()) {
      return "label_limit exceeded (metric: %s, number of labels: %d, limit: %d)"
          .formatted(shortened(labels), labels.size(), limits.labels());
    }
    if (limits.labelNameLength() == 0 && limits.labelValueLength() == 0) {
      return null;
    }
    var walker = new LabelBytes.Walker();
    for (walker.reset(labels.bytes(), 0, labels.bytes().length); walker.next(); ) {
      int name = walker.nameTo - walker.nameFrom;
      int value = walker.valueTo - walker.valueFrom;
      if (limits.labelNameLength() > 0 && name > limits.labelNameLength()) {
        return "label_name_length_limit exceeded (metric: %s, label name: %s, length: %d, limit: %d)"
            .formatted(shortened(labels), cut(walker.name()), name, limits.labelNameLength());
      }
      if (limits.labelValueLength() > 0 && value > limits.labelValueLength()) {
        var text = new StringBuilder();
        Names.quote(text, cut(walker.value()));
        return "label_value_length_limit exceeded (metric: %s, label name: %s, value: %s, length: %d, limit: %d)"
            .formatted(
                shortened(labels), cut(walker.name()), text, value, limits.labelValueLength());
      }
    }
    return null;
  }

  private static String shortened(Labels labels) {
    return cut(labels.metricName());
  }

  /** At most 50 characters: what breaks a limit may be large. */
  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= 50
        ? text
        : text.substring(0, text.offsetByCodePoints(0, 50));
  }

  /**
   * A series under a plan. One mutable instance serves as probe of look-ups; those in the cache
   * never change.
   */
  private static final class Key {
    int plan;
    long hash;
    byte[] bytes = new byte[0];
    int from;
    int to;

    void point(int plan, long hash, byte[] bytes, int from, int to) {
      this.plan = plan;
      this.hash = hash;
      this.bytes = bytes;
      this.from = from;
      this.to = to;
    }

    Key copy() {
      var copy = new Key();
      copy.point(plan, hash, Arrays.copyOfRange(bytes, from, to), 0, to - from);
      return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && plan == key.plan
          && hash == key.hash
          && Arrays.equals(bytes, from, to, key.bytes, key.from, key.to);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(hash + plan);
    }
  }
}
