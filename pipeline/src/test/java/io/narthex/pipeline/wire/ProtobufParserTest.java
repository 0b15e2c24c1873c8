package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.testkit.RandomBatches;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtobufParserTest {

  @Test
  void next_counter_givesMetadataThenSamples() {
    byte[] page =
        family(
            "requests_seconds_total",
            0,
            m -> {
              label(m, "code", "200");
              m.message(
                  3,
                  c -> {
                    c.fixed(1, 12);
                    c.message(2, e -> exemplar(e, 0.5, 1_500));
                    c.message(3, t -> t.varint(1, 100).varint(2, 500_000_000));
                  });
              m.varint(6, 123_456);
            });
    assertThat(ExpositionTables.actual(parser(page, true, false)))
        .containsExactly(
            "help requests_seconds_total: What it is.",
            "unit requests_seconds_total: seconds",
            "type requests_seconds_total: counter",
            line(
                page,
                "{__name__=\"requests_seconds_total\", code=\"200\"} 4028000000000000 @123456"
                    + " exemplar ParsedExemplar[labels={trace_id=\"x\"}, value=0.5,"
                    + " hasTimestamp=true, timestamp=1500] since 100500"));
  }

  /** The bytes that name a series are for machines, so they are taken over as they are. */
  private static String line(byte[] page, String rest) {
    var parser = parser(page, true, false);
    while (parser.next() != Entry.SERIES) {
      assertThat(parser.family()).isNotEmpty();
    }
    return "sample " + ExpositionTables.raw(parser) + rest;
  }

  @Test
  void next_summary_givesItsParts() {
    byte[] page =
        family(
            "s",
            2,
            m ->
                m.message(
                    4,
                    s -> {
                      s.varint(1, 3).fixed(2, 1.5);
                      s.message(3, q -> q.fixed(1, 0.5).fixed(2, 7));
                      s.message(3, q -> q.fixed(1, 1).fixed(2, Double.NaN));
                    }));
    assertThat(samples(parser(page, true, false)))
        .containsExactly(
            "{__name__=\"s_count\"} 3.0",
            "{__name__=\"s_sum\"} 1.5",
            "{__name__=\"s\", quantile=\"0.5\"} 7.0",
            "{__name__=\"s\", quantile=\"1.0\"} NaN");
  }

  @Test
  void next_classicHistogram_endsAtInfinity() {
    byte[] page =
        family(
            "h",
            4,
            m ->
                m.message(
                    7,
                    h -> {
                      h.varint(1, 5).fixed(2, 1.5);
                      h.message(3, b -> b.varint(1, 2).fixed(2, 1));
                      h.message(3, b -> b.fixed(4, 2.5).fixed(2, 1e7));
                    }));
    assertThat(samples(parser(page, true, false)))
        .containsExactly(
            "{__name__=\"h_count\"} 5.0",
            "{__name__=\"h_sum\"} 1.5",
            "{__name__=\"h_bucket\", le=\"1.0\"} 2.0",
            "{__name__=\"h_bucket\", le=\"1e+07\"} 2.5",
            "{__name__=\"h_bucket\", le=\"+Inf\"} 5.0");
  }

  @Test
  void next_nativeHistogram_isGivenWithItsClassicPartsOnDemand() {
    byte[] page = family("h", 5, m -> m.message(7, ProtobufParserTest::nativeHistogram));
    var expected =
        new FloatHistogram(
            ResetHint.GAUGE,
            3,
            0.001,
            1,
            6,
            1.5,
            new int[] {0, 1, 1, 1},
            new double[] {2, 3},
            new int[0],
            new double[0],
            new double[0]);
    var parser = parser(page, true, true);
    Entry entry = parser.next();
    while (entry != Entry.HISTOGRAM) {
      entry = parser.next();
    }
    assertThat(parser.histogram()).isEqualTo(expected);
    assertThat(parser.nextExemplar()).isNotNull();
    assertThat(parser.nextExemplar()).isNull();
    assertThat(samples(parser))
        .containsExactly(
            "{__name__=\"h_count\"} 6.0",
            "{__name__=\"h_sum\"} 1.5",
            "{__name__=\"h_bucket\", le=\"1.0\"} 4.0",
            "{__name__=\"h_bucket\", le=\"+Inf\"} 6.0");
    assertThat(samples(parser(page, true, false))).hasSize(1);
    assertThat(samples(parser(page, false, false))).hasSize(4);
  }

  @Test
  void next_brokenNativeHistogram_isAFault() {
    byte[] page =
        family(
            "h",
            4,
            m -> m.message(7, h -> h.varint(1, 5).message(12, s -> s.varint(2, 3)).zigzag(5, 0)));
    assertThatThrownBy(() -> samples(parser(page, true, false)))
        .hasMessageContaining("spans need 3 buckets, have 0 buckets");
  }

  @Test
  void bytes_ofDifferentSeries_differ() {
    byte[] page =
        new ProtoWriter()
            .rawBytes(family("h", 4, m -> m.message(7, ProtobufParserTest::nativeHistogram)))
            .rawBytes(family("h2", 4, m -> m.message(7, ProtobufParserTest::nativeHistogram)))
            .toBytes();
    var parser = parser(page, true, true);
    var seen = new HashSet<String>();
    int samples = 0;
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES || entry == Entry.HISTOGRAM) {
        samples++;
        seen.add(
            new String(
                parser.bytes(),
                0,
                parser.seriesTo(),
                java.nio.charset.StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(seen).hasSize(samples).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"protobuf", "protobuf-multimessage"})
  void next_referencePages_areTaken(String name) throws IOException {
    byte[] page = Files.readAllBytes(Reference.path("exposition-common/" + name));
    assertThat(ExpositionTables.fault(parser(page, true, true))).isNull();
    assertThat(samples(parser(page, true, true))).isNotEmpty();
  }

  @Test
  void next_damagedPages_throwNothingButFaults() {
    byte[] page =
        new ProtoWriter()
            .rawBytes(family("h", 4, m -> m.message(7, ProtobufParserTest::nativeHistogram)))
            .rawBytes(family("g", 1, m -> m.message(2, g -> g.fixed(1, 5))))
            .toBytes();
    long seed = RandomBatches.seed();
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = page.clone();
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      int to = random.nextInt(damaged.length + 1);
      ExpositionTables.fault(new ProtobufParser(damaged, 0, to, true, true));
    }
  }

  private static java.util.List<String> samples(ExpositionParser parser) {
    var lines = new java.util.ArrayList<String>();
    var labels = new LabelBuffer();
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES || entry == Entry.HISTOGRAM) {
        parser.labels(labels);
        lines.add(labels.toLabels() + " " + parser.value());
      }
    }
    return lines;
  }

  private static void nativeHistogram(ProtoWriter h) {
    h.varint(1, 6).fixed(2, 1.5).zigzag(5, 3).fixed(6, 0.001).varint(7, 1);
    h.message(3, b -> b.varint(1, 4).fixed(2, 1).message(3, e -> exemplar(e, 0.25, 1_000)));
    h.message(12, s -> s.zigzag(1, 0).varint(2, 3)).zigzag(13, 2).zigzag(13, -2).zigzag(13, 3);
  }

  private static void exemplar(ProtoWriter e, double value, long milliseconds) {
    label(e, "trace_id", "x");
    e.fixed(2, value);
    e.message(3, t -> t.varint(1, milliseconds / 1000).varint(2, milliseconds % 1000 * 1_000_000));
  }

  private static void label(ProtoWriter out, String name, String value) {
    out.message(1, l -> l.string(1, name).string(2, value));
  }

  private static byte[] family(String name, int type, Consumer<ProtoWriter> metric) {
    var message = new ProtoWriter().string(1, name).string(2, "What it is.").varint(3, type);
    message.message(4, metric);
    if (name.contains("seconds")) {
      message.string(5, "seconds");
    }
    byte[] bytes = message.toBytes();
    return new ProtoWriter().raw(bytes.length).rawBytes(bytes).toBytes();
  }

  private static ProtobufParser parser(byte[] page, boolean natives, boolean classic) {
    return new ProtobufParser(page, 0, page.length, natives, classic);
  }
}
