package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decodes one chain; see {@link ChainCode}. Used once. */
final class ChainReader {
  private final byte[][] slabs;
  private byte[] slab;
  private int at;
  private int blockEnd;

  private long timestamp;
  private long delta;
  private long start;
  private long bits;

  ChainReader(byte[][] slabs, int firstBlock, long baseTime) {
    this.slabs = slabs;
    this.timestamp = baseTime;
    this.slab = slabs[firstBlock >>> 14];
    enter(firstBlock);
  }

  /** Decodes {@code count} samples and appends those in {@code (after, to]}. */
  void read(
      int count, FloatHistogram @Nullable [] histograms, long after, long to, SampleBuffer into) {
    int histogram = 0;
    for (int i = 0; i < count; i++) {
      boolean isHistogram = next();
      if (i == 0) {
        delta = 0;
      }
      if (timestamp > to) {
        return;
      }
      boolean wanted = timestamp > after;
      if (isHistogram) {
        if (wanted) {
          into.add(timestamp, Objects.requireNonNull(histograms)[histogram]);
          into.startTimestamp(start);
        }
        histogram++;
      } else if (wanted) {
        into.add(timestamp, Double.longBitsToDouble(bits));
        into.startTimestamp(start);
      }
    }
  }

  private boolean next() {
    if (at == blockEnd || slab[at] == ChainCode.END_OF_BLOCK) {
      int p = blockEnd;
      enter(
          (slab[p] & 0xFF)
              | (slab[p + 1] & 0xFF) << 8
              | (slab[p + 2] & 0xFF) << 16
              | slab[p + 3] << 24);
    }
    int control = slab[at++];
    if ((control & ChainCode.DELTA_CHANGED) != 0) {
      delta += zigzag();
    }
    timestamp += delta;
    if ((control & ChainCode.START_CHANGED) != 0) {
      start = timestamp - zigzag();
    }
    int code = control & ChainCode.CODE;
    if (code == ChainCode.HISTOGRAM) {
      bits = SeriesTable.HISTOGRAM_BITS;
      return true;
    }
    value(code);
    return false;
  }

  private void value(int code) {
    if (ChainCode.isXor(code)) {
      long xor = 0;
      int length = ChainCode.length(code);
      for (int i = 0; i < length; i++) {
        xor |= (slab[at++] & 0xFFL) << (8 * i);
      }
      bits ^= xor << (8 * ChainCode.trailing(code));
    } else if (code == ChainCode.INTEGER_1) {
      addWhole(slab[at++]);
    } else if (code == ChainCode.INTEGER_2) {
      addWhole((slab[at] & 0xFF) | slab[at + 1] << 8);
      at += 2;
    }
  }

  private void addWhole(int difference) {
    bits = Double.doubleToRawLongBits(Double.longBitsToDouble(bits) + difference);
  }

  private void enter(int block) {
    slab = slabs[block >>> 14];
    at = (block & 0x3FFF) << 6;
    blockEnd = at + ChainCode.BLOCK_ROOM;
  }

  private long zigzag() {
    long value = 0;
    int shift = 0;
    byte b;
    do {
      b = slab[at++];
      value |= (long) (b & 0x7F) << shift;
      shift += 7;
    } while (b < 0);
    return (value >>> 1) ^ -(value & 1);
  }
}
