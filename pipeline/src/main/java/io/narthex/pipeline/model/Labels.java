package io.narthex.pipeline.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The label set that identifies a series: names to values, sorted by name, without empty values.
 * Immutable.
 *
 * <p>Its identity is its <b>canonical bytes</b>: for each label, in byte order of the names, the
 * protobuf encoding of {@code repeated Label labels = 1} of remote write 1.0 with minimal lengths:
 *
 * <pre>{@code
 * 0x0A varint(length of the rest) 0x0A varint(name length) name 0x12 varint(value length) value
 * }</pre>
 *
 * Equal sets have equal bytes and the other way round, so series are hashed and compared without
 * decoding. Since this is the order and encoding in which senders write their labels, a
 * remote-write request's own bytes serve as identity.
 */
public final class Labels implements Comparable<Labels> {
  /** The label that holds the metric's name. */
  public static final String METRIC_NAME = "__name__";

  public static final Labels EMPTY = new Labels(new byte[0]);

  private final byte[] bytes;
  private final long hash;

  private Labels(byte[] bytes) {
    this.bytes = bytes;
    this.hash = LabelHash.of(bytes, 0, bytes.length);
  }

  /**
   * Copies canonical bytes.
   *
   * @throws IllegalArgumentException if they are not canonical
   */
  public static Labels ofCanonical(byte[] bytes, int from, int to) {
    var walker = new LabelBytes.Walker();
    int previousFrom = -1;
    int previousTo = -1;
    for (walker.reset(bytes, from, to); walker.next(); ) {
      if (previousFrom >= 0
          && Arrays.compareUnsigned(
                  bytes, previousFrom, previousTo, bytes, walker.nameFrom, walker.nameTo)
              >= 0) {
        throw new IllegalArgumentException("labels are not sorted or repeat: " + walker.name());
      }
      if (walker.valueFrom == walker.valueTo || walker.nameFrom == walker.nameTo) {
        throw new IllegalArgumentException("empty label name or value: " + walker.name());
      }
      previousFrom = walker.nameFrom;
      previousTo = walker.nameTo;
    }
    return new Labels(Arrays.copyOfRange(bytes, from, to));
  }

  /** Copies bytes that are known to be canonical, such as those of a batch or a block. */
  public static Labels ofTrusted(byte[] bytes, int from, int to) {
    return from == to ? EMPTY : new Labels(Arrays.copyOfRange(bytes, from, to));
  }

  /** Labels from alternating names and values; empty values are left out. */
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a name without a value");
    }
    var builder = builder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  public static Labels of(Map<String, String> labels) {
    var builder = builder();
    labels.forEach(builder::set);
    return builder.build();
  }

  public static Builder builder() {
    return new Builder(EMPTY);
  }

  /** A builder that begins with these labels. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** The canonical bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** XXH64 of the canonical bytes. */
  public long hash() {
    return hash;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  public int size() {
    int count = 0;
    for (var walker = walker(); walker.next(); ) {
      count++;
    }
    return count;
  }

  /** The value of a label; empty if the set has no such label. */
  public String get(String name) {
    byte[] wanted = name.getBytes(UTF_8);
    for (var walker = walker(); walker.next(); ) {
      if (walker.nameIs(wanted)) {
        return walker.value();
      }
    }
    return "";
  }

  public boolean has(String name) {
    byte[] wanted = name.getBytes(UTF_8);
    for (var walker = walker(); walker.next(); ) {
      if (walker.nameIs(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** The metric's name; empty if it has none. */
  public String metricName() {
    return get(METRIC_NAME);
  }

  public void forEach(BiConsumer<String, String> action) {
    for (var walker = walker(); walker.next(); ) {
      action.accept(walker.name(), walker.value());
    }
  }

  /** A copy as a map in order of the names. */
  public Map<String, String> toMap() {
    var map = new LinkedHashMap<String, String>();
    forEach(map::put);
    return map;
  }

  public List<String> names() {
    var names = new ArrayList<String>();
    forEach((name, value) -> names.add(name));
    return names;
  }

  /** These labels less those whose name the predicate accepts. */
  public Labels without(Predicate<String> dropped) {
    return filter(dropped.negate());
  }

  public Labels without(Collection<String> names) {
    return filter(name -> !names.contains(name));
  }

  /** Only the labels whose name the predicate accepts. */
  public Labels filter(Predicate<String> kept) {
    byte[] out = new byte[bytes.length];
    int to = 0;
    int from = 0;
    for (var walker = walker(); walker.next(); from = walker.valueTo) {
      if (kept.test(walker.name())) {
        int length = walker.valueTo - from;
        System.arraycopy(bytes, from, out, to, length);
        to += length;
      }
    }
    return to == bytes.length ? this : ofTrusted(out, 0, to);
  }

  @Override
  public int compareTo(Labels other) {
    if (this == other) {
      return 0;
    }
    return LabelBytes.compare(bytes, 0, bytes.length, other.bytes, 0, other.bytes.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    if (this == other) {
      return true;
    }
    return other instanceof Labels labels
        && hash == labels.hash
        && Arrays.equals(bytes, labels.bytes);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(hash);
  }

  /**
   * As Prometheus prints label sets: {@code {a="b", c="d"}}; names that are not legacy label names
   * are quoted.
   */
  @Override
  public String toString() {
    var text = new StringBuilder("{");
    forEach(
        (name, value) -> {
          if (text.length() > 1) {
            text.append(", ");
          }
          if (Names.isLegacyLabelName(name)) {
            text.append(name);
          } else {
            Names.quote(text, name);
          }
          Names.quote(text.append('='), value);
        });
    return text.append('}').toString();
  }

  private LabelBytes.Walker walker() {
    var walker = new LabelBytes.Walker();
    walker.reset(bytes, 0, bytes.length);
    return walker;
  }

  /**
   * Collects labels; a name set twice keeps the last value, an empty value removes the label. Not
   * thread-safe.
   */
  public static final class Builder {
    private final TreeMap<String, String> labels = new TreeMap<>(Names.BYTE_ORDER);

    private Builder(Labels base) {
      base.forEach(labels::put);
    }

    public Builder set(String name, String value) {
      if (value.isEmpty()) {
        labels.remove(name);
      } else {
        labels.put(name, value);
      }
      return this;
    }

    public Builder remove(String name) {
      labels.remove(name);
      return this;
    }

    public String get(String name) {
      return labels.getOrDefault(name, "");
    }

    /** The names set so far, in order; a copy. */
    public List<String> names() {
      return List.copyOf(labels.keySet());
    }

    public Labels build() {
      if (labels.isEmpty()) {
        return EMPTY;
      }
      byte[] out = new byte[64];
      int at = 0;
      for (var label : labels.entrySet()) {
        byte[] name = label.getKey().getBytes(UTF_8);
        byte[] value = label.getValue().getBytes(UTF_8);
        int need = LabelBytes.encodedSize(name.length, value.length);
        if (at + need > out.length) {
          out = Arrays.copyOf(out, Math.max(2 * out.length, at + need));
        }
        at = LabelBytes.write(out, at, name, 0, name.length, value, 0, value.length);
      }
      return new Labels(Arrays.copyOf(out, at));
    }
  }
}
