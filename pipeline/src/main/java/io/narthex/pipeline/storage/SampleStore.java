package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Where samples are read. All times are milliseconds since the epoch, ranges include both ends.
 * Safe for use by several threads; a selection sees what was appended before it was made, and whole
 * batches only.
 */
public interface SampleStore {

  /**
   * Selects series that satisfy all matchers and may have samples in the range.
   *
   * @throws io.narthex.pipeline.fault.FaultException {@code CORRUPT_BLOCK} if what is needed cannot
   *     be read
   */
  SeriesSelection select(Selector selector);

  /** Names of the labels of the matching series, sorted in byte order. */
  List<String> labelNames(Lookup lookup);

  /** Values that a label has in the matching series, sorted in byte order. */
  List<String> labelValues(String name, Lookup lookup);

  /** Label sets of the matching series, in label order. */
  List<Labels> series(Lookup lookup);

  /** Figures about what is stored. */
  StoreStatistics statistics();

  /** What changes in the store; unknown where it does not tell. */
  default Changes changes() {
    return Changes.UNKNOWN;
  }

  /** The blocks of the store and its damages; empty where a store does not know. */
  default StoreInventory inventory() {
    return StoreInventory.EMPTY;
  }

  /**
   * Which names and values make up the series of the head.
   *
   * @param limit longest list
   */
  default Cardinality cardinality(int limit) {
    return Cardinality.NONE;
  }

  /**
   * Exemplars of the series that satisfy one whole set of matchers, in label order; none where a
   * store keeps none.
   *
   * @param from first millisecond
   * @param to last millisecond
   */
  default List<SeriesExemplars> exemplars(List<List<Matcher>> matchers, long from, long to) {
    return List.of();
  }

  /**
   * What was said of metric families, by name of the family, the text said last coming first; none
   * where a store keeps none.
   */
  default Map<String, List<MetricMetadata>> metadata() {
    return Map.of();
  }

  /**
   * Whose names, values or label sets a reader wants.
   *
   * @param matchers sets of matchers; a series counts if it satisfies one whole set; no sets: all
   *     series
   * @param from first millisecond
   * @param to last millisecond
   * @param limit most entries returned; 0 is no limit
   * @param growth is told now and then how many entries are held by then, or will be in a moment;
   *     it does not wait, and stops the lookup by an exception
   */
  record Lookup(List<List<Matcher>> matchers, long from, long to, int limit, IntConsumer growth) {
    public Lookup {
      matchers = List.copyOf(matchers);
    }

    /** A lookup that goes on to its end. */
    public Lookup(List<List<Matcher>> matchers, long from, long to, int limit) {
      this(matchers, from, to, limit, entries -> {});
    }
  }

  /**
   * What a reader wants.
   *
   * @param matchers conditions, all of which hold
   * @param from first millisecond
   * @param to last millisecond
   * @param sorted whether series must come in label order
   * @param checkpoint is run now and then while series are looked for, never under a lock; it may
   *     wait, and stops the search by an exception
   */
  record Selector(List<Matcher> matchers, long from, long to, boolean sorted, Runnable checkpoint) {
    public Selector {
      matchers = List.copyOf(matchers);
    }

    /** A search that goes on to its end. */
    public Selector(List<Matcher> matchers, long from, long to, boolean sorted) {
      this(matchers, from, to, sorted, () -> {});
    }
  }
}
