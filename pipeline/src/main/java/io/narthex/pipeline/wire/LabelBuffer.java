package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects labels in any order as bytes and encodes them canonically (see {@link Labels}), without
 * making strings. Reusable; not thread-safe.
 *
 * <pre>{@code
 * buffer.clear();
 * buffer.add(...);
 * String fault = buffer.seal(true);
 * if (fault == null) { use(buffer.bytes(), 0, buffer.length(), buffer.hash()); }
 * }</pre>
 */
public final class LabelBuffer {
  private static final byte[] METRIC_NAME = Labels.METRIC_NAME.getBytes(StandardCharsets.UTF_8);

  /** About so much of a label set is shown in a fault. */
  private static final int MOST_TEXT = 256;

  private byte[] text = new byte[512];
  private int textEnd;

  /** Three offsets a label: name from, name to (also value from), value to. */
  private int[] offsets = new int[64];

  private int count;
  private byte[] encoded = new byte[512];
  private int length;
  private long hash;

  /** Forgets all labels. */
  public void clear() {
    textEnd = 0;
    count = 0;
    length = 0;
  }

  /** Adds a label; the bytes are copied. */
  public void add(byte[] name, int nameFrom, int nameTo, byte[] value, int valueFrom, int valueTo) {
    int nameLength = nameTo - nameFrom;
    int valueLength = valueTo - valueFrom;
    int need = textEnd + nameLength + valueLength;
    if (need > text.length) {
      text = Arrays.copyOf(text, Math.max(2 * text.length, need));
    }
    if (3 * count + 3 > offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * offsets.length);
    }
    System.arraycopy(name, nameFrom, text, textEnd, nameLength);
    System.arraycopy(value, valueFrom, text, textEnd + nameLength, valueLength);
    offsets[3 * count] = textEnd;
    offsets[3 * count + 1] = textEnd + nameLength;
    offsets[3 * count + 2] = need;
    textEnd = need;
    count++;
  }

  /** Adds a label; for cold paths. */
  public void add(String name, String value) {
    byte[] n = name.getBytes(StandardCharsets.UTF_8);
    byte[] v = value.getBytes(StandardCharsets.UTF_8);
    add(n, 0, n.length, v, 0, v.length);
  }

  /**
   * Labels that can be added again without being read again.
   *
   * @param text names and values, one behind the other
   * @param offsets three a label: name from, name to (also value from), value to
   */
  record Added(byte[] text, int[] offsets) {
    /** Whether a label of this name is among them. */
    boolean has(byte[] name) {
      for (int i = 0; i < offsets.length; i += 3) {
        if (Arrays.equals(text, offsets[i], offsets[i + 1], name, 0, name.length)) {
          return true;
        }
      }
      return false;
    }
  }

  /** What was added since {@link #clear()}, for later. */
  Added added() {
    return new Added(Arrays.copyOf(text, textEnd), Arrays.copyOf(offsets, 3 * count));
  }

  /** Adds labels but the one of a name, if there is one. */
  void addAllBut(byte[] name, Added labels) {
    for (int i = 0; i < labels.offsets.length; i += 3) {
      int from = labels.offsets[i];
      int middle = labels.offsets[i + 1];
      if (!Arrays.equals(labels.text, from, middle, name, 0, name.length)) {
        add(labels.text, from, middle, labels.text, middle, labels.offsets[i + 2]);
      }
    }
  }

  /** Adds the metric's name. */
  public void addMetricName(byte[] value, int from, int to) {
    add(METRIC_NAME, 0, METRIC_NAME.length, value, from, to);
  }

  /** Labels added since {@link #clear()}. */
  public int count() {
    return count;
  }

  /**
   * Sorts, checks and encodes what was added. Labels with empty values are left out.
   *
   * @param named whether a metric name is required
   * @return null, or what is wrong: bad UTF-8, an empty or repeated name, no metric name
   */
  public @Nullable String seal(boolean named) {
    length = 0;
    sort();
    String fault = check(named);
    if (fault != null) {
      return fault;
    }
    int need = 0;
    for (int i = 0; i < count; i++) {
      need += LabelBytes.encodedSize(nameLength(i), valueLength(i));
    }
    if (need > encoded.length) {
      encoded = new byte[Math.max(2 * encoded.length, need)];
    }
    int at = 0;
    for (int i = 0; i < count; i++) {
      int from = offsets[3 * i];
      int middle = offsets[3 * i + 1];
      int to = offsets[3 * i + 2];
      if (middle < to) {
        at = LabelBytes.write(encoded, at, text, from, middle, text, middle, to);
      }
    }
    length = at;
    hash = LabelHash.of(encoded, 0, length);
    return null;
  }

  /** The canonical bytes, up to {@link #length()}, until the next call of {@link #seal}. */
  public byte[] bytes() {
    return encoded;
  }

  public int length() {
    return length;
  }

  /** Whether a label of this name was added, with an empty value too; for cold paths. */
  public boolean added(String name) {
    for (int i = 0; i < count; i++) {
      if (name(i).equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** {@link LabelHash} of the canonical bytes. */
  public long hash() {
    return hash;
  }

  /** Takes over the sealed labels of another buffer; they cannot be added to. */
  public void copy(LabelBuffer other) {
    clear();
    if (encoded.length < other.length) {
      encoded = new byte[2 * other.length];
    }
    System.arraycopy(other.encoded, 0, encoded, 0, other.length);
    length = other.length;
    hash = other.hash;
  }

  /** Whether both are sealed with the same labels. */
  public boolean sameAs(LabelBuffer other) {
    return hash == other.hash && Arrays.equals(encoded, 0, length, other.encoded, 0, other.length);
  }

  /** The sealed labels as an object. */
  public Labels toLabels() {
    return Labels.ofTrusted(encoded, 0, length);
  }

  /** The labels as they were added, for texts of faults, cut where they are long. */
  @Override
  public String toString() {
    var out = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      if (out.length() > MOST_TEXT) {
        return out.append(", ...}").toString();
      }
      out.append(i == 0 ? "" : ", ").append(name(i)).append("=\"").append(value(i)).append('"');
    }
    return out.append('}').toString();
  }

  private @Nullable String check(boolean named) {
    boolean hasName = false;
    for (int i = 0; i < count; i++) {
      int from = offsets[3 * i];
      int middle = offsets[3 * i + 1];
      int to = offsets[3 * i + 2];
      if (from == middle) {
        return "a label without a name";
      }
      if (!Utf8.isValid(text, from, middle) || !Utf8.isValid(text, middle, to)) {
        return "label " + name(i) + " is not UTF-8";
      }
      if (i > 0 && compareNames(i - 1, i) == 0) {
        return "label name \"" + name(i) + "\" is not unique";
      }
      hasName |=
          to > middle && Arrays.equals(text, from, middle, METRIC_NAME, 0, METRIC_NAME.length);
    }
    return named && !hasName ? "metric name is missing" : null;
  }

  /** Insertion sort: label sets are small and mostly sorted. Bigger ones go through objects. */
  private void sort() {
    if (count > 64) {
      sortMany();
      return;
    }
    for (int i = 1; i < count; i++) {
      for (int j = i; j > 0 && compareNames(j - 1, j) > 0; j--) {
        for (int k = 0; k < 3; k++) {
          int held = offsets[3 * j + k];
          offsets[3 * j + k] = offsets[3 * j - 3 + k];
          offsets[3 * j - 3 + k] = held;
        }
      }
    }
  }

  private void sortMany() {
    var order = new Integer[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    Arrays.sort(order, this::compareNames);
    int[] sorted = new int[offsets.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(offsets, 3 * order[i], sorted, 3 * i, 3);
    }
    offsets = sorted;
  }

  private int compareNames(int a, int b) {
    return Arrays.compareUnsigned(
        text, offsets[3 * a], offsets[3 * a + 1], text, offsets[3 * b], offsets[3 * b + 1]);
  }

  private int nameLength(int label) {
    return offsets[3 * label + 1] - offsets[3 * label];
  }

  private int valueLength(int label) {
    return offsets[3 * label + 2] - offsets[3 * label + 1];
  }

  private String name(int label) {
    return shortened(offsets[3 * label], nameLength(label));
  }

  private String value(int label) {
    return shortened(offsets[3 * label + 1], valueLength(label));
  }

  private String shortened(int from, int length) {
    return length <= MOST_TEXT
        ? new String(text, from, length, StandardCharsets.UTF_8)
        : new String(text, from, MOST_TEXT, StandardCharsets.UTF_8) + "...";
  }
}
