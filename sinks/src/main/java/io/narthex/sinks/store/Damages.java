package io.narthex.sinks.store;

import io.narthex.pipeline.storage.StoreInventory.Damage;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was found damaged since the store was opened: said once in the log, and kept to be asked
 * for. Bounded. Safe for use by several threads.
 */
final class Damages {
  private static final Logger LOGGER = LoggerFactory.getLogger(Damages.class);
  private static final int MOST = 1_000;

  private final Map<String, Damage> byPlace = new LinkedHashMap<>();
  private final Set<String> losses = new HashSet<>();
  private final LongSupplier clock;
  private long found;

  /**
   * An empty list.
   *
   * @param clock milliseconds since the epoch
   */
  Damages(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * Notes damage; what is known of the place already is not said again.
   *
   * @param part see {@link Damage}
   */
  synchronized void report(String part, String place, String reason) {
    report(new Damage(part, place, reason, clock.getAsLong()));
  }

  /**
   * Notes that something is gone. The next start would not see it any more, so the manifest keeps
   * it.
   *
   * @param part see {@link Damage}
   */
  synchronized void reportLoss(String part, String place, String reason) {
    reportLoss(new Damage(part, place, reason, clock.getAsLong()));
  }

  /** Notes again what was found to be gone at an earlier start. */
  synchronized void reportLoss(Damage loss) {
    report(loss);
    losses.add(loss.place());
  }

  private void report(Damage damage) {
    if (byPlace.containsKey(damage.place())) {
      return;
    }
    found++;
    LOGGER.error("damage in {}: {}", damage.place(), damage.reason());
    if (byPlace.size() < MOST) {
      byPlace.put(damage.place(), damage);
    }
  }

  /** What is gone. */
  synchronized List<Damage> losses() {
    return byPlace.values().stream().filter(damage -> losses.contains(damage.place())).toList();
  }

  /** How much was found, beyond what is listed as well. */
  synchronized long found() {
    return found;
  }

  synchronized List<Damage> all() {
    return List.copyOf(byPlace.values());
  }
}
