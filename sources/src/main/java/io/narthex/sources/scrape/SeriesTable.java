package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import java.lang.ref.WeakReference;
import java.util.Arrays;

/**
 * The series of one target: from the bytes by which the exposition names a series to its final
 * label bytes and their hash. An entry is a number; a known series costs no object and no decoding.
 *
 * <p>Expositions name their series in the same order each time, so the entry that followed last
 * time is compared first; only if it differs are the bytes hashed and looked up.
 *
 * <p>Label bytes lie in an arena that only grows: batches refer to it without copying. It is begun
 * anew when most of it is of series that are gone. Not thread-safe.
 */
final class SeriesTable {
  private static final int NONE = -1;
  private static final int SPARE = 1000;

  private byte[] labels = new byte[1024];
  private int labelsEnd;
  private byte[] names = new byte[1024];
  private int namesEnd;
  private int count;
  private long[] nameHash = new long[64];
  private int[] nameTo = new int[64]; // a name begins where the one before ends
  private int[] labelTo = new int[64]; // likewise
  private long[] labelHash = new long[64];
  private int[] scrape = new int[64];
  private int[] number = new int[64];

  /**
   * Whose numbers they are; a target that is scraped rarely is not to keep old series in memory.
   */
  private WeakReference<KnownSeries.Numbering> numbering =
      new WeakReference<>(KnownSeries.Numbering.EMPTY);

  private int[] next = new int[64];
  private int[] slots = new int[128]; // entry + 1, or 0; open addressing
  private int forgotten; // entries before this one have no names any more
  private int last = NONE;
  private int first = NONE;

  /** The arena; stays as it is where label bytes lie. */
  byte[] arena() {
    return labels;
  }

  int labelFrom(int entry) {
    return entry == 0 ? 0 : labelTo[entry - 1];
  }

  int labelTo(int entry) {
    return labelTo[entry];
  }

  long labelHash(int entry) {
    return labelHash[entry];
  }

  /** Number of the scrape that saw the series last. */
  int seenIn(int entry) {
    return scrape[entry];
  }

  void see(int entry, int inScrape) {
    scrape[entry] = inScrape;
  }

  int size() {
    return count;
  }

  /** Begins a pass over an exposition. */
  void rewind() {
    last = NONE;
  }

  /** The entry that probably comes next; −1 if nothing is known about that. */
  int guess() {
    return last == NONE ? first : next[last];
  }

  /** The guess was right; gives it back. */
  int confirm(int guess) {
    last = guess;
    return guess;
  }

  /** The entry of a name, or −1 if it is new. */
  int find(byte[] bytes, int from, int to) {
    int guess = guess();
    if (guess != NONE && isNamed(guess, bytes, from, to)) {
      return confirm(guess);
    }
    long hash = LabelHash.of(bytes, from, to);
    for (int slot = slot(hash); slots[slot] != 0; slot = (slot + 1) & (slots.length - 1)) {
      int entry = slots[slot] - 1;
      if (nameHash[entry] == hash && isNamed(entry, bytes, from, to)) {
        follow(entry);
        return entry;
      }
    }
    return NONE;
  }

  /** Adds an entry for a new name; {@code scrape} of it is 0. */
  int add(byte[] bytes, int from, int to, Labels series) {
    if (count == nameHash.length) {
      growEntries();
    }
    int length = to - from;
    names = room(names, namesEnd, length);
    System.arraycopy(bytes, from, names, namesEnd, length);
    namesEnd += length;
    byte[] added = series.bytes();
    labels = room(labels, labelsEnd, added.length);
    System.arraycopy(added, 0, labels, labelsEnd, added.length);
    labelsEnd += added.length;
    int entry = count++;
    nameHash[entry] = LabelHash.of(bytes, from, to);
    nameTo[entry] = namesEnd;
    labelTo[entry] = labelsEnd;
    labelHash[entry] = series.hash();
    scrape[entry] = 0;
    number[entry] = -1;
    next[entry] = NONE;
    enter(entry);
    follow(entry);
    return entry;
  }

  /**
   * Forgets which names the entries have, but not their labels: names will mean other labels. The
   * entries stay until {@link #retained}.
   */
  void forgetNames() {
    Arrays.fill(slots, 0);
    Arrays.fill(nameHash, 0, count, 0);
    Arrays.fill(next, NONE);
    forgotten = count;
    first = NONE;
    last = NONE;
  }

  /** Whether so few of the entries are in use that {@link #retained} is worth its work. */
  boolean isMostlyGone(int used) {
    return count > 2 * used + SPARE;
  }

  /** A table of the entries given, in their order; entry i is the one of {@code kept[i]}. */
  SeriesTable retained(int[] kept, int keptCount) {
    var table = new SeriesTable();
    for (int i = 0; i < keptCount; i++) {
      int entry = kept[i];
      var series = Labels.ofTrusted(labels, labelFrom(entry), labelTo[entry]);
      int added = table.add(names, nameFrom(entry), nameTo[entry], series);
      table.scrape[added] = scrape[entry];
    }
    return table;
  }

  /**
   * The number of the series in a numbering of the store, asked for once that knows it; −1 before.
   */
  int number(int entry, KnownSeries.Numbering of) {
    if (!numbering.refersTo(of)) {
      numbering = new WeakReference<>(of);
      Arrays.fill(number, -1);
    }
    int found = number[entry];
    if (found < 0) {
      found = of.find(labelHash[entry], labels, labelFrom(entry), labelTo[entry]);
      number[entry] = found;
    }
    return found;
  }

  /** The array that names lie in, from {@link #nameFrom} to {@link #nameTo}. */
  byte[] names() {
    return names;
  }

  int nameTo(int entry) {
    return nameTo[entry];
  }

  int nameFrom(int entry) {
    return entry == 0 ? 0 : nameTo[entry - 1];
  }

  private boolean isNamed(int entry, byte[] bytes, int from, int to) {
    return Arrays.equals(names, nameFrom(entry), nameTo[entry], bytes, from, to);
  }

  private void follow(int entry) {
    if (last == NONE) {
      first = entry;
    } else {
      next[last] = entry;
    }
    last = entry;
  }

  private int slot(long hash) {
    return (int) (hash ^ hash >>> 32) & (slots.length - 1);
  }

  private void enter(int entry) {
    if (2 * count > slots.length) {
      slots = new int[2 * slots.length];
      for (int e = forgotten; e < count; e++) {
        place(e);
      }
    } else {
      place(entry);
    }
  }

  private void place(int entry) {
    int slot = slot(nameHash[entry]);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = entry + 1;
  }

  private void growEntries() {
    int larger = 2 * count;
    nameHash = Arrays.copyOf(nameHash, larger);
    nameTo = Arrays.copyOf(nameTo, larger);
    labelTo = Arrays.copyOf(labelTo, larger);
    labelHash = Arrays.copyOf(labelHash, larger);
    scrape = Arrays.copyOf(scrape, larger);
    number = Arrays.copyOf(number, larger);
    next = Arrays.copyOf(next, larger);
  }

  private static byte[] room(byte[] bytes, int used, int more) {
    if (used + more <= bytes.length) {
      return bytes;
    }
    return Arrays.copyOf(bytes, Math.max(2 * bytes.length, used + more));
  }
}
