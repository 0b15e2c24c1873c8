package io.narthex.sources.scrape;

import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.wire.ExpositionParser;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a target says about its metric families. It says so with each scrape and rarely anything
 * new; reading it makes strings, so it is read when series are new and now and then besides. Not
 * thread-safe.
 */
final class MetadataNotes {
  private static final int EVERY = 20;
  private static final int MOST_FAMILIES = 100_000;

  private final Map<String, MetricMetadata> reading = new LinkedHashMap<>();
  private List<MetricMetadata> known = List.of();
  private int untilRead;
  private boolean active;

  /** Begins a scrape. */
  void begin() {
    active = untilRead <= 0;
    untilRead--;
    reading.clear();
  }

  /** Takes a type, help or unit. */
  void note(Entry entry, ExpositionParser parser) {
    if (!active || entry == Entry.COMMENT) {
      return;
    }
    String family = parser.family();
    var before = reading.get(family);
    if (before == null) {
      if (reading.size() >= MOST_FAMILIES) {
        return;
      }
      before = new MetricMetadata(family, MetricType.UNKNOWN, "", "");
    }
    reading.put(
        family,
        switch (entry) {
          case TYPE -> new MetricMetadata(family, parser.type(), before.help(), before.unit());
          case HELP -> new MetricMetadata(family, before.type(), parser.text(), before.unit());
          default -> new MetricMetadata(family, before.type(), before.help(), parser.text());
        });
  }

  /**
   * Ends a scrape that succeeded.
   *
   * @param newSeries whether it had any; the next scrape is then read
   * @return whether {@link #known} has changed
   */
  boolean end(boolean newSeries) {
    boolean changed = false;
    if (active) {
      untilRead = EVERY;
      var read = List.copyOf(reading.values());
      changed = !read.equals(known);
      known = read;
    } else if (newSeries) {
      untilRead = 0;
    }
    reading.clear();
    return changed;
  }

  List<MetricMetadata> known() {
    return known;
  }
}
