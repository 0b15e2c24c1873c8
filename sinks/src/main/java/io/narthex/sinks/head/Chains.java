package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples of many series, each as a chain of small blocks of encoded bytes ({@link ChainCode}), all
 * in a few large arrays. Bytes that were written never change, so a chain can be read without a
 * lock up to a count of samples that was seen under the lock.
 */
final class Chains {
  private static final int SLAB_BLOCKS_BITS = 14;
  private static final int SLAB_BLOCKS = 1 << SLAB_BLOCKS_BITS;

  private static final int HEAD = 0; // first block << 32 | number of samples
  private static final int TAIL = 1; // address of the next byte
  private static final int DELTA = 2;
  private static final int START = 3;

  private final long baseTime;
  private final PagedLongs state = new PagedLongs(4);
  private volatile byte[][] slabs = new byte[4][];
  private int blocks;

  /**
   * Makes empty chains.
   *
   * @param baseTime a timestamp near those of the samples
   */
  Chains(long baseTime) {
    this.baseTime = baseTime;
  }

  /** Where a chain begins and how many samples it has; 0 if the series has none here. */
  long head(int id) {
    return state.get(id, HEAD);
  }

  static int count(long head) {
    return (int) head;
  }

  /**
   * Appends a sample.
   *
   * @param bits the value's bits; {@link SeriesTable#HISTOGRAM_BITS} for a histogram
   * @param histogram whether it is a histogram
   * @param start start timestamp; 0 if unknown
   * @param timeBefore the last timestamp of the series in these chains, if it has any
   * @param bitsBefore the bits that came with it
   */
  void add(
      int id,
      long timestamp,
      long bits,
      boolean histogram,
      long start,
      long timeBefore,
      long bitsBefore) {
    long[] page = state.pageForWriting(id);
    int at = state.offset(id);
    boolean first = (int) page[at + HEAD] == 0;
    long delta = timestamp - (first ? baseTime : timeBefore);
    long change = delta - page[at + DELTA];
    long before = first ? 0 : bitsBefore;
    int control = histogram ? ChainCode.HISTOGRAM : valueCode(before, bits);
    int difference = 0;
    if (control == ChainCode.INTEGER_1) {
      difference = ChainCode.integerDifference(before, bits);
      control = difference == (byte) difference ? ChainCode.INTEGER_1 : ChainCode.INTEGER_2;
    }
    if (change != 0) {
      control |= ChainCode.DELTA_CHANGED;
    }
    if (start != page[at + START]) {
      control |= ChainCode.START_CHANGED;
    }
    long tail = room(page, at, first);
    byte[] slab = slabs[(int) (tail >>> (SLAB_BLOCKS_BITS + 6))];
    int p = (int) tail & (SLAB_BLOCKS * ChainCode.BLOCK - 1);
    int begin = p;
    slab[p++] = (byte) control;
    if (change != 0) {
      p = putVarint(slab, p, ChainCode.zigzag(change));
    }
    if ((control & ChainCode.START_CHANGED) != 0) {
      p = putVarint(slab, p, ChainCode.zigzag(timestamp - start));
      page[at + START] = start;
    }
    p = putValue(slab, p, control & ChainCode.CODE, before ^ bits, difference);
    page[at + TAIL] = tail + (p - begin);
    page[at + DELTA] = first ? 0 : delta;
    page[at + HEAD]++;
  }

  private static int valueCode(long before, long bits) {
    if (bits == before) {
      return ChainCode.SAME;
    }
    if (ChainCode.integerDifference(before, bits) != Integer.MIN_VALUE) {
      return ChainCode.INTEGER_1;
    }
    return ChainCode.xorCode(before ^ bits);
  }

  private static int putValue(byte[] slab, int at, int code, long xor, int difference) {
    int p = at;
    if (ChainCode.isXor(code)) {
      long rest = xor >>> (8 * ChainCode.trailing(code));
      for (int left = ChainCode.length(code); left > 0; left--) {
        slab[p++] = (byte) rest;
        rest >>>= 8;
      }
    } else if (code == ChainCode.INTEGER_1) {
      slab[p++] = (byte) difference;
    } else if (code == ChainCode.INTEGER_2) {
      slab[p++] = (byte) difference;
      slab[p++] = (byte) (difference >> 8);
    }
    return p;
  }

  /** Address of a place with room for any sample, in a new block if need be. */
  private long room(long[] page, int at, boolean first) {
    if (first) {
      int block = newBlock();
      page[at + HEAD] = (long) block << 32;
      return (long) block << 6;
    }
    long tail = page[at + TAIL];
    int used = (int) tail & (ChainCode.BLOCK - 1);
    if (used + ChainCode.MAX_SAMPLE <= ChainCode.BLOCK_ROOM) {
      return tail;
    }
    int next = newBlock();
    long block = tail >>> 6;
    byte[] slab = slabs[(int) (block >>> SLAB_BLOCKS_BITS)];
    int start = ((int) block & (SLAB_BLOCKS - 1)) << 6;
    slab[start + used] = ChainCode.END_OF_BLOCK;
    for (int i = 0; i < 4; i++) {
      slab[start + ChainCode.BLOCK_ROOM + i] = (byte) (next >>> (8 * i));
    }
    return (long) next << 6;
  }

  private int newBlock() {
    int slab = blocks >>> SLAB_BLOCKS_BITS;
    var all = slabs;
    if (slab == all.length) {
      all = Arrays.copyOf(all, 2 * slab);
      slabs = all;
    }
    if (all[slab] == null) {
      all[slab] = new byte[SLAB_BLOCKS * ChainCode.BLOCK];
      slabs = all;
    }
    return blocks++;
  }

  /**
   * Decodes a chain, appending the samples in {@code (after, to]}.
   *
   * @param head as {@link #head} said under the lock
   * @param histograms the series' histograms, in order
   */
  void read(
      long head, FloatHistogram @Nullable [] histograms, long after, long to, SampleBuffer into) {
    int left = count(head);
    if (left == 0) {
      return;
    }
    into.ensure(into.size() + left);
    new ChainReader(slabs, (int) (head >>> 32), baseTime).read(left, histograms, after, to, into);
  }

  long sizeInBytes() {
    return state.sizeInBytes()
        + (long) ((blocks + SLAB_BLOCKS - 1) >>> SLAB_BLOCKS_BITS) * SLAB_BLOCKS * ChainCode.BLOCK;
  }

  private static int putVarint(byte[] out, int at, long value) {
    long rest = value;
    int p = at;
    while ((rest & ~0x7FL) != 0) {
      out[p++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[p++] = (byte) rest;
    return p;
  }
}
