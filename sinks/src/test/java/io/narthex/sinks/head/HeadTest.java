package io.narthex.sinks.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.wal.WalListener;
import io.narthex.sinks.wal.WalOptions;
import io.narthex.sinks.wal.WalSync;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Labels A = Labels.of("__name__", "a", "job", "x");
  private static final Labels B = Labels.of("__name__", "b", "job", "y");

  @TempDir Path directory;

  @Test
  void append_sameTimestampSameValue_isNoErrorAndStoredOnce() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      var result = append(head, new Origin.RemoteWrite(), A, NOW, 1);
      assertThat(result.rejections()).isEmpty();
      assertThat(result.samples()).isEqualTo(1);
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW, 1.0)));
      assertThat(head.range().samples()).isEqualTo(1);
    }
  }

  @Test
  void append_lastSampleAgainAfterFreezeAndALateOne_isNoError() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      head.freeze();
      append(head, new Origin.RemoteWrite(), A, NOW - 1000, 2);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW, 1).rejections()).isEmpty();
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW, 3).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.DUPLICATE_TIMESTAMP);
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW - 1000, 2.0, NOW, 1.0)));
    }
  }

  @Test
  void append_someRowsAreRefused_theBatchTellsWhich() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      var batch =
          SampleBatch.of(new Origin.RemoteWrite())
              .series(A)
              .value(NOW, 2)
              .value(NOW + 1, 3)
              .series(B)
              .value(NOW, 4)
              .value(NOW + 10 * 86_400_000L, 5)
              .build();
      assertThat(batch.hasRefused()).isFalse();
      head.append(batch).join();
      assertThat(batch.hasRefused()).isTrue();
      assertThat(IntStream.range(0, 4).filter(batch::isRefused)).containsExactly(0, 3);
    }
  }

  @Test
  void append_numbersOfTheHead_areTaken() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      append(head, new Origin.RemoteWrite(), B, NOW, 2);
      var numbering = head.numbering();
      int a = numbering.find(A.hash(), A.bytes(), 0, A.bytes().length);
      assertThat(numbering.hash(a)).isEqualTo(A.hash());
      assertThat(numbering.labelsEnd(a, A.bytes(), 0, A.bytes().length))
          .isEqualTo(A.bytes().length);
      assertThat(numbering.labelsEnd(a, B.bytes(), 0, B.bytes().length)).isEqualTo(-1);
      assertThat(numbering.labelsEnd(a, A.bytes(), 0, 3)).isEqualTo(-1);
      assertThat(numbering.labelsEnd(7, A.bytes(), 0, A.bytes().length)).isEqualTo(-1);
      head.append(numbered(numbering, A, a, 3)).join();
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW, 1.0, NOW + 1, 3.0), B, rows(NOW, 2.0)));
    }
  }

  @Test
  void append_numbersOfANumberingThatIsOver_areLookedUp() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      append(head, new Origin.RemoteWrite(), B, NOW, 2);
      append(head, new Origin.RemoteWrite(), A, NOW + 1, StaleMarker.VALUE);
      var before = head.numbering();
      int b = before.find(B.hash(), B.bytes(), 0, B.bytes().length);
      head.freeze();
      assertThat(head.numbering()).isNotSameAs(before);
      head.append(numbered(before, B, b, 3)).join();
      assertThat(read(head).get(B)).isEqualTo(rows(NOW, 2.0, NOW + 1, 3.0));
      assertThat(head.seriesCount()).isEqualTo(1);
    }
  }

  private static SampleBatch numbered(
      KnownSeries.Numbering numbering, Labels labels, int number, double value) {
    return SampleBatch.of(new Origin.RemoteWrite())
        .over(labels.bytes())
        .numbering(numbering)
        .seriesAt(0, labels.bytes().length, labels.hash(), number)
        .value(NOW + 1, value)
        .build();
  }

  @Test
  void append_sameTimestampOtherValue_isRefused() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      append(head, new Origin.RemoteWrite(), A, NOW + 1, 5);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW + 1, 2).rejections())
          .containsExactly(new AppendResult.Rejection(Reason.DUPLICATE_TIMESTAMP, 1, A.toString()));
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW, 2).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.DUPLICATE_TIMESTAMP);
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW, 1.0, NOW + 1, 5.0)));
    }
  }

  @Test
  void append_rulesSameTimestampOtherValue_overwrites() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      var rules = new Origin.Rules("g");
      append(head, rules, A, NOW, 1);
      append(head, rules, A, NOW + 1, 2);
      assertThat(append(head, rules, A, NOW, 3).rejections()).isEmpty();
      assertThat(append(head, rules, A, NOW + 1, 4).rejections()).isEmpty();
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW, 3.0, NOW + 1, 4.0)));
    }
    try (var head = open(HeadOptions.DEFAULT)) {
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW, 3.0, NOW + 1, 4.0)));
    }
  }

  @Test
  void append_olderThanLast_isKeptInsideTheWindowOnly() throws IOException {
    var options = HeadOptions.DEFAULT.withOutOfOrderWindow(Duration.ofSeconds(60));
    try (var head = open(options)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW - 60_000, 2).samples()).isEqualTo(1);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW - 60_001, 2).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.TOO_OLD);
      assertThat(head.counters().outOfOrder()).isEqualTo(1);
      assertThat(head.counters().rejected(Reason.TOO_OLD)).isEqualTo(1);
      assertThat(read(head)).isEqualTo(Map.of(A, rows(NOW - 60_000, 2.0, NOW, 1.0)));
    }
  }

  @Test
  void append_olderThanLastWithoutWindow_isOutOfOrder() throws IOException {
    try (var head = open(HeadOptions.DEFAULT.withOutOfOrderWindow(Duration.ZERO))) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW - 1, 2).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.OUT_OF_ORDER);
    }
  }

  @Test
  void append_farAhead_isOutOfBoundsForPushesOnly() throws IOException {
    long ahead = NOW + Duration.ofMinutes(10).toMillis();
    try (var head = open(HeadOptions.DEFAULT)) {
      assertThat(append(head, new Origin.RemoteWrite(), A, ahead, 1).samples()).isEqualTo(1);
      assertThat(append(head, new Origin.RemoteWrite(), A, ahead + 1, 1).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.OUT_OF_BOUNDS);
      assertThat(append(head, new Origin.Push("otlp"), A, ahead + 1, 1).samples()).isZero();
      assertThat(append(head, new Origin.Import(), A, ahead + 1, 1).samples()).isEqualTo(1);
    }
  }

  @Test
  void append_importInAWrongUnit_isOutOfBounds() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      assertThat(append(head, new Origin.Import(), A, NOW * 1_000, 1).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.OUT_OF_BOUNDS);
      assertThat(head.range().samples()).isZero();
    }
  }

  @Test
  void append_sampleAheadOfTheClock_doesNotMakeOthersTooOld() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.Import(), B, NOW + Duration.ofDays(30).toMillis(), 1);
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW - 1000, 2).rejections()).isEmpty();
    }
  }

  @Test
  void range_histogramsAndLateSamples_countAsMemory() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      long before = head.range().currentBytes();
      for (int i = 1; i <= 1_000; i++) {
        append(head, new Origin.RemoteWrite(), A, NOW - i * 1_000L, i);
      }
      long late = head.range().currentBytes();
      assertThat(late - before).isBetween(24_000L, 100_000L);
      double[] buckets = new double[160];
      for (int i = 0; i < 100; i++) {
        var histogram =
            new FloatHistogram(
                FloatHistogram.ResetHint.UNKNOWN,
                8,
                0,
                0,
                i,
                i,
                new int[] {0, buckets.length},
                buckets.clone(),
                new int[0],
                new double[0],
                new double[0]);
        var batch = SampleBatch.of(new Origin.RemoteWrite());
        batch.series(B).histogram(NOW + i, histogram);
        head.append(batch.build());
      }
      assertThat(head.range().currentBytes() - late).isBetween(130_000L, 300_000L);
    }
  }

  @Test
  void append_staleMarkerOfUnknownSeries_makesNoSeries() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      append(head, new Origin.RemoteWrite(), A, NOW, StaleMarker.VALUE);
      assertThat(head.seriesCount()).isZero();
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      append(head, new Origin.RemoteWrite(), A, NOW + 1, StaleMarker.VALUE);
      var rows = read(head).get(A);
      assertThat(Double.doubleToRawLongBits((double) rows.get(NOW + 1)))
          .isEqualTo(StaleMarker.BITS);
    }
  }

  @Test
  void append_malformedLabels_costsThatSeriesOnly() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      byte[] unsorted = concat(Labels.of("b", "1").bytes(), Labels.of("a", "1").bytes());
      var batch = SampleBatch.at(new Origin.RemoteWrite(), NOW);
      batch.series(A).value(1);
      batch.series(unsorted, 0, unsorted.length, 1).value(1);
      batch.series(B).value(2);
      var result = head.append(batch.build()).join();
      assertThat(result.samples()).isEqualTo(2);
      assertThat(result.rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.INVALID_LABELS);
      assertThat(read(head).keySet()).containsExactlyInAnyOrder(A, B);
    }
  }

  @Test
  void append_moreSeriesThanAllowed_refusesTheNewOnes() throws IOException {
    try (var head = open(HeadOptions.DEFAULT.withMaxSeries(1))) {
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      assertThat(append(head, new Origin.RemoteWrite(), B, NOW, 1).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.TOO_MANY_SERIES);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW + 1, 1).samples()).isEqualTo(1);
    }
  }

  @Test
  void append_exemplars_newestOfAllSeriesAreKept() throws IOException {
    var small =
        new HeadOptions(
            Duration.ofHours(1), Duration.ZERO, Duration.ZERO, Duration.ofHours(1), 0, 3);
    var any = List.of(List.of(Matcher.equal("job", "x")));
    try (var head = open(small)) {
      assertThat(exemplar(head, A, 1).exemplars()).isEqualTo(1);
      assertThat(exemplar(head, A, 1).exemplars()).isEqualTo(1);
      exemplar(head, B, 5);
      exemplar(head, A, 3);
      assertThat(exemplar(head, A, 2).rejections())
          .extracting(AppendResult.Rejection::reason)
          .containsExactly(Reason.EXEMPLAR_OUT_OF_ORDER);
      exemplar(head, A, 4);
    }
    try (var head = open(small)) {
      var found = head.exemplars(any, Long.MIN_VALUE, Long.MAX_VALUE);
      assertThat(found).hasSize(1);
      assertThat(found.get(0).series()).isEqualTo(A);
      assertThat(found.get(0).exemplars()).extracting("timestamp").containsExactly(3L, 4L);
      assertThat(head.exemplars(any, 4, 4).get(0).exemplars()).hasSize(1);
    }
  }

  private static AppendResult exemplar(Head head, Labels labels, long time) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    batch.series(labels).value(1).exemplar(Labels.of("trace_id", "t" + time), time, time);
    return head.append(batch.build()).join();
  }

  @Test
  void cardinality_head_countsSeriesAndValues() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      for (int s = 0; s < 5; s++) {
        append(head, new Origin.RemoteWrite(), Labels.of("__name__", "m", "s", "v" + s), NOW, 1);
      }
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      var cardinality = head.cardinality(1);
      assertThat(cardinality.labelPairs()).isEqualTo(8);
      assertThat(cardinality.seriesByMetric()).containsExactly(new Cardinality.Count("m", 5));
      assertThat(cardinality.valuesByLabel()).containsExactly(new Cardinality.Count("s", 5));
      assertThat(cardinality.bytesByLabel()).containsExactly(new Cardinality.Count("s", 10));
      assertThat(cardinality.seriesByPair())
          .containsExactly(new Cardinality.Count("__name__=m", 5));
    }
  }

  @Test
  void freeze_idleSeries_leaveTheHeadAndTheOthersStay() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      for (int s = 0; s < 10; s++) {
        append(head, new Origin.RemoteWrite(), Labels.of("s", "" + s), NOW - 3_600_000, 1);
      }
      append(head, new Origin.RemoteWrite(), A, NOW - 3_600_000, 1);
      append(head, new Origin.RemoteWrite(), A, NOW, 2);
      append(head, new Origin.RemoteWrite(), B, NOW, 1);
      append(head, new Origin.RemoteWrite(), B, NOW + 1, StaleMarker.VALUE);
      var before = read(head);
      var frozen = head.freeze();
      assertThat(read(head)).isEqualTo(before);
      assertThat(head.seriesCount()).isEqualTo(1);
      assertThat(head.counters().seriesRemoved()).isEqualTo(11);
      assertThat(append(head, new Origin.RemoteWrite(), A, NOW, 3).rejections()).hasSize(1);
      append(head, new Origin.RemoteWrite(), A, NOW + 5, 4);
      append(head, new Origin.RemoteWrite(), Labels.of("s", "3"), NOW + 5, 4);
      before.get(A).put(NOW + 5, 4.0);
      before.get(Labels.of("s", "3")).put(NOW + 5, 4.0);
      assertThat(read(head)).isEqualTo(before);
      head.retire(frozen, () -> {});
      head.dropLog(frozen);
      assertThat(read(head))
          .isEqualTo(Map.of(A, rows(NOW + 5, 4.0), Labels.of("s", "3"), rows(NOW + 5, 4.0)));
      assertThat(head.indexes()).hasSize(1);
    }
  }

  @Test
  void freeze_fewStaleSeries_leaveWhereTheShareSaysSo() throws IOException {
    try (var head = open(HeadOptions.DEFAULT)) {
      for (int s = 0; s < 10; s++) {
        append(head, new Origin.RemoteWrite(), Labels.of("s", "" + s), NOW, 1);
      }
      append(head, new Origin.RemoteWrite(), Labels.of("s", "3"), NOW + 1, StaleMarker.VALUE);
      assertThat(head.staleSeriesCount()).isEqualTo(1);
      head.retire(head.freeze(0.2), () -> {});
      assertThat(head.seriesCount()).isEqualTo(10);
      append(head, new Origin.RemoteWrite(), A, NOW, 1);
      head.retire(head.freeze(0.05), () -> {});
      assertThat(head.seriesCount()).isEqualTo(10);
      assertThat(head.staleSeriesCount()).isZero();
      append(head, new Origin.RemoteWrite(), Labels.of("s", "3"), NOW + 5, 4);
      assertThat(head.seriesCount()).isEqualTo(11);
    }
  }

  @Test
  void append_randomBatches_readBackBeforeAndAfterReopening() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var expected = new HashMap<Labels, TreeMap<Long, Object>>();
    long time = NOW - 86_400_000;
    for (int life = 0; life < 4; life++) {
      try (var head = open(HeadOptions.DEFAULT.withOutOfOrderWindow(Duration.ofDays(1)))) {
        assertThat(read(head))
            .as("life %d; rerun with -Dtest.seed=%d", life, seed)
            .isEqualTo(expected);
        for (int b = 0; b < 50; b++) {
          time += random.nextInt(10) == 0 ? 1_000_000 : random.nextInt(20_000);
          head.append(randomBatch(random, time, expected)).join();
          if (random.nextInt(12) == 0) {
            head.freeze();
          }
        }
        assertThat(read(head)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(expected);
      }
    }
  }

  private static SampleBatch randomBatch(
      Random random, long time, Map<Labels, TreeMap<Long, Object>> expected) {
    var batch = SampleBatch.of(new Origin.Rules("g"));
    for (int s = random.nextInt(30); s > 0; s--) {
      var labels = Labels.of("__name__", "m" + random.nextInt(40), "host", "h" + random.nextInt(3));
      batch.series(labels);
      for (int r = random.nextInt(3); r >= 0; r--) {
        long at = random.nextInt(10) == 0 ? time - random.nextInt(100_000) : time + 5 - r;
        Object value = randomValue(random);
        if (value instanceof FloatHistogram histogram) {
          batch.histogram(at, histogram);
        } else {
          batch.value(at, (double) value);
        }
        if (random.nextInt(5) == 0) {
          batch.startTimestamp(at - 7);
        }
        expected.computeIfAbsent(labels, key -> new TreeMap<>()).put(at, value);
      }
    }
    return batch.build();
  }

  private static Object randomValue(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextGaussian();
      case 1 -> Double.longBitsToDouble(random.nextLong() & 0xFFEF_FFFF_FFFF_FFFFL);
      case 2 -> -0.0;
      case 3 -> (double) random.nextInt(100_000);
      case 4 -> Double.longBitsToDouble(0x7FF8000000000001L);
      case 5 -> randomHistogram(random);
      default -> (double) random.nextInt(50);
    };
  }

  private static FloatHistogram randomHistogram(Random random) {
    return new FloatHistogram(
        FloatHistogram.ResetHint.GAUGE,
        random.nextInt(12) - 4,
        0.001,
        1,
        random.nextInt(100),
        random.nextDouble(),
        new int[] {-3, 2},
        new double[] {1, random.nextInt(9)},
        new int[0],
        new double[0],
        new double[0]);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private Head open(HeadOptions options) throws IOException {
    return Head.open(
        directory, options, WalOptions.DEFAULT.withSync(WalSync.OFF), WalListener.NONE, () -> NOW);
  }

  private static AppendResult append(
      Head head, Origin origin, Labels labels, long time, double value) {
    return head.append(SampleBatch.at(origin, time).series(labels).value(value).build()).join();
  }

  private static TreeMap<Long, Object> rows(Object... timesAndValues) {
    var rows = new TreeMap<Long, Object>();
    for (int i = 0; i < timesAndValues.length; i += 2) {
      rows.put((Long) timesAndValues[i], timesAndValues[i + 1]);
    }
    return rows;
  }

  /** Everything in the head, by the doors that queries use. */
  static Map<Labels, TreeMap<Long, Object>> read(Head head) {
    var all = new HashMap<Labels, TreeMap<Long, Object>>();
    List<Matcher> every = new ArrayList<>();
    for (var part : head.select(every, Long.MIN_VALUE, Long.MAX_VALUE, () -> {}, () -> {})) {
      for (int i = 0; i < part.size(); i++) {
        var buffer = new SampleBuffer();
        part.read(i, Long.MIN_VALUE, Long.MAX_VALUE, buffer);
        RowOrder.restore(buffer, 0);
        var rows = all.computeIfAbsent(part.labels(i), key -> new TreeMap<>());
        for (int row = 0; row < buffer.size(); row++) {
          var histogram = buffer.histogram(row);
          rows.put(buffer.timestamps()[row], histogram != null ? histogram : buffer.values()[row]);
        }
      }
    }
    return all;
  }
}
