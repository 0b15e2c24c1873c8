package io.narthex.sinks.prometheus;

import java.util.List;
import java.util.Map;

/**
 * What an import did.
 *
 * @param series distinct series
 * @param samples floats stored
 * @param histograms native histograms stored
 * @param minTime of the oldest, in milliseconds; without meaning if there are none
 * @param maxTime of the newest
 * @param skipped what was not taken over, with how many
 * @param faultCount places found damaged
 * @param faults the first of them
 */
public record ImportSummary(
    long series,
    long samples,
    long histograms,
    long minTime,
    long maxTime,
    Map<String, Long> skipped,
    long faultCount,
    List<String> faults) {
  public ImportSummary {
    skipped = Map.copyOf(skipped);
    faults = List.copyOf(faults);
  }

  /** Whether all was taken over. */
  public boolean isComplete() {
    return skipped.isEmpty() && faultCount == 0;
  }
}
