package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.BatchText;
import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.testkit.RandomBatches;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RemoteWriteDecoderTest {
  private final RemoteWriteDecoder decoder = new RemoteWriteDecoder();

  @Test
  void decode_randomBatches_roundTrip() {
    long seed = RandomBatches.seed();
    var random = new RandomBatches(seed);
    for (int i = 0; i < 200; i++) {
      var batch = random.remoteWrite(SampleBatch.of(new Origin.RemoteWrite()));
      byte[] body = RemoteWriteEncoder.compressed(batch);
      var decoded = decoder.decode(body, 0, body.length);
      assertThat(BatchText.of(decoded.batch()))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(BatchText.of(batch));
      assertThat(decoded.rejectedSeries()).isZero();
    }
  }

  @Test
  void decode_canonicalLabels_areNotCopied() {
    byte[] message = series(s -> labels(s, "__name__", "up", "job", "x"), 1);
    byte[] before = message.clone();
    var batch = decoder.decodeMessage(message).batch();
    assertThat(batch.labelBytes()).isSameAs(message).isEqualTo(before);
    assertThat(batch.labels(0)).isEqualTo(Labels.of("__name__", "up", "job", "x"));
    assertThat(batch.hash(0)).isEqualTo(Labels.of("__name__", "up", "job", "x").hash());
  }

  @Test
  void decode_knownSeries_areNumberedAndTheSame() {
    long seed = RandomBatches.seed();
    var random = new RandomBatches(seed);
    for (int i = 0; i < 100; i++) {
      var batch = random.remoteWrite(SampleBatch.of(new Origin.RemoteWrite()));
      byte[] message = RemoteWriteEncoder.message(batch);
      var known = new KnownBatch(batch);
      var decoded = new RemoteWriteDecoder(1 << 20, () -> known).decodeMessage(message).batch();
      assertThat(BatchText.of(decoded))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(BatchText.of(batch));
      assertThat(decoded.numbering()).isSameAs(known);
      for (int s = 0; s < batch.seriesCount(); s++) {
        int first = known.find(batch, s);
        assertThat(decoded.number(s) == s || decoded.number(s) == first)
            .as("series %d has number %d; -Dtest.seed=%d", s, decoded.number(s), seed)
            .isTrue();
      }
    }
  }

  @Test
  void decode_labelsThatGoOnAfterThoseOfAKnownSeries_areAnotherSeries() {
    var shorter = SampleBatch.of(new Origin.RemoteWrite());
    shorter.series(Labels.of("__name__", "first")).value(1, 1);
    shorter.series(Labels.of("__name__", "up", "a", "1")).value(1, 1);
    var known = new KnownBatch(shorter.build());
    byte[] first = series(s -> labels(s, "__name__", "first"), 1);
    byte[] longer = series(s -> labels(s, "__name__", "up", "a", "1", "b", "2"), 1);
    byte[] late =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "up", "a", "1");
                  s.message(2, b -> b.fixed(1, 7).varint(2, 99));
                  labels(s, "c", "3");
                })
            .toBytes();
    var decoder = new RemoteWriteDecoder(1 << 20, () -> known);
    assertThat(decoder.decodeMessage(join(first, longer)).batch().labels(1))
        .isEqualTo(Labels.of("__name__", "up", "a", "1", "b", "2"));
    var batch = decoder.decodeMessage(join(first, late)).batch();
    assertThat(batch.labels(1)).isEqualTo(Labels.of("__name__", "up", "a", "1", "c", "3"));
    assertThat(batch.number(1)).isEqualTo(-1);
    assertThat(batch.number(0)).isZero();
  }

  @Test
  void decode_done_holdsNeitherRequestNorBatchNorNumbering() {
    var numbering = new AtomicReference<KnownSeries.Numbering>();
    var kept = new RemoteWriteDecoder(1 << 20, numbering::get);
    var held = decodeForgetting(kept, numbering);
    for (int tries = 0; tries < 20 && held.stream().anyMatch(ref -> ref.get() != null); tries++) {
      System.gc();
    }
    assertThat(held).allSatisfy(ref -> assertThat(ref.get()).isNull());
    Reference.reachabilityFence(kept);
  }

  private static List<WeakReference<Object>> decodeForgetting(
      RemoteWriteDecoder decoder, AtomicReference<KnownSeries.Numbering> numbering) {
    byte[] message = series(s -> labels(s, "__name__", "up", "job", "x"), 1);
    var known = SampleBatch.of(new Origin.RemoteWrite()).series(Labels.of("__name__", "up"));
    numbering.set(new KnownBatch(known.value(1, 1).build()));
    var decoded = decoder.decodeMessage(message);
    var held =
        List.of(
            new WeakReference<Object>(message),
            new WeakReference<Object>(decoded.batch()),
            new WeakReference<Object>(numbering.get()));
    numbering.set(KnownSeries.Numbering.EMPTY);
    return held;
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Numbers series as a batch has them. */
  private record KnownBatch(SampleBatch batch) implements KnownSeries.Numbering {
    int find(SampleBatch of, int s) {
      return find(of.hash(s), of.labelBytes(), of.labelFrom(s), of.labelTo(s));
    }

    @Override
    public int find(long hash, byte[] bytes, int from, int to) {
      for (int s = 0; s < batch.seriesCount(); s++) {
        if (batch.labelsEqual(s, bytes, from, to)) {
          return s;
        }
      }
      return -1;
    }

    @Override
    public int labelsEnd(int number, byte[] bytes, int from, int to) {
      if (number < 0 || number >= batch.seriesCount()) {
        return -1;
      }
      int end = from + batch.labelTo(number) - batch.labelFrom(number);
      return end <= to && batch.labelsEqual(number, bytes, from, end) ? end : -1;
    }

    @Override
    public long hash(int number) {
      return batch.hash(number);
    }
  }

  @Test
  void decode_unsortedLabels_areSorted() {
    var decoded =
        decoder.decodeMessage(
            series(s -> labels(s, "job", "x", "empty", "", "__name__", "up", "a", "1"), 1, 2));
    assertThat(decoded.batch().labels(0))
        .isEqualTo(Labels.of("__name__", "up", "a", "1", "job", "x"));
    assertThat(decoded.batch().rowCount()).isEqualTo(2);
    assertThat(decoded.batch().value(1)).isEqualTo(2);
  }

  @Test
  void decode_labelsBetweenSamples_areCollected() {
    byte[] message =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "up");
                  s.message(2, b -> b.fixed(1, 7).varint(2, 99));
                  labels(s, "job", "x");
                  s.varint(15, 3).message(2, b -> b.varint(2, 100));
                })
            .toBytes();
    var batch = decoder.decodeMessage(message).batch();
    assertThat(batch.labels(0)).isEqualTo(Labels.of("__name__", "up", "job", "x"));
    assertThat(batch.timestamp(0)).isEqualTo(99);
    assertThat(batch.value(0)).isEqualTo(7);
    assertThat(batch.timestamp(1)).isEqualTo(100);
    assertThat(batch.value(1)).isZero();
  }

  @Test
  void decode_otherFormsOfTheSameLabels_giveTheCanonicalBytes() {
    var expected = Labels.of("__name__", "up", "job", "x");
    Consumer<ProtoWriter> valueFirst =
        s ->
            s.message(1, l -> l.string(2, "up").string(1, "__name__"))
                .message(1, l -> l.string(1, "old").string(1, "job").string(2, "x").varint(9, 1));
    Consumer<ProtoWriter> wideLengths =
        s ->
            s.rawBytes(new byte[] {0x0A, (byte) 0x8F, 0, 0x0A, (byte) 0x88, 0})
                .rawBytes("__name__".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .rawBytes(new byte[] {0x12, 2, 'u', 'p'})
                .message(1, l -> l.string(1, "job").string(2, "x"));
    for (var form : Arrays.asList(valueFirst, wideLengths)) {
      var batch = decoder.decodeMessage(series(form, 1)).batch();
      assertThat(batch.labels(0)).isEqualTo(expected);
      assertThat(batch.labelsEqual(0, expected.bytes(), 0, expected.bytes().length)).isTrue();
      assertThat(batch.value(0)).isEqualTo(1);
    }
  }

  @Test
  void decode_invalidLabels_rejectsTheSeriesAndKeepsTheRest() {
    byte[] notUtf8 = {(byte) 0xC5};
    byte[] message =
        new ProtoWriter()
            .rawBytes(series(s -> labels(s, "job", "nameless"), 1))
            .rawBytes(series(s -> labels(s, "__name__", "up", "a", "1", "a", "2"), 1))
            .rawBytes(series(s -> labels(s, "__name__", "up", "", "2"), 1))
            .rawBytes(
                series(
                    s -> {
                      labels(s, "__name__", "up");
                      s.message(1, l -> l.string(1, "x").bytes(2, notUtf8));
                    },
                    1,
                    2))
            .rawBytes(series(s -> labels(s, "__name__", "", "a", "2"), 1))
            .rawBytes(series(s -> labels(s, "__name__", "good"), 5))
            .toBytes();
    var decoded = decoder.decodeMessage(message);
    assertThat(decoded.batch().seriesCount()).isEqualTo(1);
    assertThat(decoded.batch().value(0)).isEqualTo(5);
    assertThat(decoded.rejectedSeries()).isEqualTo(5);
    assertThat(decoded.rejectedSamples()).isEqualTo(6);
    assertThat(decoded.reasons())
        .satisfiesExactly(
            r -> assertThat(r).contains("metric name is missing").contains("nameless"),
            r -> assertThat(r).contains("label name \"a\" is not unique"),
            r -> assertThat(r).contains("without a name"),
            r -> assertThat(r).contains("label x is not UTF-8"),
            r -> assertThat(r).contains("metric name is missing"));
  }

  @Test
  void decode_integerHistogram_becomesAbsolute() {
    byte[] message =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "h");
                  s.message(4, h -> integerHistogram(h, 0, 12));
                })
            .toBytes();
    var decoded = decoder.decodeMessage(message);
    var histogram = decoded.batch().histogram(0);
    assertThat(histogram)
        .isEqualTo(
            new FloatHistogram(
                FloatHistogram.ResetHint.GAUGE,
                0,
                0.5,
                2,
                12,
                3.5,
                new int[] {-1, 2, 3, 1},
                new double[] {1, 3, 2},
                new int[] {0, 1},
                new double[] {4},
                new double[0]));
    assertThat(decoded.batch().timestamp(0)).isEqualTo(1234);
    assertThat(decoded.histograms()).isEqualTo(1);
  }

  @Test
  void decode_finerSchemaThanStored_isLowered() {
    byte[] message =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "h");
                  s.message(4, h -> integerHistogram(h, 9, 12));
                })
            .toBytes();
    var histogram = decoder.decodeMessage(message).batch().histogram(0);
    assertThat(histogram).isNotNull();
    assertThat(histogram.schema()).isEqualTo(8);
    // Indexes -1, 0 and 4 of schema 9 become 0 and 2 of schema 8: ceil(i / 2).
    assertThat(histogram.positiveSpans()).containsExactly(0, 1, 1, 1);
    assertThat(histogram.positiveBuckets()).containsExactly(4, 2);
  }

  @Test
  void decode_invalidHistogram_isLeftOutAndReported() {
    byte[] message =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "h");
                  s.message(4, h -> integerHistogram(h, 0, 13));
                  s.message(4, h -> integerHistogram(h, 60, 12));
                })
            .rawBytes(series(s -> labels(s, "__name__", "good"), 5))
            .toBytes();
    var decoded = decoder.decodeMessage(message);
    assertThat(decoded.rejectedHistograms()).isEqualTo(2);
    assertThat(decoded.reasons().get(0)).contains("12.0 observations found in buckets");
    assertThat(decoded.reasons().get(1)).contains("unknown schema 60");
    assertThat(decoded.samples()).isEqualTo(1);
  }

  @Test
  void decode_damagedSnappy_isBadData() {
    byte[] body = RemoteWriteEncoder.snappy(series(s -> labels(s, "__name__", "up"), 1));
    assertBadData(() -> decoder.decode(body, 0, body.length - 2), "snappy: corrupt input");
    assertBadData(() -> decoder.decode(body, 0, 0), "snappy: corrupt input");
    byte[] huge = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0};
    assertBadData(
        () -> decoder.decode(huge, 0, huge.length),
        "snappy: decoded length 4294967295 exceeds limit 33554432");
    byte[] bomb = {(byte) 0x80, (byte) 0x80, (byte) 0x80, 8, 0};
    assertBadData(() -> decoder.decode(bomb, 0, bomb.length), "snappy: corrupt input");
  }

  @Test
  void decode_notProtobuf_isBadDataWithTheOffset() {
    byte[] text = "hello, this is no protobuf".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertBadData(() -> decoder.decodeMessage(text), "not a remote-write request:");
    byte[] truncated = Arrays.copyOf(series(s -> labels(s, "__name__", "up"), 1), 9);
    assertBadData(() -> decoder.decodeMessage(truncated), "truncated field at byte 2");
  }

  @Test
  void decode_emptyRequest_isAnEmptyBatch() {
    byte[] body = RemoteWriteEncoder.snappy(new byte[0]);
    assertThat(decoder.decode(body, 0, body.length).batch().rowCount()).isZero();
  }

  @Test
  void decode_damagedRequests_throwNothingButFaults() {
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    var batches = new RandomBatches(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] message =
          RemoteWriteEncoder.message(batches.remoteWrite(SampleBatch.of(new Origin.RemoteWrite())));
      byte[] damaged = Arrays.copyOf(message, random.nextInt(message.length + 1));
      for (int flips = random.nextInt(4); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        var batch = decoder.decodeMessage(damaged).batch();
        for (int s = 0; s < batch.seriesCount(); s++) {
          var labels = batch.labels(s);
          assertThat(Labels.ofCanonical(labels.bytes(), 0, labels.bytes().length).hash())
              .as("rerun with -Dtest.seed=%d", seed)
              .isEqualTo(batch.hash(s));
        }
      } catch (FaultException e) {
        assertThat(e.fault()).isEqualTo(Fault.BAD_DATA);
      }
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      try {
        decoder.decode(noise, 0, noise.length);
      } catch (FaultException e) {
        assertThat(e.fault()).isEqualTo(Fault.BAD_DATA);
      }
    }
  }

  @Test
  void decode_millionsOfEmptySamples_areRefused() {
    byte[] samples = new byte[2 * DecodingTally.MOST_SAMPLES + 2];
    for (int i = 0; i < samples.length; i += 2) {
      samples[i] = 0x12;
    }
    byte[] message =
        new ProtoWriter()
            .message(
                1,
                s -> {
                  labels(s, "__name__", "up");
                  s.rawBytes(samples);
                })
            .toBytes();
    assertBadData(() -> decoder.decodeMessage(message), "more than 4194304 samples");
  }

  private static void assertBadData(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String text) {
    assertThatExceptionOfType(FaultException.class)
        .isThrownBy(call)
        .withMessageContaining(text)
        .satisfies(e -> assertThat(e.fault()).isEqualTo(Fault.BAD_DATA));
    assertThatThrownBy(call).isInstanceOf(FaultException.class);
  }

  private static byte[] series(Consumer<ProtoWriter> labels, double... values) {
    return new ProtoWriter()
        .message(
            1,
            s -> {
              labels.accept(s);
              for (double value : values) {
                s.message(2, b -> b.fixed(1, value).varint(2, 1000));
              }
            })
        .toBytes();
  }

  private static void labels(ProtoWriter series, String... namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = namesAndValues[i];
      String value = namesAndValues[i + 1];
      series.message(1, l -> l.string(1, name).string(2, value));
    }
  }

  /** Zero bucket 2, positive 1 3 2 at indexes −1 0 4, negative 4: twelve observations. */
  private static void integerHistogram(ProtoWriter h, int schema, int count) {
    h.varint(1, count).fixed(3, 3.5).zigzag(4, schema).fixed(5, 0.5).varint(6, 2);
    h.message(8, span -> span.zigzag(1, 0).varint(2, 1)).zigzag(9, 4);
    h.message(11, span -> span.zigzag(1, -1).varint(2, 2));
    h.message(11, span -> span.zigzag(1, 3).varint(2, 1));
    var deltas = new ProtoWriter().raw(2).raw(4).raw(1).toBytes();
    h.bytes(12, deltas).varint(14, 3).varint(15, 1234);
  }
}
