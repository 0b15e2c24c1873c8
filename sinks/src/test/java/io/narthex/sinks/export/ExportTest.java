package io.narthex.sinks.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.wire.OpenMetricsValidator;
import io.narthex.sinks.prometheus.Import;
import io.narthex.sinks.prometheus.ImportSummary;
import io.narthex.sinks.prometheus.OpenMetricsFile;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMilliTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported can be imported again, and is what was there. */
class ExportTest {
  private static final long START = 1_795_262_400_000L;
  private static final StoreOptions OPTIONS = StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0);

  @TempDir Path folder;

  @Test
  void openMetrics_randomSamples_areTheSameAfterExportAndImport() throws IOException {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    try (var first = open("first");
        var second = open("second")) {
      fill(first, random);
      var text = openMetrics(export(first));
      OpenMetricsValidator.check(text, 0, text.length);
      var file = Files.write(folder.resolve("all.om"), text);
      var summary = importFile(second, file);
      assertThat(summary.faults()).as("rerun with -Dtest.seed=%d", seed).isEmpty();
      assertThat(summary.skipped()).isEmpty();
      assertThat(new String(openMetrics(export(second)), UTF_8))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(new String(text, UTF_8));
    }
  }

  @Test
  void openMetrics_aNarrowRangeAndTwoSelectors_giveEachSampleOnce() throws IOException {
    try (var store = open("store")) {
      var into = new Import(store, store, (part, share, samples) -> {});
      for (int i = 0; i < 10; i++) {
        into.sample(Labels.of("__name__", "a", "x", "1"), START + i * 1000L, i, null);
        into.sample(Labels.of("__name__", "b"), START + i * 1000L, -i, null);
        into.sample(Labels.of("__name__", "c"), START + i * 1000L, 7, null);
      }
      into.flush();
      var sets =
          List.of(
              List.of(Matcher.of("__name__", Matcher.Type.REGEX, "a|b")),
              List.of(Matcher.equal("x", "1")));
      var text = openMetrics(new Export(store, sets, START + 2000, START + 3000));
      assertThat(new String(text, UTF_8))
          .isEqualTo(
              """
              # TYPE a unknown
              a{x="1"} 2 1795262402
              a{x="1"} 3 1795262403
              # TYPE b unknown
              b -2 1795262402
              b -3 1795262403
              # EOF
              """);
    }
  }

  @Test
  void arrow_anyReader_findsTheRows() throws IOException {
    try (var store = open("store")) {
      var into = new Import(store, store, (part, share, samples) -> {});
      for (int i = 0; i < 3; i++) {
        into.sample(Labels.of("__name__", "a", "x", "ä"), START + i, i + 0.5, null);
      }
      into.sample(Labels.of("__name__", "b", "y", "z"), START, Double.NaN, null);
      into.flush();
      var out = new ByteArrayOutputStream();
      var summary = ArrowExport.write(export(store), out, (metric, share, samples) -> {});
      assertThat(summary).isEqualTo(new Export.Summary(2, 4, 0, 0));
      assertThat(rows(out.toByteArray()))
          .containsExactly(
              "a ä null " + START + " 0.5",
              "a ä null " + (START + 1) + " 1.5",
              "a ä null " + (START + 2) + " 2.5",
              "b null z " + START + " NaN");
    }
  }

  @Test
  void importFile_wrongLines_areNamedAndTheRestIsTaken() throws IOException {
    var file = folder.resolve("bad.om.gz");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          """
          # TYPE a counter
          a_total{x="1"} 1 1795262400
          a_total{x="1} 2 1795262401
          a_total{x="1"} 3 1795262402.5
          a_total{x="2"} 4
          oh no
          a_total{x="3"} 5 1795262400"""
              .getBytes(UTF_8));
    }
    try (var store = open("store")) {
      var summary = importFile(store, file);
      assertThat(summary.samples()).isEqualTo(3);
      assertThat(summary.skipped()).containsEntry("samples without a timestamp", 1L);
      assertThat(summary.faults())
          .hasSize(3)
          .anyMatch(fault -> fault.startsWith("line 3,"))
          .anyMatch(fault -> fault.startsWith("line 6,"))
          .anyMatch(fault -> fault.contains("does not end with # EOF"));
    }
  }

  @Test
  void importFile_longerThanOnePart_losesNoLine() throws IOException {
    var text = new StringBuilder("# TYPE h histogram\n");
    int lines = 220_000; // more than eight megabytes
    for (int i = 0; i < lines; i++) {
      text.append("h_bucket{le=\"1\",host=\"").append(i % 7).append("\"} ").append(i);
      text.append(' ').append(START / 1000 + i / 7).append('\n');
    }
    assertThat(text.length()).isGreaterThan(8 << 20);
    var file = Files.writeString(folder.resolve("long.om"), text + "# EOF\n");
    try (var store = open("store")) {
      var summary = importFile(store, file);
      assertThat(summary.faults()).isEmpty();
      assertThat(summary.samples()).isEqualTo(lines);
      assertThat(summary.series()).isEqualTo(7);
      assertThat(store.labelValues("le", new Lookup(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, 0)))
          .containsExactly("1.0");
    }
  }

  private BlockStore open(String name) {
    return BlockStore.open(folder.resolve(name), OPTIONS, new PrometheusRegistry());
  }

  private static void fill(BlockStore store, Random random) {
    var into = new Import(store, store, (part, share, samples) -> {});
    for (int s = 0; s < 40; s++) {
      String name = random.nextInt(4) == 0 ? "utf8.näme" + s % 3 : "metric_" + s % 5;
      var labels =
          Labels.of("__name__", name, "id", "" + s, "text", "a\\b\"c\nd" + random.nextInt(3));
      long time = START;
      for (int i = 0; i < 200; i++) {
        time += 1 + random.nextInt(30_000);
        into.sample(labels, time, value(random), null);
      }
    }
    into.flush();
  }

  private static double value(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> Double.POSITIVE_INFINITY;
      case 1 -> Double.NEGATIVE_INFINITY;
      case 2 -> -0.0;
      case 3 -> random.nextInt(1000);
      case 4 -> Double.MIN_VALUE * random.nextInt(100);
      default -> Double.longBitsToDouble(random.nextLong() & 0x7FEF_FFFF_FFFF_FFFFL);
    };
  }

  private static Export export(SampleStore store) {
    var all = List.of(Matcher.of("__name__", Matcher.Type.REGEX, ".+"));
    return new Export(store, List.of(all), Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static byte[] openMetrics(Export export) throws IOException {
    var out = new ByteArrayOutputStream();
    OpenMetricsExport.write(export, out, (metric, share, samples) -> {});
    return out.toByteArray();
  }

  private static ImportSummary importFile(BlockStore store, Path file) throws IOException {
    var into = new Import(store, store, (part, share, samples) -> {});
    OpenMetricsFile.read(file, into);
    into.flush();
    return into.summary();
  }

  private static List<String> rows(byte[] stream) throws IOException {
    var rows = new ArrayList<String>();
    try (var allocator = new RootAllocator();
        var reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator)) {
      while (reader.loadNextBatch()) {
        var root = reader.getVectorSchemaRoot();
        var times = (TimeStampMilliTZVector) root.getVector("timestamp");
        var values = (Float8Vector) root.getVector("value");
        var texts = new ArrayList<VarCharVector>();
        for (String label : List.of("__name__", "x", "y")) {
          var index = root.getVector(label);
          var dictionary = reader.lookup(index.getField().getDictionary().getId());
          texts.add((VarCharVector) DictionaryEncoder.decode(index, dictionary));
        }
        for (int i = 0; i < root.getRowCount(); i++) {
          var row = new StringBuilder();
          for (var text : texts) {
            row.append(text.getObject(i)).append(' ');
          }
          rows.add(row.append(times.get(i)).append(' ').append(values.get(i)).toString());
        }
        texts.forEach(VarCharVector::close);
      }
    }
    return rows;
  }
}
