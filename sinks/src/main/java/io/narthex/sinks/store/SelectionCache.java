package io.narthex.sinks.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.pipeline.model.Matcher;
import io.narthex.sinks.block.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which series of which blocks satisfy matchers, and in which order, as it was found before: a
 * dashboard asks for the same series again and again, and blocks do not change. Bounded by bytes.
 * Safe for use by several threads.
 */
final class SelectionCache {
  private static final int SHARE_OF_HEAP = 24;

  private final Cache<Key, MergedSeries> known;

  SelectionCache() {
    known =
        Caffeine.newBuilder()
            .maximumWeight(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP)
            .weigher(SelectionCache::weight)
            .executor(Runnable::run)
            .build();
  }

  private static int weight(Key key, MergedSeries merged) {
    return (int) Math.min(Integer.MAX_VALUE, key.bytes() + merged.sizeInBytes());
  }

  /** What was asked. Blocks and deletions are told apart by identity, as they never change. */
  private static final class Key {
    private final List<Block> blocks;
    private final Map<Block, Deletions> deletions;
    private final List<Matcher> matchers;
    private final int hash;

    Key(BlockSet.Held held, List<Matcher> matchers) {
      blocks = held.blocks();
      deletions = held.deletions();
      this.matchers = withoutPatterns(matchers);
      hash =
          (blocks.hashCode() * 31 + System.identityHashCode(deletions)) * 31 + matchers.hashCode();
    }

    /** A compiled pattern may be large, and is not needed to tell matchers apart. */
    private static List<Matcher> withoutPatterns(List<Matcher> matchers) {
      var texts = new ArrayList<Matcher>(matchers.size());
      for (var matcher : matchers) {
        texts.add(new Matcher(matcher.name(), matcher.type(), matcher.value(), null));
      }
      return texts;
    }

    long bytes() {
      long bytes = 128 + 8L * blocks.size();
      for (var matcher : matchers) {
        bytes += 64 + 2L * (matcher.name().length() + matcher.value().length());
      }
      return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && hash == key.hash
          && deletions == key.deletions
          && blocks.equals(key.blocks)
          && matchers.equals(key.matchers);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /**
   * The series of held blocks that satisfy all matchers. Who asks for what is being looked for by
   * another looks as well, since a search may be given up.
   *
   * @param current whether these blocks are still those that queries see; else nothing is kept
   */
  MergedSeries select(
      BlockSet.Held held, List<Matcher> matchers, Runnable checkpoint, Current current) {
    var key = new Key(held, matchers);
    var before = known.getIfPresent(key);
    if (before != null) {
      return before;
    }
    var found = MergedSeries.of(SeriesSource.of(held, matchers, checkpoint), checkpoint);
    known.put(key, found);
    if (!current.isCurrent(held)) {
      known.invalidate(key);
    }
    return found;
  }

  /** Whether blocks are still seen. */
  @FunctionalInterface
  interface Current {
    boolean isCurrent(BlockSet.Held held);
  }

  /** Forgets everything, since other blocks are seen from now on. */
  void clear() {
    known.invalidateAll();
  }
}
