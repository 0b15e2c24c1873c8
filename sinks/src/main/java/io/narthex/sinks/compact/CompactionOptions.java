package io.narthex.sinks.compact;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Into what lengths blocks are merged.
 *
 * @param ranges lengths of time, ascending, each a multiple of the one before
 */
public record CompactionOptions(List<Duration> ranges) {
  /** Length of the first blocks that segments are merged into; longer ones are written densely. */
  static final Duration SHORTEST = Duration.ofHours(2);

  private static final int FACTOR = 4;
  private static final Duration LONGEST = Duration.ofDays(31);

  public CompactionOptions {
    ranges = List.copyOf(ranges);
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("no ranges: at least one is needed");
    }
    for (int i = 0; i < ranges.size(); i++) {
      long before = i == 0 ? 1 : ranges.get(i - 1).toMillis();
      long range = ranges.get(i).toMillis();
      if (range < before || range % before != 0) {
        throw new IllegalArgumentException(
            "ranges " + ranges + ": each must be a multiple of the one before");
      }
    }
  }

  /**
   * Two hours, eight, and so on up to a tenth of the retention, but no longer than 31 days.
   *
   * @param retention how long samples are kept; zero keeps them for ever
   */
  public static CompactionOptions forRetention(Duration retention) {
    Duration longest = retention.isZero() ? LONGEST : retention.dividedBy(10);
    longest = longest.compareTo(LONGEST) > 0 ? LONGEST : longest;
    List<Duration> ranges = new ArrayList<>(List.of(SHORTEST));
    Duration next = SHORTEST.multipliedBy(FACTOR);
    while (next.compareTo(longest) <= 0) {
      ranges.add(next);
      next = next.multipliedBy(FACTOR);
    }
    return new CompactionOptions(ranges);
  }

  /** Length of the longest blocks. */
  public Duration longest() {
    return ranges.get(ranges.size() - 1);
  }
}
