package io.narthex.sinks.head;

import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SeriesExemplars;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.FrameInput;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest exemplars of all series, in one ring: a new one takes the place of the oldest. Safe
 * for use by several threads; batches are taken under the head's lock.
 *
 * <pre>{@code
 * frame = 3 u8 | { label bytes of the series, label bytes of the exemplar: length varint, bytes each
 *       | timestamp zigzag varint | value u64 bits } count times, count varint first
 * }</pre>
 */
final class Exemplars {
  static final int FRAME = 3;

  private static final int FRAME_ENTRIES = 500;

  /** Most characters of all names and values of an exemplar's labels (OpenMetrics 1.0). */
  private static final int MAX_LABEL_CHARS = 128;

  private final @Nullable Entry[] ring;
  private final Map<Labels, Entry> newest = new HashMap<>();
  private final List<Entry> taken = new ArrayList<>();
  private int next;
  private int outOfOrder;
  private int tooLong;
  private int known;
  private long version;

  Exemplars(int capacity) {
    this.ring = new Entry[capacity];
  }

  /** Takes the exemplars of a batch whose series the head has. */
  synchronized void take(SampleBatch batch, SeriesTable series) {
    taken.clear();
    outOfOrder = 0;
    tooLong = 0;
    known = 0;
    for (var exemplar : batch.exemplars()) {
      int s = exemplar.series();
      int id =
          series.find(batch.hash(s), batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s), -1);
      if (id < 0 || ring.length == 0) {
        continue;
      }
      var entry =
          new Entry(batch.labels(s), exemplar.labels(), exemplar.value(), exemplar.timestamp());
      if (charsOf(entry.labels) > MAX_LABEL_CHARS) {
        tooLong++;
      } else if (add(entry)) {
        taken.add(entry);
      }
    }
  }

  /** Exemplars stored of the batch taken last, those that were there already included. */
  int accepted() {
    return taken.size() + known;
  }

  /** Exemplars of the batch taken last that were older than the newest of their series. */
  int outOfOrder() {
    return outOfOrder;
  }

  /** Exemplars of the batch taken last whose labels were too long. */
  int tooLong() {
    return tooLong;
  }

  /** Puts what was new in the batch taken last into a frame. */
  void log(FrameBuffer out) {
    put(taken, out);
  }

  /** Grows with each change. */
  synchronized long version() {
    return version;
  }

  /** All exemplars from the oldest to the newest, as lists of a frame's size. */
  synchronized List<List<Entry>> pieces() {
    var pieces = new ArrayList<List<Entry>>();
    var piece = new ArrayList<Entry>();
    for (int i = 0; i < ring.length; i++) {
      var entry = ring[(next + i) % ring.length];
      if (entry != null) {
        piece.add(entry);
      }
      if (piece.size() == FRAME_ENTRIES) {
        pieces.add(piece);
        piece = new ArrayList<>();
      }
    }
    pieces.add(piece);
    return pieces;
  }

  static void put(List<Entry> entries, FrameBuffer out) {
    if (entries.isEmpty()) {
      return;
    }
    out.begin();
    out.putByte(FRAME);
    out.putVarint(entries.size());
    for (var entry : entries) {
      putLabels(out, entry.series);
      putLabels(out, entry.labels);
      out.putZigzag(entry.timestamp);
      out.putLong(Double.doubleToRawLongBits(entry.value));
    }
    out.end();
  }

  /** Takes a frame back in; its first byte is read already. */
  synchronized void restore(FrameInput in) {
    for (int left = in.getCount(); left > 0; left--) {
      var series = getLabels(in);
      var labels = getLabels(in);
      long timestamp = in.getZigzag();
      double value = Double.longBitsToDouble(in.getLong());
      if (ring.length > 0) {
        add(new Entry(series, labels, value, timestamp));
      }
    }
  }

  /**
   * Exemplars in a range of time of the series that satisfy one whole set of matchers, in label
   * order.
   */
  synchronized List<SeriesExemplars> select(List<List<Matcher>> matchers, long from, long to) {
    var found = new TreeMap<Labels, List<Exemplar>>();
    for (var series : newest.keySet()) {
      if (matchers.stream().anyMatch(set -> matches(series, set))) {
        found.put(series, new ArrayList<>());
      }
    }
    for (int i = 0; i < ring.length; i++) {
      var entry = ring[(next + i) % ring.length];
      if (entry != null && entry.timestamp >= from && entry.timestamp <= to) {
        var list = found.get(entry.series);
        if (list != null) {
          list.add(new Exemplar(0, entry.labels, entry.value, entry.timestamp));
        }
      }
    }
    var all = new ArrayList<SeriesExemplars>();
    found.forEach(
        (series, list) -> {
          if (!list.isEmpty()) {
            all.add(new SeriesExemplars(series, list));
          }
        });
    return all;
  }

  private static boolean matches(Labels series, List<Matcher> set) {
    for (var matcher : set) {
      if (!matcher.matches(series.get(matcher.name()))) {
        return false;
      }
    }
    return true;
  }

  private boolean add(Entry entry) {
    var last = newest.get(entry.series);
    if (last != null && entry.equals(last)) {
      known++;
      return false;
    }
    if (last != null && entry.timestamp < last.timestamp) {
      outOfOrder++;
      return false;
    }
    var dropped = ring[next];
    if (dropped != null && dropped.equals(newest.get(dropped.series))) {
      newest.remove(dropped.series);
    }
    var kept = last == null ? entry : entry.of(last.series);
    ring[next] = kept;
    newest.put(kept.series, kept);
    next = (next + 1) % ring.length;
    version++;
    return true;
  }

  private static int charsOf(Labels labels) {
    int[] chars = {0};
    labels.forEach(
        (name, value) ->
            chars[0] +=
                name.codePointCount(0, name.length()) + value.codePointCount(0, value.length()));
    return chars[0];
  }

  private static void putLabels(FrameBuffer out, Labels labels) {
    out.putVarint(labels.bytes().length);
    out.putBytes(labels.bytes(), 0, labels.bytes().length);
  }

  private static Labels getLabels(FrameInput in) {
    int length = in.getCount();
    int from = in.position();
    in.skip(length);
    return Labels.ofCanonical(in.bytes(), from, from + length);
  }

  /** An exemplar and its series. */
  record Entry(Labels series, Labels labels, double value, long timestamp) {

    /** This with an equal label set that is held anyway. */
    Entry of(Labels held) {
      return new Entry(held, labels, value, timestamp);
    }
  }
}
