package io.narthex.query.promql.histogram;

import io.narthex.query.promql.function.Kahan;
import java.util.Arrays;

/**
 * The buckets of one side of a histogram: indices in ascending order, with their counts and what
 * rounding lost of them. Growing; confined to one thread.
 */
final class Buckets {
  private int[] index;
  private double[] count;
  private double[] lost;
  private int size;

  private Buckets(int capacity) {
    index = new int[capacity];
    count = new double[capacity];
    lost = new double[capacity];
  }

  static Buckets of(int[] spans, double[] counts) {
    var buckets = new Buckets(counts.length);
    int at = 0;
    for (int span = 0; span < spans.length; span += 2) {
      at += spans[span];
      for (int i = 0; i < spans[span + 1]; i++) {
        buckets.index[buckets.size] = at++;
        buckets.count[buckets.size] = counts[buckets.size];
        buckets.size++;
      }
    }
    return buckets;
  }

  Buckets copy() {
    var copy = new Buckets(0);
    copy.index = Arrays.copyOf(index, size);
    copy.count = Arrays.copyOf(count, size);
    copy.lost = Arrays.copyOf(lost, size);
    copy.size = size;
    return copy;
  }

  int size() {
    return size;
  }

  /** Bytes that it holds, estimated. */
  long sizeInBytes() {
    return 88 + (long) (Integer.BYTES + 2 * Double.BYTES) * index.length;
  }

  int index(int i) {
    return index[i];
  }

  double count(int i) {
    return count[i];
  }

  double lost(int i) {
    return lost[i];
  }

  /** Merges buckets to a schema that is coarser by some schemas. */
  void reduce(int schemas) {
    int to = -1;
    for (int i = 0; i < size; i++) {
      int target = BucketBounds.reduced(index[i], schemas);
      if (to >= 0 && index[to] == target) {
        count[to] += count[i];
        lost[to] += lost[i];
      } else {
        to++;
        index[to] = target;
        count[to] = count[i];
        lost[to] = lost[i];
      }
    }
    size = to + 1;
  }

  /** Moves each bucket to a new index; the map must not fall. */
  void map(int[] targets) {
    int to = -1;
    for (int i = 0; i < size; i++) {
      int target = targets[Math.min(index[i], targets.length - 1)];
      if (to >= 0 && index[to] == target) {
        count[to] += count[i];
        lost[to] += lost[i];
      } else {
        to++;
        index[to] = target;
        count[to] = count[i];
        lost[to] = lost[i];
      }
    }
    size = to + 1;
  }

  /** Removes the first buckets. */
  void removeFirst(int buckets) {
    if (buckets > 0) {
      System.arraycopy(index, buckets, index, 0, size - buckets);
      System.arraycopy(count, buckets, count, 0, size - buckets);
      System.arraycopy(lost, buckets, lost, 0, size - buckets);
      size -= buckets;
    }
  }

  /**
   * Adds other buckets.
   *
   * @param factor 1 or −1
   * @param compensated whether to keep what rounding loses
   */
  void add(Buckets other, double factor, boolean compensated) {
    if (sameIndices(other)) {
      for (int i = 0; i < size; i++) {
        addAt(i, factor * other.count[i], compensated);
      }
      return;
    }
    var merged = new Buckets(size + other.size);
    int mine = 0;
    int theirs = 0;
    while (mine < size || theirs < other.size) {
      if (theirs == other.size || (mine < size && index[mine] < other.index[theirs])) {
        merged.append(index[mine], count[mine], lost[mine]);
        mine++;
      } else if (mine == size || other.index[theirs] < index[mine]) {
        merged.append(other.index[theirs], factor * other.count[theirs], 0);
        theirs++;
      } else {
        addAt(mine, factor * other.count[theirs], compensated);
        merged.append(index[mine], count[mine], lost[mine]);
        mine++;
        theirs++;
      }
    }
    index = merged.index;
    count = merged.count;
    lost = merged.lost;
    size = merged.size;
  }

  void multiply(double factor) {
    for (int i = 0; i < size; i++) {
      count[i] *= factor;
      lost[i] *= factor;
    }
  }

  void divide(double divisor) {
    for (int i = 0; i < size; i++) {
      count[i] /= divisor;
      lost[i] /= divisor;
    }
  }

  double greatest() {
    double greatest = 0;
    for (int i = 0; i < size; i++) {
      greatest = Math.max(greatest, Math.abs(count[i]));
    }
    return greatest;
  }

  /** Adds what rounding lost, and drops empty buckets where asked to. */
  void settle(boolean compact) {
    int to = 0;
    for (int i = 0; i < size; i++) {
      double settled = count[i] + lost[i];
      if (!compact || settled != 0) {
        index[to] = index[i];
        count[to] = settled;
        lost[to] = 0;
        to++;
      }
    }
    size = to;
  }

  double[] counts() {
    return Arrays.copyOf(count, size);
  }

  /** Pairs of offset and length; adjacent buckets share a span. */
  int[] spans() {
    int[] spans = new int[2 * size];
    int length = 0;
    for (int i = 0; i < size; i++) {
      if (i > 0 && index[i] == index[i - 1] + 1) {
        spans[length - 1]++;
      } else {
        spans[length] = i == 0 ? index[i] : index[i] - index[i - 1] - 1;
        spans[length + 1] = 1;
        length += 2;
      }
    }
    return Arrays.copyOf(spans, length);
  }

  private void append(int at, double value, double rest) {
    index[size] = at;
    count[size] = value;
    lost[size] = rest;
    size++;
  }

  private void addAt(int i, double value, boolean compensated) {
    if (compensated) {
      lost[i] = Kahan.lost(value, count[i], lost[i]);
    }
    count[i] += value;
  }

  private boolean sameIndices(Buckets other) {
    return size == other.size && Arrays.equals(index, 0, size, other.index, 0, size);
  }
}
