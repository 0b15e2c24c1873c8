package io.narthex.pipeline.testkit;

import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.SampleBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.xerial.snappy.Snappy;

/**
 * Encodes a batch as a remote-write 1.0 request, as Prometheus sends it.
 *
 * <pre>{@code
 * byte[] body = RemoteWriteEncoder.compressed(batch);
 * }</pre>
 */
public final class RemoteWriteEncoder {
  private RemoteWriteEncoder() {}

  /** The body of a request: a Snappy block. */
  public static byte[] compressed(SampleBatch batch) {
    return snappy(message(batch));
  }

  /** Compresses to a Snappy block. */
  public static byte[] snappy(byte[] message) {
    try {
      return Snappy.compress(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The {@code prometheus.WriteRequest} before compression. */
  public static byte[] message(SampleBatch batch) {
    var out = new ProtoWriter();
    for (int s = 0; s < batch.seriesCount(); s++) {
      int series = s;
      out.message(1, body -> series(batch, series, body));
    }
    for (MetricMetadata entry : batch.metadata()) {
      out.message(
          3,
          body ->
              body.varint(1, entry.type().ordinal())
                  .string(2, entry.family())
                  .string(4, entry.help())
                  .string(5, entry.unit()));
    }
    return out.toBytes();
  }

  private static void series(SampleBatch batch, int series, ProtoWriter out) {
    labels(out, batch.labels(series));
    for (int row = batch.firstRow(series); row < batch.firstRow(series + 1); row++) {
      var histogram = batch.histogram(row);
      long timestamp = batch.timestamp(row);
      double value = batch.value(row);
      if (histogram == null) {
        out.message(2, body -> body.fixed(1, value).varint(2, timestamp));
      } else {
        out.message(4, body -> histogram(body, histogram, timestamp));
      }
    }
    for (Exemplar exemplar : batch.exemplars()) {
      if (exemplar.series() == series) {
        out.message(
            3,
            body -> {
              labels(body, exemplar.labels());
              body.fixed(2, exemplar.value()).varint(3, exemplar.timestamp());
            });
      }
    }
  }

  /** Labels as field 1 of a series or an exemplar. */
  public static void labels(ProtoWriter out, Labels labels) {
    labels.forEach((name, value) -> out.message(1, pair -> pair.string(1, name).string(2, value)));
  }

  /** A histogram with float counts. */
  public static void histogram(ProtoWriter out, FloatHistogram h, long timestamp) {
    out.fixed(2, h.count()).fixed(3, h.sum()).zigzag(4, h.schema()).fixed(5, h.zeroThreshold());
    out.fixed(7, h.zeroCount());
    spans(out, 8, h.negativeSpans());
    packed(out, 10, h.negativeBuckets());
    spans(out, 11, h.positiveSpans());
    packed(out, 13, h.positiveBuckets());
    out.varint(14, h.hint().ordinal()).varint(15, timestamp);
    packed(out, 16, h.customValues());
  }

  private static void spans(ProtoWriter out, int field, int[] spans) {
    for (int i = 0; i < spans.length; i += 2) {
      int offset = spans[i];
      int length = spans[i + 1];
      out.message(field, body -> body.zigzag(1, offset).varint(2, length));
    }
  }

  private static void packed(ProtoWriter out, int field, double[] values) {
    if (values.length > 0) {
      var body = new ProtoWriter();
      for (double value : values) {
        body.fixedBits(Double.doubleToRawLongBits(value));
      }
      out.bytes(field, body.toBytes());
    }
  }
}
