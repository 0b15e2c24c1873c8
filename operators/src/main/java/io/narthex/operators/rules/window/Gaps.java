package io.narthex.operators.rules.window;

import io.narthex.pipeline.model.Matcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What windows may lack because the store cannot read it, selector by selector: the span of time
 * that holds all of it. Confined to one thread.
 */
public final class Gaps {
  private final Map<List<Matcher>, Gap> gaps = new HashMap<>();

  /**
   * A span of time in which samples may be missing.
   *
   * @param from first millisecond
   * @param to last millisecond
   * @param parts how many parts of it could not be read
   * @param reason what the store said first
   */
  private record Gap(long from, long to, long parts, String reason) {
    Gap with(Gap next) {
      return new Gap(Math.min(from, next.from), Math.max(to, next.to), parts + next.parts, reason);
    }
  }

  void add(List<Matcher> matchers, long from, long to, String reason) {
    gaps.merge(matchers, new Gap(from, to, 1, reason), Gap::with);
  }

  /** How many spans of samples could not be read; those of several series count severally. */
  public long count() {
    return gaps.values().stream().mapToLong(Gap::parts).sum();
  }

  /** What the store said of any of them; null if there is none. */
  @Nullable String reason() {
    return gaps.isEmpty() ? null : gaps.values().iterator().next().reason;
  }

  /** Why samples of a selector may be missing in {@code [from, to]}; null if none is. */
  public @Nullable String reason(List<Matcher> matchers, long from, long to) {
    var gap = gaps.get(matchers);
    return gap == null || gap.to < from || gap.from > to ? null : gap.reason;
  }

  /**
   * Why samples may be missing that a look back from a time would find; null if none is.
   *
   * @param reach how far back each selector looks, milliseconds
   */
  public @Nullable String reason(Map<List<Matcher>, Long> reach, long at) {
    if (gaps.isEmpty()) {
      return null;
    }
    for (var look : reach.entrySet()) {
      String reason = reason(look.getKey(), at - look.getValue(), at);
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }

  /**
   * Forgets what no look back from a time or later finds.
   *
   * @param reach how far back each selector looks, milliseconds
   */
  void forget(Map<List<Matcher>, Long> reach, long time) {
    gaps.entrySet()
        .removeIf(gap -> gap.getValue().to < time - reach.getOrDefault(gap.getKey(), 0L));
  }
}
