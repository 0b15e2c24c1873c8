package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.model.Labels;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tick of the newest notification of each alert; knows those that were told of last. */
final class NewestTicks {
  private final int capacity;
  private final Map<Labels, Long> ticks = new LinkedHashMap<>(16, 0.75f, true);

  NewestTicks(int capacity) {
    this.capacity = capacity;
  }

  /** Notes a notification; true if a later one of the same alert was noted before. */
  boolean isOld(Labels alert, long tick) {
    Long known = ticks.get(alert);
    if (known != null && known > tick) {
      return true;
    }
    ticks.put(alert, tick);
    if (ticks.size() > capacity) {
      var eldest = ticks.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return false;
  }
}
