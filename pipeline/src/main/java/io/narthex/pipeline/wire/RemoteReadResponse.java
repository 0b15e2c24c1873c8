package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.xerial.snappy.Snappy;

/**
 * Writes answers of Prometheus' remote read protocol: one message of samples, or frames of chunks.
 * Confined to one thread.
 */
public final class RemoteReadResponse {
  private final ProtoWriter whole = new ProtoWriter();
  private final ProtoWriter result = new ProtoWriter();
  private final ProtoWriter series = new ProtoWriter();
  private final ProtoWriter inner = new ProtoWriter();
  private final ProtoWriter span = new ProtoWriter();

  /** Bytes of samples so far, before compression. */
  public long size() {
    return (long) whole.size() + result.size();
  }

  /** Adds a series to the result of the current query. */
  public void series(Labels labels, SampleBuffer samples) {
    series.clear();
    series.raw(labels.bytes(), 0, labels.bytes().length); // is repeated Label labels = 1
    for (int row = 0; row < samples.size(); row++) {
      var histogram = samples.histogram(row);
      inner.clear();
      if (histogram == null) {
        inner.float64(1, samples.values()[row]);
        inner.varint(2, samples.timestamps()[row]);
        series.message(2, inner);
      } else {
        histogram(histogram, samples.timestamps()[row]);
        series.message(4, inner);
      }
    }
    result.message(1, series);
  }

  /** Ends the result of the current query. */
  public void endQuery() {
    whole.message(1, result);
    result.clear();
  }

  /** The message, in Snappy's block format. */
  public byte[] compressed() {
    byte[] out = new byte[Snappy.maxCompressedLength(whole.size())];
    try {
      int length = Snappy.compress(whole.bytes(), 0, whole.size(), out, 0);
      return Arrays.copyOf(out, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A frame: its length, its checksum (CRC-32C, big endian), a message of chunks of one series.
   *
   * @param query number of the query, from 0
   */
  public byte[] frame(int query, Labels labels, List<ChunkEncoder.Chunk> chunks) {
    series.clear();
    series.raw(labels.bytes(), 0, labels.bytes().length);
    for (var chunk : chunks) {
      inner.clear();
      inner.varint(1, chunk.minTime());
      inner.varint(2, chunk.maxTime());
      inner.varint(3, chunk.encoding());
      inner.bytes(4, chunk.data(), 0, chunk.data().length);
      series.message(2, inner);
    }
    result.clear();
    result.message(1, series);
    result.varint(2, query);
    var crc = new CRC32C();
    crc.update(result.bytes(), 0, result.size());
    int sum = (int) crc.getValue();
    whole.clear();
    whole.rawVarint(result.size());
    byte[] checksum = {(byte) (sum >>> 24), (byte) (sum >>> 16), (byte) (sum >>> 8), (byte) sum};
    whole.raw(checksum, 0, checksum.length);
    whole.raw(result.bytes(), 0, result.size());
    return whole.toByteArray();
  }

  private void histogram(FloatHistogram h, long timestamp) {
    inner.float64(2, h.count());
    inner.float64(3, h.sum());
    inner.sint(4, h.schema());
    inner.float64(5, h.zeroThreshold());
    inner.float64(7, h.zeroCount());
    spans(8, h.negativeSpans());
    inner.doubles(10, h.negativeBuckets());
    spans(11, h.positiveSpans());
    inner.doubles(13, h.positiveBuckets());
    inner.varint(14, h.hint().ordinal());
    inner.varint(15, timestamp);
    inner.doubles(16, h.customValues());
  }

  private void spans(int field, int[] spans) {
    for (int i = 0; i < spans.length; i += 2) {
      span.clear();
      span.sint(1, spans[i]);
      span.varint(2, spans[i + 1]);
      inner.message(field, span);
    }
  }
}
