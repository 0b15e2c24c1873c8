package io.narthex.sinks.block;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.sinks.codec.PageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which pages the series of a classic histogram follow. Buckets count the same events, so each
 * rises with the total; of the buckets of one histogram the first in label order, {@code +Inf},
 * leads the others, its {@code _count} and its {@code _sum}. A wrong guess costs room, nothing
 * else. Pages are remembered while there is room; the oldest are forgotten. Confined to one thread.
 */
final class BucketLeaders {
  private static final long KEPT_BYTES = 16L << 20;

  private static final byte[] NAME = ascii("__name__");
  private static final byte[] BOUND = ascii("le");
  private static final byte[] BUCKET = ascii("_bucket");
  private static final byte[] COUNT = ascii("_count");
  private static final byte[] SUM = ascii("_sum");

  private final LabelBytes.Walker walker = new LabelBytes.Walker();
  private final Map<Long, Leader> kept = new HashMap<>();
  private final ArrayDeque<Leader> oldest = new ArrayDeque<>();
  private long keptBytes;
  private long family;
  private boolean bucket;
  private boolean member;

  /**
   * A page that others follow.
   *
   * @param key of the histogram and the column of timestamps
   * @param page number of the page
   * @param steps see {@link io.narthex.sinks.codec.Leaders#steps}
   */
  record Leader(long key, int page, long[] steps) {}

  /** Begins a series. */
  void begin(Labels labels) {
    byte[] bytes = labels.bytes();
    family = 0;
    int suffix = 0;
    bucket = false;
    for (walker.reset(bytes, 0, bytes.length); walker.next(); ) {
      if (walker.nameIs(NAME)) {
        bucket = ends(bytes, BUCKET);
        suffix =
            bucket
                ? BUCKET.length
                : ends(bytes, COUNT) ? COUNT.length : ends(bytes, SUM) ? SUM.length : 0;
        hash(bytes, walker.valueFrom, walker.valueTo - suffix);
      } else if (!bucket || !walker.nameIs(BOUND)) {
        hash(bytes, walker.nameFrom, walker.nameTo);
        hash(bytes, walker.valueFrom, walker.valueTo);
      }
    }
    member = suffix > 0;
  }

  /** Whether the series may follow another or be followed. */
  boolean isMember() {
    return member;
  }

  /** The page to follow; null if there is none. */
  @Nullable Leader of(int timestamps) {
    return member ? kept.get(key(timestamps)) : null;
  }

  /** Remembers a page that others may follow, unless there is one. */
  void offer(int timestamps, int page, double[] values, int from, int count) {
    long key = key(timestamps);
    if (!bucket || kept.containsKey(key)) {
      return;
    }
    long[] steps = new long[count];
    PageDecoder.steps(values, from, count, steps);
    var leader = new Leader(key, page, steps);
    kept.put(key, leader);
    oldest.add(leader);
    keptBytes += 8L * count + 96;
    while (keptBytes > KEPT_BYTES) {
      var dropped = oldest.remove();
      kept.remove(dropped.key);
      keptBytes -= 8L * dropped.steps.length + 96;
    }
  }

  private long key(int timestamps) {
    return (family ^ timestamps) * 0x9E3779B97F4A7C15L;
  }

  private void hash(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      family = (family ^ bytes[i]) * 0x100000001B3L;
    }
    family = (family ^ 0xFF) * 0x100000001B3L;
  }

  private boolean ends(byte[] bytes, byte[] suffix) {
    int from = walker.valueTo - suffix.length;
    return from > walker.valueFrom
        && Arrays.equals(bytes, from, walker.valueTo, suffix, 0, suffix.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
