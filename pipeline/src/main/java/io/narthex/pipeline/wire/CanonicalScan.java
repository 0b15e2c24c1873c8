package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Recognises label sets that a sender already wrote in canonical form (see {@link Labels}), so that
 * its bytes serve as they are. All that makes a set valid is checked here, in one walk without
 * branches on hashes or caches: a crafted collision cannot smuggle anything past it.
 */
final class CanonicalScan {
  private static final byte[] METRIC_NAME = Labels.METRIC_NAME.getBytes(StandardCharsets.UTF_8);

  private CanonicalScan() {}

  /**
   * Walks the labels at {@code from}.
   *
   * @return the offset after the last label, or −1 if the set is not canonical, has no metric name
   *     or is not UTF-8
   */
  static int labelsEnd(byte[] b, int from, int to) {
    int at = from;
    int previousFrom = from;
    int previousTo = from;
    boolean named = false;
    while (at < to && b[at] == LabelBytes.TAG_LABEL) {
      long body = length(b, at + 1, to);
      int nameTag = (int) (body >>> 32);
      int next = nameTag + (int) body;
      if (body < 0 || next > to || nameTag >= to || b[nameTag] != LabelBytes.TAG_NAME) {
        return -1;
      }
      long name = length(b, nameTag + 1, next);
      int nameFrom = (int) (name >>> 32);
      int nameTo = nameFrom + (int) name;
      if (name < 0 || nameTo >= next || nameTo == nameFrom || b[nameTo] != LabelBytes.TAG_VALUE) {
        return -1;
      }
      long value = length(b, nameTo + 1, next);
      int valueFrom = (int) (value >>> 32);
      if (value < 0 || (int) value == 0 || valueFrom + (int) value != next) {
        return -1;
      }
      if (!ascends(b, previousFrom, previousTo, nameFrom, nameTo)) {
        return -1;
      }
      named |= isMetricName(b, nameFrom, nameTo);
      previousFrom = nameFrom;
      previousTo = nameTo;
      at = next;
    }
    return named && (Utf8.isAscii(b, from, at) || isUtf8(b, from, at)) ? at : -1;
  }

  /**
   * A minimal length of one or two bytes at {@code at}: the offset after it in the upper half, the
   * length in the lower; −1 for anything else.
   */
  private static long length(byte[] b, int at, int to) {
    if (at >= to) {
      return -1;
    }
    int first = b[at];
    if (first >= 0) {
      return (long) (at + 1) << 32 | first;
    }
    if (at + 1 >= to || b[at + 1] <= 0) {
      return -1;
    }
    return (long) (at + 2) << 32 | (first & 0x7F) | b[at + 1] << 7;
  }

  private static boolean ascends(
      byte[] b, int previousFrom, int previousTo, int nameFrom, int nameTo) {
    if (previousFrom == previousTo) {
      return true;
    }
    int difference = (b[nameFrom] & 0xFF) - (b[previousFrom] & 0xFF);
    return difference > 0
        || (difference == 0
            && Arrays.compareUnsigned(b, previousFrom, previousTo, b, nameFrom, nameTo) < 0);
  }

  private static boolean isMetricName(byte[] b, int from, int to) {
    return to - from == METRIC_NAME.length
        && b[from] == '_'
        && Arrays.equals(b, from, to, METRIC_NAME, 0, METRIC_NAME.length);
  }

  private static boolean isUtf8(byte[] b, int from, int to) {
    var walker = new LabelBytes.Walker();
    for (walker.reset(b, from, to); walker.next(); ) {
      if (!Utf8.isValid(b, walker.nameFrom, walker.nameTo)
          || !Utf8.isValid(b, walker.valueFrom, walker.valueTo)) {
        return false;
      }
    }
    return true;
  }
}
