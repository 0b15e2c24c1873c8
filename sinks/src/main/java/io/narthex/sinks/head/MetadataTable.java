package io.narthex.sinks.head;

import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.FrameInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was said of metric families: the newest few texts of each. Bounded: the families of which
 * nothing new was said for longest give way. Safe for use by several threads; batches are taken
 * under the head's lock.
 *
 * <pre>{@code
 * frame = 4 u8 | count varint | { type u8 | family, help, unit: length varint, UTF-8 each } …
 * }</pre>
 */
final class MetadataTable {
  static final int FRAME = 4;

  private static final int MAX_FAMILIES = 50_000;
  private static final int MAX_OF_FAMILY = 4;
  private static final int MAX_TEXT = 16 << 10;
  private static final long MAX_CHARS = 16L << 20;
  private static final int FRAME_ENTRIES = 500;

  private final LinkedHashMap<String, List<MetricMetadata>> byFamily = new LinkedHashMap<>();
  private final List<MetricMetadata> taken = new ArrayList<>();
  private long chars;
  private long version;

  /** Takes what a batch says. */
  synchronized void take(List<MetricMetadata> said) {
    taken.clear();
    for (var metadata : said) {
      if (add(metadata)) {
        taken.add(metadata);
      }
    }
  }

  /** Puts what was new in the batch taken last into a frame. */
  void log(FrameBuffer out) {
    put(taken, out);
  }

  /** Grows with each change. */
  synchronized long version() {
    return version;
  }

  /** Takes a frame back in; its first byte is read already. */
  synchronized void restore(FrameInput in) {
    var types = MetricType.values();
    for (int left = in.getCount(); left > 0; left--) {
      int type = in.getByte();
      if (type >= types.length) {
        throw new IllegalArgumentException("unknown metric type " + type);
      }
      add(new MetricMetadata(text(in), types[type], text(in), text(in)));
    }
  }

  /** All there is: families, each with the text said last coming first. */
  synchronized Map<String, List<MetricMetadata>> all() {
    var all = new LinkedHashMap<String, List<MetricMetadata>>();
    byFamily.forEach((family, entries) -> all.put(family, List.copyOf(entries)));
    return all;
  }

  /** All there is, the family changed last coming last, as lists of a frame's size. */
  synchronized List<List<MetricMetadata>> pieces() {
    var pieces = new ArrayList<List<MetricMetadata>>();
    var piece = new ArrayList<MetricMetadata>();
    for (var entries : byFamily.values()) {
      for (int i = entries.size() - 1; i >= 0; i--) {
        piece.add(entries.get(i));
      }
      if (piece.size() >= FRAME_ENTRIES) {
        pieces.add(piece);
        piece = new ArrayList<>();
      }
    }
    pieces.add(piece);
    return pieces;
  }

  static void put(List<MetricMetadata> entries, FrameBuffer out) {
    if (entries.isEmpty()) {
      return;
    }
    out.begin();
    out.putByte(FRAME);
    out.putVarint(entries.size());
    for (var metadata : entries) {
      out.putByte(metadata.type().ordinal());
      putText(out, metadata.family());
      putText(out, metadata.help());
      putText(out, metadata.unit());
    }
    out.end();
  }

  private boolean add(MetricMetadata metadata) {
    var entries = byFamily.get(metadata.family());
    boolean known = entries != null && entries.get(0).equals(metadata);
    if (known || charsOf(metadata) > MAX_TEXT) {
      return false;
    }
    if (entries == null) {
      entries = new ArrayList<>(1);
    } else {
      byFamily.remove(metadata.family());
      if (entries.remove(metadata)) {
        chars -= charsOf(metadata);
      }
    }
    entries.add(0, metadata);
    byFamily.put(metadata.family(), entries);
    chars += charsOf(metadata);
    if (entries.size() > MAX_OF_FAMILY) {
      chars -= charsOf(entries.remove(entries.size() - 1));
    }
    while (byFamily.size() > MAX_FAMILIES || chars > MAX_CHARS) {
      var eldest = byFamily.keySet().iterator();
      var dropped = byFamily.get(eldest.next());
      eldest.remove();
      if (dropped != null) {
        dropped.forEach(one -> chars -= charsOf(one));
      }
    }
    version++;
    return true;
  }

  private static int charsOf(MetricMetadata metadata) {
    return metadata.family().length() + metadata.help().length() + metadata.unit().length();
  }

  private static void putText(FrameBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.putVarint(bytes.length);
    out.putBytes(bytes, 0, bytes.length);
  }

  private static String text(FrameInput in) {
    int length = in.getCount();
    int from = in.position();
    in.skip(length);
    return new String(in.bytes(), from, length, StandardCharsets.UTF_8);
  }
}
