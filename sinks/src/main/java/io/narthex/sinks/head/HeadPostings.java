package io.narthex.sinks.head;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.sinks.index.Postings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * The head's inverted index. Registering a series appends its id to one array for each of its
 * labels; bitmaps and sorted lists are made when they are asked for, and kept.
 *
 * <p>Label pairs are kept once, as {@code name 0x12 varint(value length) value}: the part of the
 * canonical label bytes from the name on.
 */
final class HeadPostings implements Postings {
  private static final RoaringBitmap NOTHING = new RoaringBitmap();
  private static final int NONE = -1;

  private final ByteSlabs pairs = new ByteSlabs();
  private final HashIndex index = new HashIndex();
  private final PagedLongs addresses = new PagedLongs(2);
  private final Map<String, Values> names = new HashMap<>();
  private final LabelBytes.Walker walker = new LabelBytes.Walker();
  private int[][] ids = new int[1024][];
  private int[] counts = new int[1024];
  private @Nullable RoaringBitmap[] bitmaps = new RoaringBitmap[1024];
  private int[] pairsBefore = new int[32]; // of the series added last, label by label
  private int labelsBefore;
  private int pairCount;
  private int seriesCount;
  private long idsHeld;

  /**
   * Registers a series; ids come in ascending order. Neighbours have most labels in common, which
   * need not be looked up.
   */
  synchronized void add(int id, byte[] bytes, int from, int to) {
    int label = 0;
    for (walker.reset(bytes, from, to); walker.next(); label++) {
      int pair = label < labelsBefore ? pairsBefore[label] : NONE;
      if (pair == NONE || !isPair(pair, bytes, walker.nameFrom, walker.valueTo, nameLength())) {
        pair = findOrAdd(bytes);
      }
      if (label == pairsBefore.length) {
        pairsBefore = Arrays.copyOf(pairsBefore, 2 * label);
      }
      pairsBefore[label] = pair;
      int count = counts[pair];
      int[] list = ids[pair];
      if (count == list.length) {
        list = Arrays.copyOf(list, count + (count >> 1) + 1);
        idsHeld += list.length - count;
        ids[pair] = list;
      }
      list[count] = id;
      counts[pair] = count + 1;
    }
    labelsBefore = label;
    seriesCount = id + 1;
  }

  private int nameLength() {
    return walker.nameTo - walker.nameFrom;
  }

  /** The pair of the label that the walker is at. */
  private int findOrAdd(byte[] bytes) {
    long hash = LabelHash.of(bytes, walker.nameFrom, walker.valueTo);
    int pair = find(hash, bytes, walker.nameFrom, walker.valueTo, nameLength());
    return pair < 0 ? addPair(hash, bytes) : pair;
  }

  @Override
  public synchronized RoaringBitmap all() {
    return RoaringBitmap.bitmapOfRange(0, seriesCount);
  }

  @Override
  public RoaringBitmap get(String name, String value) {
    byte[] nameBytes = name.getBytes(UTF_8);
    byte[] valueBytes = value.getBytes(UTF_8);
    if (nameBytes.length == 0 || valueBytes.length == 0) {
      return NOTHING;
    }
    byte[] label = new byte[LabelBytes.encodedSize(nameBytes.length, valueBytes.length)];
    LabelBytes.write(label, 0, nameBytes, 0, nameBytes.length, valueBytes, 0, valueBytes.length);
    var bounds = new LabelBytes.Walker();
    bounds.reset(label, 0, label.length);
    bounds.next();
    synchronized (this) {
      long hash = LabelHash.of(label, bounds.nameFrom, bounds.valueTo);
      int pair = find(hash, label, bounds.nameFrom, bounds.valueTo, nameBytes.length);
      return pair < 0 ? NOTHING : bitmap(pair);
    }
  }

  @Override
  public synchronized List<String> values(String name) {
    var values = names.get(name);
    return values == null ? List.of() : values.sorted();
  }

  @Override
  public synchronized int valueCount(String name) {
    var values = names.get(name);
    return values == null ? 0 : values.count;
  }

  @Override
  public synchronized List<String> names() {
    var all = new ArrayList<>(names.keySet());
    all.sort(Names.BYTE_ORDER);
    return all;
  }

