package io.narthex.sinks.head;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import java.util.Arrays;
import org.roaringbitmap.RoaringBitmap;

/**
 * The series of the head, as structure of arrays. A series is recognised by its canonical label
 * bytes; its id is its row. Rows are only ever added. Guarded by the head's lock, but labels and
 * hashes of rows that were there when the lock was held may be read without.
 */
final class SeriesTable implements KnownSeries.Numbering {
  /** Value bits that say: the series' last sample is a histogram. */
  static final long HISTOGRAM_BITS = 0x7FF4DEADBEEF0001L;

  private static final int HASH = 0;
  private static final int LABELS = 1;
  static final int LAST_TIME = 2;
  static final int LAST_BITS = 3;

  private final ByteSlabs labels = new ByteSlabs();
  private final PagedLongs rows = new PagedLongs(4);
  private final PagedLongs logged = new PagedLongs(1);
  private final HashIndex index = new HashIndex();
  private final HeadPostings postings = new HeadPostings();
  private final LabelOrder order = new LabelOrder(this);
  private final RoaringBitmap emptied = new RoaringBitmap();
  private volatile int size;

  int size() {
    return size;
  }

  HeadPostings postings() {
    return postings;
  }

  LabelOrder order() {
    return order;
  }

  /**
   * Finds a series.
   *
   * @param guess an id that is likely, since scrapes bring their series in the same order each
   *     time; −1 if none is
   * @return −1 if it is not here
   */
  int find(long hash, byte[] bytes, int from, int to, int guess) {
    if (guess >= 0 && guess < size && matches(guess, hash, bytes, from, to)) {
      return guess;
    }
    return find(hash, bytes, from, to);
  }

  @Override
  public int find(long hash, byte[] bytes, int from, int to) {
    long[] slots = index.slots();
    for (int slot = HashIndex.first(slots, hash); ; slot = HashIndex.next(slots, slot)) {
      int id = HashIndex.idAt(slots, slot, hash);
      if (id == -1) {
        return -1;
      }
      if (id >= 0 && id < size && matches(id, hash, bytes, from, to)) { // size: it is complete
        return id;
      }
    }
  }

  @Override
  public int labelsEnd(int number, byte[] bytes, int from, int to) {
    if (number < 0 || number >= size) {
      return -1;
    }
    long address = address(number);
    int length = ByteSlabs.length(address);
    if (length > to - from) {
      return -1;
    }
    int offset = ByteSlabs.offset(address);
    boolean same =
        Arrays.equals(labels.slab(address), offset, offset + length, bytes, from, from + length);
    return same ? from + length : -1;
  }

  /**
   * Adds a series that is not here.
   *
   * @throws IllegalArgumentException if the bytes are not canonical
   */
  int add(long hash, byte[] bytes, int from, int to) {
    checkCanonical(bytes, from, to);
    return addChecked(hash, bytes, from, to);
  }

  /** Adds a series of another table that is not here. */
  int addFrom(SeriesTable other, int id) {
    return addChecked(
        other.hash(id), other.labelBytes(id), other.labelsFrom(id), other.labelsTo(id));
  }

  /** Takes over what is known of a series' last sample. */
  void copyLast(int id, SeriesTable other, int otherId) {
    rows.set(id, LAST_TIME, other.lastTime(otherId));
    rows.set(id, LAST_BITS, other.lastBits(otherId));
  }

  private int addChecked(long hash, byte[] bytes, int from, int to) {
    if (index.needsGrowth()) {
      index.grow();
      for (int id = 0; id < size; id++) {
        index.put(hash(id), id);
      }
    }
    int id = size;
    long[] page = rows.pageForWriting(id);
    int at = rows.offset(id);
    page[at + HASH] = hash;
    page[at + LABELS] = labels.add(bytes, from, to);
    page[at + LAST_TIME] = Long.MIN_VALUE;
    logged.set(id, 0, -1);
    postings.add(id, bytes, from, to);
    index.add(hash, id);
    size = id + 1;
    return id;
  }

  /** The page with the fields {@link #LAST_TIME} and {@link #LAST_BITS} of a series. */
  long[] page(int id) {
    return rows.page(id);
  }

  int offset(int id) {
    return rows.offset(id);
  }

  long lastTime(int id) {
    return rows.get(id, LAST_TIME);
  }

  long lastBits(int id) {
    return rows.get(id, LAST_BITS);
  }

  /** Makes a series as if it never had a sample. */
  void forgetLast(int id) {
    rows.set(id, LAST_TIME, Long.MIN_VALUE);
    rows.set(id, LAST_BITS, 0);
    emptied.add(id);
  }

  /** A series that had no sample gets one. */
  void revive(int id) {
    if (!emptied.isEmpty()) {
      emptied.remove(id);
    }
  }

  /** Series whose samples were all deleted and that got none since. */
  RoaringBitmap emptied() {
    return emptied;
  }

  /** Whether the log's scope knows the series; after this call it does. */
  boolean markLogged(int id, long scope) {
    long[] page = logged.page(id);
    int at = logged.offset(id);
    boolean known = page[at] == scope;
    page[at] = scope;
    return known;
  }

  @Override
  public long hash(int id) {
    return rows.page(id)[rows.offset(id) + HASH];
  }

  /** The array that a series' label bytes lie in, from {@link #labelsFrom}. */
  byte[] labelBytes(int id) {
    return labels.slab(address(id));
  }

  int labelsFrom(int id) {
    return ByteSlabs.offset(address(id));
  }

  int labelsTo(int id) {
    long address = address(id);
    return ByteSlabs.offset(address) + ByteSlabs.length(address);
  }

  Labels labels(int id) {
    return Labels.ofTrusted(labelBytes(id), labelsFrom(id), labelsTo(id));
  }

  /** Compares the label sets of two series. */
  int compare(int a, int b) {
    return LabelBytes.compare(
        labelBytes(a), labelsFrom(a), labelsTo(a), labelBytes(b), labelsFrom(b), labelsTo(b));
  }

  long sizeInBytes() {
    return labels.sizeInBytes()
        + rows.sizeInBytes()
        + logged.sizeInBytes()
        + index.sizeInBytes()
        + postings.sizeInBytes();
  }

  private long address(int id) {
    return rows.page(id)[rows.offset(id) + LABELS];
  }

  private boolean matches(int id, long hash, byte[] bytes, int from, int to) {
    long[] page = rows.page(id);
    int at = rows.offset(id);
    return page[at + HASH] == hash && labels.equal(page[at + LABELS], bytes, from, to);
  }

  private static void checkCanonical(byte[] bytes, int from, int to) {
    if (to - from > ByteSlabs.MAX_LENGTH) {
      throw new IllegalArgumentException("label set of " + (to - from) + " bytes is too long");
    }
    var walker = new LabelBytes.Walker();
    int previousFrom = 0;
    int previousTo = 0;
    for (walker.reset(bytes, from, to); walker.next(); ) {
      if (walker.nameFrom == walker.nameTo || walker.valueFrom == walker.valueTo) {
        throw new IllegalArgumentException("empty label name or value");
      }
      if (Arrays.compareUnsigned(
              bytes, previousFrom, previousTo, bytes, walker.nameFrom, walker.nameTo)
          >= 0) {
        throw new IllegalArgumentException("labels are not sorted, or repeat " + walker.name());
      }
      previousFrom = walker.nameFrom;
      previousTo = walker.nameTo;
    }
  }
}
