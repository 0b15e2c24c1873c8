package io.narthex.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.testkit.BatchText;
import io.narthex.pipeline.testkit.RandomBatches;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class SampleBatchTest {
  private static final Origin ORIGIN = new Origin.RemoteWrite();

  @Test
  void builder_sharedTimestamp_givesOneRowEach() {
    var builder = SampleBatch.at(ORIGIN, 1000);
    for (int i = 0; i < 100; i++) {
      builder.series(Labels.of("__name__", "m", "i", "" + i)).value(i);
    }
    var batch = builder.build();
    assertThat(batch.oneRowEach()).isTrue();
    assertThat(batch.hasSharedTimestamp()).isTrue();
    assertThat(batch.timestamp(99)).isEqualTo(1000);
    assertThat(batch.maxTimestamp()).isEqualTo(1000);
    assertThat(batch.labels(42)).isEqualTo(Labels.of("__name__", "m", "i", "42"));
    assertThat(batch.hash(42)).isEqualTo(batch.labels(42).hash());
    assertThat(batch.value(42)).isEqualTo(42);
    assertThat(batch.firstRow(100)).isEqualTo(100);
  }

  @Test
  void builder_unevenRows_keepsThemBySeries() {
    var batch =
        SampleBatch.of(ORIGIN)
            .series(Labels.of("a", "1"))
            .series(Labels.of("a", "2"))
            .value(1, 1)
            .value(5, 2)
            .startTimestamp(7)
            .build();
    assertThat(batch.oneRowEach()).isFalse();
    assertThat(batch.firstRow(1)).isZero();
    assertThat(batch.firstRow(2)).isEqualTo(2);
    assertThat(batch.startTimestamp(0)).isZero();
    assertThat(batch.startTimestamp(1)).isEqualTo(7);
    assertThat(batch.maxTimestamp()).isEqualTo(5);
  }

  @Test
  void builder_empty_hasNoTimestamp() {
    var batch = SampleBatch.of(ORIGIN).build();
    assertThat(batch.maxTimestamp()).isEqualTo(Long.MIN_VALUE);
    assertThat(batch.seriesCount()).isZero();
  }

  @Test
  void builder_misuse_isRefused() {
    assertThatIllegalStateException().isThrownBy(() -> SampleBatch.of(ORIGIN).value(1, 1));
    assertThatIllegalStateException()
        .isThrownBy(() -> SampleBatch.of(ORIGIN).series(Labels.EMPTY).value(1));
    assertThatIllegalStateException()
        .isThrownBy(() -> SampleBatch.of(ORIGIN).series(Labels.EMPTY).over(new byte[0]));
    assertThatIllegalStateException().isThrownBy(() -> SampleBatch.of(ORIGIN).seriesAt(0, 0, 0));
    assertThatIllegalStateException()
        .isThrownBy(() -> SampleBatch.of(ORIGIN).over(new byte[0]).series(Labels.EMPTY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SampleBatch.at(ORIGIN, 1).series(Labels.EMPTY).value(2, 1));
  }

  @Test
  void serializer_randomBatches_roundTrip() throws IOException {
    long seed = RandomBatches.seed();
    var random = new RandomBatches(seed);
    var choice = new Random(seed);
    for (int i = 0; i < 300; i++) {
      var batch = random.remoteWrite(SampleBatch.of(origin(choice)).ackId(choice.nextLong()));
      assertThat(BatchText.of(copy(batch)))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(BatchText.of(batch));
      var scraped = SampleBatch.at(origin(choice), choice.nextLong());
      for (int rows = choice.nextInt(40); rows > 0; rows--) {
        scraped.series(random.labels()).value(random.value());
        if (choice.nextInt(5) == 0) {
          scraped.startTimestamp(choice.nextLong());
        }
      }
      var built = scraped.build();
      var copied = copy(built);
      assertThat(BatchText.of(copied)).isEqualTo(BatchText.of(built));
      assertThat(copied.oneRowEach()).isTrue();
      assertThat(copied.hasSharedTimestamp()).isTrue();
    }
  }

  @Test
  void serializer_recordsInARow_doNotRunTogether() throws IOException {
    var random = new RandomBatches(1);
    var out = new DataOutputSerializer(64);
    var first = random.remoteWrite(SampleBatch.of(ORIGIN));
    var second = random.remoteWrite(SampleBatch.of(new Origin.Push("otlp")));
    SampleBatchSerializer.INSTANCE.serialize(first, out);
    SampleBatchSerializer.INSTANCE.serialize(second, out);
    var in = new DataInputDeserializer(out.getCopyOfBuffer());
    assertThat(BatchText.of(SampleBatchSerializer.INSTANCE.deserialize(in)))
        .isEqualTo(BatchText.of(first));
    assertThat(BatchText.of(SampleBatchSerializer.INSTANCE.deserialize(in)))
        .isEqualTo(BatchText.of(second));
    assertThat(in.available()).isZero();
  }

  @Test
  void serializer_longTexts_roundTrip() throws IOException {
    String longText = "ü".repeat(70_000);
    var rule =
        new RelabelRule(
            List.of("a"), longText, longText, 0, "b", longText, RelabelRule.Action.REPLACE);
    var context = new ScrapeContext(List.of(rule), ScrapeContext.Limits.NONE, 0, 0, new long[] {1});
    var batch =
        SampleBatch.of(new Origin.Scrape("job", longText, context))
            .metadata(new MetricMetadata("m", MetricMetadata.MetricType.GAUGE, longText, "seconds"))
            .series(Labels.of("a", longText))
            .value(1, 1)
            .build();
    var copied = copy(batch);
    assertThat(copied.metadata()).isEqualTo(batch.metadata());
    assertThat(copied.labels(0)).isEqualTo(batch.labels(0));
    var origin = (Origin.Scrape) copied.origin();
    assertThat(origin.target()).isEqualTo(longText);
    assertThat(origin.context()).isNotNull();
    assertThat(origin.context().rules()).containsExactly(rule);
  }

  @Test
  void serializer_unknownVersion_isRefused() {
    var in = new DataInputDeserializer(new byte[] {99, 0});
    assertThatThrownBy(() -> SampleBatchSerializer.INSTANCE.deserialize(in))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 99");
  }

  @Test
  void nativeHistograms_faults_areNamed() {
    assertThat(NativeHistograms.fault(exponential(0, new int[] {0, 2}, 1, 2))).isNull();
    assertThat(NativeHistograms.fault(exponential(9, new int[] {0, 2}, 1, 2))).contains("schema 9");
    assertThat(NativeHistograms.fault(exponential(0, new int[] {0, 3}, 1, 2)))
        .contains("need 3 buckets, have 2");
    assertThat(NativeHistograms.fault(exponential(0, new int[] {0, 1, -1, 1}, 1, 2)))
        .contains("span number 2 with offset -1");
    assertThat(NativeHistograms.fault(exponential(0, new int[] {0, 2}, 1, -2)))
        .contains("bucket number 2");
    assertThat(NativeHistograms.countFault(exponential(0, new int[] {0, 2}, 1, 2)))
        .contains("3.0 observations");
  }

  @Test
  void nativeHistograms_lowerResolution_addsNeighbours() {
    var fine = exponential(2, new int[] {-4, 3, 2, 4}, 1, 2, 3, 4, 5, 6, 7);
    // Indexes −4 −3 −2 and 1 2 3 4 become −1 0 0 and 1 1 1 1: two steps coarser, ⌈i / 4⌉.
    var coarse = NativeHistograms.atResolution(fine, 0);
    assertThat(coarse.schema()).isZero();
    assertThat(coarse.positiveSpans()).containsExactly(-1, 3);
    assertThat(coarse.positiveBuckets()).containsExactly(1, 5, 22);
    assertThat(NativeHistograms.atResolution(fine, 3)).isSameAs(fine);
  }

  @Test
  void nativeHistograms_compact_dropsEmptyBuckets() {
    var h = exponential(0, new int[] {0, 0, 1, 3, 0, 1}, 1, 0, 2, 3);
    var compact = NativeHistograms.compact(h);
    assertThat(compact.positiveSpans()).containsExactly(1, 1, 1, 2);
    assertThat(compact.positiveBuckets()).containsExactly(1, 2, 3);
  }

  private static FloatHistogram exponential(int schema, int[] spans, double... buckets) {
    return new FloatHistogram(
        FloatHistogram.ResetHint.UNKNOWN,
        schema,
        0,
        0,
        100,
        1,
        spans,
        buckets,
        new int[0],
        new double[0],
        new double[0]);
  }

  private static Origin origin(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> new Origin.Scrape("job", "target", null);
      case 1 -> new Origin.Scrape("job", "target", context(random));
      case 2 -> new Origin.Push("pushgateway");
      case 3 -> new Origin.Rules("group");
      default -> ORIGIN;
    };
  }

  private static ScrapeContext context(Random random) {
    return new ScrapeContext(
        List.of(),
        new ScrapeContext.Limits(random.nextInt(), 1, 2, 3),
        random.nextInt(),
        random.nextInt(),
        random.longs(random.nextInt(4)).toArray());
  }

  private static SampleBatch copy(SampleBatch batch) throws IOException {
    var out = new DataOutputSerializer(64);
    SampleBatchSerializer.INSTANCE.serialize(batch, out);
    var in = new DataInputDeserializer(out.getCopyOfBuffer());
    var copied = SampleBatchSerializer.INSTANCE.deserialize(in);
    assertThat(in.available()).isZero();
    return copied;
  }
}
