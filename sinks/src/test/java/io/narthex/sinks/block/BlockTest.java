package io.narthex.sinks.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.codec.ValueCodec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockTest {
  private static final long START = 1_700_000_000_000L;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir Path directory;

  static BlockMeta write(Path directory, Map<Labels, SampleBuffer> series, BlockOptions options)
      throws IOException {
    try (var writer = BlockWriter.create(directory, options)) {
      for (var one : series.entrySet()) {
        writer.addSeries(one.getKey(), one.getValue());
      }
      return writer.finish();
    }
  }

  /** Rows of a buffer as text, exact to the bit. */
  static List<String> rows(SampleBuffer samples, long after, long to) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      long time = samples.timestamps()[i];
      if ((time > after || after == Long.MIN_VALUE) && time <= to) {
        var histogram = samples.histogram(i);
        rows.add(
            time
                + " "
                + (histogram == null
                    ? Long.toHexString(Double.doubleToRawLongBits(samples.values()[i]))
                    : histogram.hashCode()
                        + " "
                        + java.util.Arrays.toString(histogram.positiveBuckets())
                        + Double.doubleToRawLongBits(histogram.sum())
                        + histogram.hint()
                        + histogram.schema())
                + " "
                + samples.startTimestamp(i));
      }
    }
    return rows;
  }

  @Test
  void read_randomSeries_givesWhatWasWritten() throws IOException {
    var series = SeriesGenerator.series(random, 60, START);
    var meta = write(directory, series, BlockOptions.segment());
    var block = Block.open(directory.resolve(meta.id()));
    assertThat(block.meta()).isEqualTo(meta);
    int id = 0;
    for (var one : series.entrySet()) {
      assertThat(block.labels(id)).isEqualTo(one.getKey());
      var all = new SampleBuffer();
      block.read(id, Long.MIN_VALUE, Long.MAX_VALUE, all);
      assertThat(rows(all, Long.MIN_VALUE, Long.MAX_VALUE))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(rows(one.getValue(), Long.MIN_VALUE, Long.MAX_VALUE));
      for (int i = 0; i < 5; i++) {
        long after = START + random.nextInt(20_000_000);
        long to = after + random.nextInt(10_000_000);
        var part = new SampleBuffer();
        block.read(id, after, to, part);
        assertThat(rows(part, Long.MIN_VALUE, Long.MAX_VALUE))
            .as("rerun with -Dtest.seed=%d", seed)
            .isEqualTo(rows(one.getValue(), after, to));
      }
      id++;
    }
    block.release();
  }

  @Test
  void files_readByArrowsReader_haveLabelsAndPages() throws IOException {
    var series = SeriesGenerator.series(random, 20, START);
    var meta = write(directory, series, BlockOptions.segment());
    Path folder = directory.resolve(meta.id());
    try (var allocator = new RootAllocator(256 << 20)) {
      try (var channel = FileChannel.open(folder.resolve(Tables.SERIES));
          var reader =
              new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE)) {
        assertThat(reader.loadNextBatch()).isTrue();
        var root = reader.getVectorSchemaRoot();
        assertThat(root.getRowCount()).isEqualTo(20);
        var labels = (org.apache.arrow.vector.complex.ListVector) root.getVector("labels");
        var pairs = (org.apache.arrow.vector.complex.StructVector) labels.getDataVector();
        var names =
            DictionaryEncoder.decode(
                pairs.getChild("name"), reader.getDictionaryVectors().get(Tables.NAMES_DICTIONARY));
        var values =
            DictionaryEncoder.decode(
                pairs.getChild("value"),
                reader.getDictionaryVectors().get(Tables.VALUES_DICTIONARY));
        int row = 0;
        for (Labels expected : series.keySet()) {
          var builder = Labels.builder();
          for (int i = labels.getElementStartIndex(row); i < labels.getElementEndIndex(row); i++) {
            builder.set(
                ((Text) names.getObject(i)).toString(), ((Text) values.getObject(i)).toString());
          }
          assertThat(builder.build()).isEqualTo(expected);
          row++;
        }
        names.close();
        values.close();
      }
      for (String file : List.of(Tables.POSTINGS, Tables.PAGES, Tables.TIMESTAMPS)) {
        try (var channel = FileChannel.open(folder.resolve(file));
            var reader =
                new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE)) {
          while (reader.loadNextBatch()) {
            assertThat(reader.getVectorSchemaRoot().getRowCount()).isPositive();
            assertThat(reader.getVectorSchemaRoot().contentToTSVString()).isNotEmpty();
          }
        }
      }
    }
  }

  @Test
  void buckets_ofAHistogram_followItsTotalAndComeBack() throws IOException {
    var series = histogram("h", 3000, "0.1", "1", "+Inf");
    var meta = write(directory, series, new BlockOptions(1, 1, List.of(), true));
    var plain = write(directory, series, new BlockOptions(1, 1, List.of()));
    assertThat(meta.files().get(Tables.PAGES).size())
        .isLessThan(plain.files().get(Tables.PAGES).size() * 3 / 4);
    var block = Block.open(directory.resolve(meta.id()));
    var codecs = BlockAnalysis.of(block, 10).codecs();
    assertThat(codecs).anyMatch(cost -> cost.codec() == ValueCodec.FOLLOWING && cost.pages() == 6);
    var last = new SampleBuffer();
    block.read(3, Long.MIN_VALUE, Long.MAX_VALUE, last); // before what it follows was read
    int id = 0;
    for (var one : series.entrySet()) {
      var all = new SampleBuffer();
      block.read(id++, Long.MIN_VALUE, Long.MAX_VALUE, all);
      assertThat(rows(all, Long.MIN_VALUE, Long.MAX_VALUE))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(rows(one.getValue(), Long.MIN_VALUE, Long.MAX_VALUE));
    }
    block.release();
  }

  /** Series of a classic histogram, its count among them, with resets, start times and the end. */
  private Map<Labels, SampleBuffer> histogram(String name, int rows, String... bounds) {
    var series = new TreeMap<Labels, SampleBuffer>();
    var labels = new ArrayList<Labels>();
    for (var bound : bounds) {
      labels.add(Labels.of("__name__", name + "_bucket", "job", "a", "le", bound));
    }
    labels.add(Labels.of("__name__", name + "_count", "job", "a"));
    labels.forEach(one -> series.put(one, new SampleBuffer()));
    double[] sums = new double[bounds.length];
    for (int i = 0; i < rows; i++) {
      int events = 200 + random.nextInt(800);
      for (int b = 0; b < bounds.length; b++) {
        sums[b] = i == 1200 ? 0 : sums[b] + events * (b + 1) / bounds.length;
        series.get(labels.get(b)).add(START + 15_000L * i, sums[b]);
      }
      series.get(labels.get(bounds.length)).add(START + 15_000L * i, sums[bounds.length - 1]);
      if (i > 2000) {
        series.values().forEach(buffer -> buffer.startTimestamp(START));
      }
    }
    series.values().forEach(buffer -> buffer.add(START + 15_000L * rows, StaleMarker.VALUE));
    return series;
  }

  @Test
  void postings_ofBlock_nameTheSeriesOfEachPair() throws IOException {
    var series = SeriesGenerator.series(random, 300, START);
    series.replaceAll((labels, samples) -> SeriesGenerator.samples(random, START, 3));
    var meta = write(directory, series, BlockOptions.segment());
    var block = Block.open(directory.resolve(meta.id()));
    var postings = block.postings();
    assertThat(postings.all().getCardinality()).isEqualTo(300);
    assertThat(postings.names()).containsExactly("__name__", "größe", "instance", "job", "zone");
    var sorted = new ArrayList<>(series.keySet());
    for (String name : postings.names()) {
      for (String value : postings.values(name)) {
        var expected =
            java.util.stream.IntStream.range(0, 300)
                .filter(id -> sorted.get(id).get(name).equals(value))
                .toArray();
        assertThat(postings.get(name, value).toArray()).isEqualTo(expected);
      }
    }
    assertThat(postings.get("job", "nobody").isEmpty()).isTrue();
    assertThat(postings.get("nothing", "x").isEmpty()).isTrue();
    assertThat(postings.values("nothing")).isEmpty();
  }

  @Test
  void statistics_ofPages_areThoseOfTheirRows() throws IOException {
    var samples = new SampleBuffer();
    for (int i = 0; i < 2000; i++) {
      samples.add(START + 1000L * i, i % 700);
    }
    var meta = write(directory, Map.of(Labels.of("a", "b"), samples), BlockOptions.segment());
    PageCursor pages =
        Block.open(directory.resolve(meta.id())).pages(0, Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(pages.next()).isTrue();
    var first = pages.statistics();
    assertThat(pages.count()).isEqualTo(1000);
    assertThat(first).isNotNull();
    assertThat(first.min()).isZero();
    assertThat(first.max()).isEqualTo(699);
    assertThat(first.resets()).isEqualTo(1);
    assertThat(first.increase()).isEqualTo(699 + 299);
    assertThat(first.sum()).isEqualTo(699 * 700 / 2 + 299 * 300 / 2);
    assertThat(pages.next()).isTrue();
    assertThat(pages.next()).isFalse();
  }

  @Test
  void close_unfinishedWriter_leavesNothing() throws IOException {
    try (var writer = BlockWriter.create(directory, BlockOptions.segment())) {
      writer.addSeries(Labels.of("a", "b"), SeriesGenerator.samples(random, START, 5));
    }
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void addSeries_notInOrder_isRefused() throws IOException {
    try (var writer = BlockWriter.create(directory, BlockOptions.segment())) {
      writer.addSeries(Labels.of("a", "b"), SeriesGenerator.samples(random, START, 5));
      assertThatThrownBy(
              () ->
                  writer.addSeries(Labels.of("a", "a"), SeriesGenerator.samples(random, START, 5)))
          .hasMessageContaining("not in label order");
    }
  }

  @Test
  void release_lastHolderOfDeletedBlock_removesItsFolder() throws IOException {
    var meta = write(directory, SeriesGenerator.series(random, 3, START), BlockOptions.segment());
    var block = Block.open(directory.resolve(meta.id()));
    assertThat(block.retain()).isTrue();
    block.deleteWhenReleased();
    block.release();
    assertThat(block.folder()).exists();
    block.release();
    assertThat(block.folder()).doesNotExist();
    assertThat(block.retain()).isFalse();
  }
}
