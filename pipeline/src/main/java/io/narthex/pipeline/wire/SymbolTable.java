package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The strings of a remote-write 2.0 request, as places in its body. Each is checked once, however
 * often labels refer to it.
 */
final class SymbolTable {
  private static final byte[] METRIC_NAME = Labels.METRIC_NAME.getBytes(StandardCharsets.UTF_8);
  private static final int NONE = -1;

  private static final byte[] NOTHING = {};

  private byte[] body = NOTHING;
  private int[] from = new int[256];
  private int[] to = new int[256];
  private boolean[] valid = new boolean[256];
  private int size;
  private int metricName = NONE;

  /** References of the series encoded last: the next one mostly has the same names in a row. */
  private int[] encoded = new int[64];

  private int encodedCount;

  void reset(byte[] body) {
    this.body = body;
    size = 0;
    metricName = NONE;
    encodedCount = 0;
  }

  /** Lets go of the request. */
  void clear() {
    reset(NOTHING);
  }

  void add(int symbolFrom, int symbolTo) {
    if (size == from.length) {
      from = Arrays.copyOf(from, 2 * size);
      to = Arrays.copyOf(to, 2 * size);
      valid = Arrays.copyOf(valid, 2 * size);
    }
    from[size] = symbolFrom;
    to[size] = symbolTo;
    valid[size] = Utf8.isValid(body, symbolFrom, symbolTo);
    if (Arrays.equals(body, symbolFrom, symbolTo, METRIC_NAME, 0, METRIC_NAME.length)) {
      metricName = size;
    }
    size++;
  }

  int size() {
    return size;
  }

  String text(int symbol) {
    return new String(body, from[symbol], to[symbol] - from[symbol], StandardCharsets.UTF_8);
  }

  /** What is wrong with references to names and values in turn; null if nothing is. */
  @Nullable String fault(int[] refs, int count) {
    if (count % 2 != 0) {
      return "invalid labelRefs length " + count + ": a name without a value";
    }
    for (int i = 0; i < count; i++) {
      if (refs[i] < 0 || refs[i] >= size) {
        return "labelRefs "
            + Integer.toUnsignedString(refs[i])
            + " (name) = symbol outside of the table of "
            + size;
      }
    }
    return null;
  }

  /**
   * Writes labels that are sorted, complete and valid in canonical form.
   *
   * @param out with room for {@link #encodedSize}
   * @return the length, or −1 if the labels have to be sorted or refused
   */
  int encode(int[] refs, int count, byte[] out) {
    int at = 0;
    boolean named = false;
    for (int i = 0; i < count; i += 2) {
      int name = refs[i];
      int value = refs[i + 1];
      boolean ascends = i == 0 || isKnownOrder(refs, i) || compare(refs[i - 2], name) < 0;
      if (!ascends || !valid[name] || !valid[value] || isEmpty(name) || isEmpty(value)) {
        return -1;
      }
      named |= name == metricName;
      at = LabelBytes.write(out, at, body, from[name], to[name], body, from[value], to[value]);
    }
    if (!named) {
      return -1;
    }
    if (encoded.length < count) {
      encoded = new int[2 * count];
    }
    System.arraycopy(refs, 0, encoded, 0, count);
    encodedCount = count;
    return at;
  }

  private boolean isKnownOrder(int[] refs, int i) {
    return i < encodedCount && encoded[i - 2] == refs[i - 2] && encoded[i] == refs[i];
  }

  /** Bytes that {@link #encode} needs at most. */
  long encodedSize(int[] refs, int count) {
    long size = 0;
    for (int i = 0; i < count; i += 2) {
      size +=
          LabelBytes.encodedSize(to[refs[i]] - from[refs[i]], to[refs[i + 1]] - from[refs[i + 1]]);
    }
    return size;
  }

  void addTo(LabelBuffer buffer, int[] refs, int count) {
    for (int i = 0; i < count; i += 2) {
      int name = refs[i];
      int value = refs[i + 1];
      buffer.add(body, from[name], to[name], body, from[value], to[value]);
    }
  }

  /** The symbol that the metric's name refers to; −1 if there is none. */
  int metricNameOf(int[] refs, int count) {
    for (int i = 0; i < count; i += 2) {
      if (Arrays.equals(body, from[refs[i]], to[refs[i]], METRIC_NAME, 0, METRIC_NAME.length)) {
        return refs[i + 1];
      }
    }
    return NONE;
  }

  private boolean isEmpty(int symbol) {
    return from[symbol] == to[symbol];
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(body, from[a], to[a], body, from[b], to[b]);
  }
}
