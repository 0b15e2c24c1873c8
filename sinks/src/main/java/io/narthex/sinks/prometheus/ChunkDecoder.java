package io.narthex.sinks.prometheus;

import io.narthex.pipeline.storage.SampleBuffer;
import java.nio.ByteBuffer;

/** Decodes the chunks of a block. */
final class ChunkDecoder {
  private static final int XOR = 1;
  private static final int HISTOGRAM = 2;
  private static final int FLOAT_HISTOGRAM = 3;
  private static final int[] TIME_SIZES = {0, 14, 17, 20, 64};

  private ChunkDecoder() {}

  /** Whether chunks of this encoding can be decoded. */
  static boolean knows(int encoding) {
    return encoding >= XOR && encoding <= FLOAT_HISTOGRAM;
  }

  /**
   * Appends the samples of a chunk.
   *
   * @param encoding one that is known
   * @param data from its position to its limit
   * @throws RuntimeException if the data is malformed
   */
  static void decode(int encoding, ByteBuffer data, SampleBuffer into) {
    var in = new BitInput(data);
    int samples = (int) in.bits(16);
    switch (encoding) {
      case XOR -> floats(in, samples, into);
      case HISTOGRAM -> HistogramChunk.decode(in, samples, true, into);
      case FLOAT_HISTOGRAM -> HistogramChunk.decode(in, samples, false, into);
      default -> throw new IllegalArgumentException("unknown chunk encoding " + encoding);
    }
  }

  private static void floats(BitInput in, int samples, SampleBuffer into) {
    long time = 0;
    long delta = 0;
    var value = new XorValue();
    for (int i = 0; i < samples; i++) {
      if (i == 0) {
        time = in.varint();
        value.set(in.float64());
      } else {
        delta = i == 1 ? in.uvarint() : delta + in.signedBits(TIME_SIZES[in.ones(4)]);
        time += delta;
        value.next(in);
      }
      into.add(time, value.get());
    }
  }
}