  /** Where the series come from; see {@link Cardinality}. */
  synchronized Cardinality cardinality(int limit) {
    var byMetric = new TopCounts(limit);
    var byLabel = new TopCounts(limit);
    var bytesByLabel = new TopCounts(limit);
    var byPair = new TopCounts(limit);
    names.forEach(
        (name, values) -> {
          long bytes = 0;
          for (int i = 0; i < values.count; i++) {
            int pair = values.pairsOfName[i];
            bytes += ByteSlabs.length(addresses.get(pair, 0)) - (int) addresses.get(pair, 1);
            byPair.add(counts[pair], () -> name + "=" + value(pair));
            if (name.equals(Labels.METRIC_NAME)) {
              byMetric.add(counts[pair], () -> value(pair));
            }
          }
          byLabel.add(values.count, () -> name);
          bytesByLabel.add(bytes, () -> name);
        });
    return new Cardinality(
        pairCount,
        byMetric.descending(),
        byLabel.descending(),
        bytesByLabel.descending(),
        byPair.descending());
  }

  synchronized long sizeInBytes() {
    return pairs.sizeInBytes()
        + index.sizeInBytes()
        + addresses.sizeInBytes()
        + 12L * ids.length
        + 4L * idsHeld
        + 16L * pairCount;
  }

  private RoaringBitmap bitmap(int pair) {
    var known = bitmaps[pair];
    int count = counts[pair];
    int done = known == null ? 0 : known.getCardinality();
    if (known != null && done == count) {
      return known;
    }
    var bitmap = known == null ? new RoaringBitmap() : known.clone();
    int[] list = ids[pair];
    for (int i = done; i < count; i++) {
      bitmap.add(list[i]);
    }
    bitmaps[pair] = bitmap;
    return bitmap;
  }

  private int find(long hash, byte[] bytes, int from, int to, int nameLength) {
    long[] slots = index.slots();
    for (int slot = HashIndex.first(slots, hash); ; slot = HashIndex.next(slots, slot)) {
      int pair = HashIndex.idAt(slots, slot, hash);
      if (pair == -1) {
        return NONE;
      }
      if (pair >= 0 && isPair(pair, bytes, from, to, nameLength)) {
        return pair;
      }
    }
  }

  private boolean isPair(int pair, byte[] bytes, int from, int to, int nameLength) {
    return addresses.get(pair, 1) >>> 32 == nameLength
        && pairs.equal(addresses.get(pair, 0), bytes, from, to);
  }

  /** Adds the label that the walker is at. */
  private int addPair(long labelHash, byte[] bytes) {
    if (index.needsGrowth()) {
      index.grow();
      for (int pair = 0; pair < pairCount; pair++) {
        long address = addresses.get(pair, 0);
        int offset = ByteSlabs.offset(address);
        long hash = LabelHash.of(pairs.slab(address), offset, offset + ByteSlabs.length(address));
        index.put(hash, pair);
      }
    }
    int pair = pairCount++;
    int from = walker.nameFrom;
    addresses.set(pair, 0, pairs.add(bytes, from, walker.valueTo));
    addresses.set(pair, 1, (long) (walker.nameTo - from) << 32 | (walker.valueFrom - from));
    index.add(labelHash, pair);
    if (pair == ids.length) {
      ids = Arrays.copyOf(ids, 2 * pair);
      counts = Arrays.copyOf(counts, 2 * pair);
      bitmaps = Arrays.copyOf(bitmaps, 2 * pair);
    }
    ids[pair] = new int[1];
    idsHeld++;
    names.computeIfAbsent(walker.name(), name -> new Values()).add(pair);
    return pair;
  }

  private String value(int pair) {
    long address = addresses.get(pair, 0);
    int offset = ByteSlabs.offset(address);
    int valueFrom = (int) addresses.get(pair, 1);
    return new String(
        pairs.slab(address), offset + valueFrom, ByteSlabs.length(address) - valueFrom, UTF_8);
  }

  /** The values of one label name. */
  private final class Values {
    private int[] pairsOfName = new int[4];
    private int count;
    private List<String> sorted = List.of();

    void add(int pair) {
      if (count == pairsOfName.length) {
        pairsOfName = Arrays.copyOf(pairsOfName, 2 * count);
      }
      pairsOfName[count++] = pair;
    }

    List<String> sorted() {
      int known = sorted.size();
      if (known < count) {
        var all = new ArrayList<String>(count);
        all.addAll(sorted);
        for (int i = known; i < count; i++) {
          all.add(value(pairsOfName[i]));
        }
        all.sort(Names.BYTE_ORDER);
        sorted = Collections.unmodifiableList(all);
      }
      return sorted;
    }
  }
}
