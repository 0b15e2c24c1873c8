package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.BatchText;
import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.testkit.RandomBatches;
import io.narthex.pipeline.testkit.RemoteWrite2Encoder;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RemoteWrite2DecoderTest {
  private final RemoteWrite2Decoder decoder = new RemoteWrite2Decoder();

  @Test
  void decode_randomBatches_roundTrip() {
    long seed = RandomBatches.seed();
    var random = new RandomBatches(seed);
    for (int i = 0; i < 200; i++) {
      var builder = SampleBatch.of(new Origin.RemoteWrite());
      for (int series = i % 7; series > 0; series--) {
        builder.series(random.labels());
        if (series % 2 == 0) {
          builder.value(i, random.value()).startTimestamp(series);
          builder.value(i + 1, random.value());
        } else {
          builder.histogram(i, random.histogram());
        }
        builder.exemplar(Labels.of("trace_id", "x" + i), random.value(), i);
      }
      var batch = builder.build();
      byte[] body = RemoteWrite2Encoder.compressed(batch);
      var decoded = decoder.decode(body, 0, body.length);
      assertThat(BatchText.of(decoded.batch()))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(BatchText.of(batch));
      assertThat(decoded.reasons()).isEmpty();
    }
  }

  @Test
  void decode_symbolsBehindTheSeries_areFound() {
    byte[] message =
        new ProtoWriter()
            .message(5, s -> sample(refs(s, 1, 2), 7))
            .string(4, "")
            .string(4, "__name__")
            .string(4, "up")
            .toBytes();
    var batch = decoder.decodeMessage(message).batch();
    assertThat(batch.labels(0)).isEqualTo(Labels.of("__name__", "up"));
  }

  @Test
  void decode_unsortedReferences_areSorted() {
    var decoded = decoder.decodeMessage(request(s -> sample(refs(s, 3, 4, 1, 2, 5, 0), 7)));
    assertThat(decoded.batch().labels(0)).isEqualTo(Labels.of("__name__", "up", "job", "x"));
  }

  @Test
  void decode_invalidSeries_areLeftOutAndReported() {
    var decoded =
        decoder.decodeMessage(
            request(
                s -> sample(refs(s, 1, 2), 7),
                s -> sample(refs(s, 3, 4), 7),
                s -> sample(refs(s, 1, 2, 3, 4, 3, 5), 7),
                s -> sample(refs(s, 1, 2, 3), 7),
                s -> sample(refs(s, 1, 99), 7),
                s -> refs(s, 1, 2),
                s -> sample(refs(s, 1, 2), 7).message(3, h -> h.varint(1, 0))));
    assertThat(decoded.batch().seriesCount()).isEqualTo(1);
    assertThat(decoded.rejectedSeries()).isEqualTo(6);
    assertThat(decoded.rejectedSamples()).isEqualTo(6);
    assertThat(decoded.reasons())
        .satisfiesExactly(
            r -> assertThat(r).contains("metric name is missing"),
            r -> assertThat(r).contains("label name \"job\" is not unique"),
            r -> assertThat(r).contains("invalid labelRefs length 3"),
            r -> assertThat(r).contains("labelRefs 99"),
            r -> assertThat(r).contains("at least one sample or histogram").contains("up"),
            r -> assertThat(r).contains("not both"));
  }

  @Test
  void decode_metadata_isKeptOncePerFamily() {
    Consumer<ProtoWriter> series =
        s -> sample(refs(s, 1, 6), 7).message(5, m -> m.varint(1, 3).varint(3, 5).varint(4, 4));
    var decoded = decoder.decodeMessage(request(series, series));
    assertThat(decoded.batch().metadata())
        .containsExactly(new MetricMetadata("h", MetricType.HISTOGRAM, "y", "x"));
  }

  @Test
  void decode_damagedRequests_throwNothingButFaults() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    var batches = new RandomBatches(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] message =
          RemoteWrite2Encoder.message(
              batches.remoteWrite(SampleBatch.of(new Origin.RemoteWrite())));
      byte[] damaged = Arrays.copyOf(message, random.nextInt(message.length + 1));
      for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        var batch = decoder.decodeMessage(damaged).batch();
        for (int s = 0; s < batch.seriesCount(); s++) {
          var labels = batch.labels(s);
          assertThat(Labels.ofCanonical(labels.bytes(), 0, labels.bytes().length))
              .as("rerun with -Dtest.seed=%d", seed)
              .isEqualTo(labels);
        }
      } catch (FaultException e) {
        assertThat(e.fault()).isEqualTo(Fault.BAD_DATA);
      }
    }
  }

  @Test
  void decode_manyReferencesToALongSymbol_areRefused() {
    var out = new ProtoWriter().string(4, "").string(4, "__name__").string(4, "x".repeat(8 << 20));
    for (int i = 0; i < 17; i++) {
      out.message(5, s -> sample(refs(s, 1, 2), 7));
    }
    assertThatThrownBy(() -> decoder.decodeMessage(out.toBytes()))
        .hasMessage("more than 134217728 bytes of labels in one request");
  }

  @Test
  void decode_versionOneMessage_isEmpty() {
    byte[] message =
        new ProtoWriter()
            .message(1, s -> s.message(1, l -> l.string(1, "__name__").string(2, "up")))
            .toBytes();
    assertThat(decoder.decodeMessage(message).batch().seriesCount()).isZero();
    assertThatThrownBy(() -> decoder.decodeMessage(new byte[] {0x22, 9}))
        .hasMessageContaining("not a remote-write 2.0 request: truncated field");
  }

  @SafeVarargs
  private static byte[] request(Consumer<ProtoWriter>... series) {
    var out = new ProtoWriter();
    for (String symbol : new String[] {"", "__name__", "up", "job", "x", "y", "h_bucket"}) {
      out.string(4, symbol);
    }
    for (var body : series) {
      out.message(5, body);
    }
    return out.toBytes();
  }

  private static ProtoWriter refs(ProtoWriter series, long... references) {
    var packed = new ProtoWriter();
    for (long reference : references) {
      packed.raw(reference);
    }
    return series.bytes(1, packed.toBytes());
  }

  private static ProtoWriter sample(ProtoWriter series, double value) {
    return series.message(2, b -> b.fixed(1, value).varint(2, 1000));
  }

  @Test
  void decode_tooManyExemplars_areRefused() {
    var out = new ProtoWriter().string(4, "").string(4, "__name__").string(4, "x");
    out.message(
        5,
        s -> {
          sample(refs(s, 1, 2), 7);
          for (int i = 0; i <= 1 << 18; i++) {
            s.message(4, exemplar -> refs(exemplar, 1, 2));
          }
        });
    assertThatThrownBy(() -> decoder.decodeMessage(out.toBytes()))
        .hasMessage("more than 262144 exemplars and metadata in one request");
  }
}
