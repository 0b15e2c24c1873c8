package io.narthex.sinks.prometheus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was deleted: ranges of time by the number of a series. */
final class Intervals {
  private final Map<Long, List<long[]>> ranges = new HashMap<>();

  /** Deletes from {@code from} to {@code to}, both included. */
  void add(long series, long from, long to) {
    ranges.computeIfAbsent(series, id -> new ArrayList<>()).add(new long[] {from, to});
  }

  boolean contains(long series, long time) {
    for (var range : ranges.getOrDefault(series, List.of())) {
      if (time >= range[0] && time <= range[1]) {
        return true;
      }
    }
    return false;
  }

  /** Reads triples up to the buffer's limit, with the number as a variable-length integer. */
  static Intervals read(ByteBuffer in) {
    var result = new Intervals();
    while (in.hasRemaining()) {
      result.add(Varints.unsigned(in), Varints.signed(in), Varints.signed(in));
    }
    return result;
  }
}
