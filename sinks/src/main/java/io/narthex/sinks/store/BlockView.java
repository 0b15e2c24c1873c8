package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import io.narthex.sinks.block.Block;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A store that consists of blocks only, whose set is changed from outside. Queries may run while it
 * changes; each sees one state of it.
 */
public final class BlockView implements SampleStore, AutoCloseable {
  private final BlockSet blocks = new BlockSet();

  /** The blocks of now, in order of writing; not retained. */
  public List<Block> blocks() {
    return blocks.all();
  }

  /**
   * Takes blocks in and others out, at once. The view owns those taken in, and releases those taken
   * out. Not to be called by two threads at a time.
   */
  public void change(Collection<Block> in, Collection<Block> out) {
    blocks.change(in, out);
  }

  @Override
  public SeriesSelection select(Selector selector) {
    var held = blocks.retain(selector.from(), selector.to());
    try {
      var merged = blocks.select(held, selector.matchers(), selector.checkpoint());
      return new MergedSelection(merged, held.blocks(), selector.from(), selector.to());
    } catch (RuntimeException e) {
      held.release();
      throw e;
    }
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    var held = blocks.retain(lookup.from(), lookup.to());
    try {
      return new Facets(places(held), lookup).names();
    } finally {
      held.release();
    }
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    var held = blocks.retain(lookup.from(), lookup.to());
    try {
      return new Facets(places(held), lookup).values(name);
    } finally {
      held.release();
    }
  }

  private static List<Facets.Place> places(BlockSet.Held held) {
    List<Facets.Place> places = new ArrayList<>();
    held.blocks().forEach(block -> places.add(Facets.Place.of(held, block)));
    return places;
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    return Facets.series(this, lookup);
  }

  @Override
  public StoreStatistics statistics() {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    List<Block> loaded = blocks.all();
    for (Block block : loaded) {
      min = Math.min(min, block.meta().minTime());
      max = Math.max(max, block.meta().maxTime());
    }
    return new StoreStatistics(0, Long.MAX_VALUE, Long.MIN_VALUE, 0, loaded.size(), min, max);
  }

  /** Lets all blocks go. */
  @Override
  public void close() {
    blocks.close();
  }
}
