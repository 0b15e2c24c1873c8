package io.narthex.pipeline.testkit;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Encodes a batch as a remote-write 2.0 request; metadata is left out. */
public final class RemoteWrite2Encoder {
  private final Map<String, Integer> symbols = new LinkedHashMap<>();

  private RemoteWrite2Encoder() {
    symbols.put("", 0);
  }

  /** The body of a request: a Snappy block. */
  public static byte[] compressed(SampleBatch batch) {
    return RemoteWriteEncoder.snappy(message(batch));
  }

  /** The {@code io.prometheus.write.v2.Request} before compression. */
  public static byte[] message(SampleBatch batch) {
    return new RemoteWrite2Encoder().encode(batch);
  }

  private byte[] encode(SampleBatch batch) {
    var series = new ArrayList<byte[]>();
    for (int s = 0; s < batch.seriesCount(); s++) {
      series.add(series(batch, s));
    }
    var out = new ProtoWriter();
    symbols.keySet().forEach(symbol -> out.string(4, symbol));
    series.forEach(body -> out.bytes(5, body));
    return out.toBytes();
  }

  private byte[] series(SampleBatch batch, int series) {
    var out = new ProtoWriter();
    out.bytes(1, references(batch.labels(series)));
    for (int row = batch.firstRow(series); row < batch.firstRow(series + 1); row++) {
      FloatHistogram histogram = batch.histogram(row);
      long timestamp = batch.timestamp(row);
      double value = batch.value(row);
      long start = batch.startTimestamp(row);
      if (histogram == null) {
        out.message(2, body -> body.fixed(1, value).varint(2, timestamp).varint(3, start));
      } else {
        out.message(
            3,
            body -> {
              RemoteWriteEncoder.histogram(body, histogram, timestamp);
              body.varint(17, start);
            });
      }
    }
    batch.exemplars().stream()
        .filter(e -> e.series() == series)
        .forEach(
            e ->
                out.message(
                    4,
                    body ->
                        body.bytes(1, references(e.labels()))
                            .fixed(2, e.value())
                            .varint(3, e.timestamp())));
    return out.toBytes();
  }

  private byte[] references(Labels labels) {
    var out = new ProtoWriter();
    labels.forEach((name, value) -> List.of(name, value).forEach(text -> out.raw(symbol(text))));
    return out.toBytes();
  }

  private int symbol(String text) {
    return symbols.computeIfAbsent(text, unused -> symbols.size());
  }
}
