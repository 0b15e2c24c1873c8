package io.narthex.sinks.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.block.BlockOptions;
import io.narthex.sinks.block.BlockWriter;
import io.narthex.sinks.block.FailingFiles;
import io.narthex.sinks.block.SeriesGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactorTest {
  private static final long HOUR = 3_600_000;
  private static final long START = 1_700_006_400_000L / (8 * HOUR) * (8 * HOUR);

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir Path directory;

  /** What the store should hold: the plainest form of last write wins. */
  private final TreeMap<Labels, TreeMap<Long, String>> oracle = new TreeMap<>();

  private static String row(SampleBuffer samples, int i) {
    var histogram = samples.histogram(i);
    return (histogram == null
            ? Long.toHexString(Double.doubleToRawLongBits(samples.values()[i]))
            : "h" + histogram.hashCode() + histogram.hint())
        + " "
        + samples.startTimestamp(i);
  }

  private Block write(int order, Map<Labels, SampleBuffer> series) throws IOException {
    try (var writer = BlockWriter.create(directory, new BlockOptions(0, order, List.of()))) {
      for (var one : series.entrySet()) {
        writer.addSeries(one.getKey(), one.getValue());
        var rows = oracle.computeIfAbsent(one.getKey(), labels -> new TreeMap<>());
        for (int i = 0; i < one.getValue().size(); i++) {
          rows.put(one.getValue().timestamps()[i], row(one.getValue(), i));
        }
      }
      return Block.open(directory.resolve(writer.finish().id()));
    }
  }

  /** What blocks hold together: of two samples of one time, the one that was written later. */
  private TreeMap<Labels, TreeMap<Long, String>> readAll(List<Block> blocks) {
    var found = new TreeMap<Labels, TreeMap<Long, String>>();
    var inOrder = new ArrayList<>(blocks);
    inOrder.sort(Comparator.comparing(Block::meta, BlockMeta.OLDEST_FIRST));
    for (Block block : inOrder) {
      for (int id = 0; id < block.meta().series(); id++) {
        var samples = new SampleBuffer();
        block.read(id, Long.MIN_VALUE, Long.MAX_VALUE, samples);
        var rows = found.computeIfAbsent(block.labels(id), labels -> new TreeMap<>());
        for (int i = 0; i < samples.size(); i++) {
          rows.put(samples.timestamps()[i], row(samples, i));
        }
      }
    }
    return found;
  }

  private List<Block> open(List<BlockMeta> metas) {
    List<Block> blocks = new ArrayList<>();
    metas.forEach(meta -> blocks.add(Block.open(directory.resolve(meta.id()))));
    return blocks;
  }

  /** Some of a pool of series, so that blocks share labels. */
  private Map<Labels, SampleBuffer> someOf(List<Labels> pool, long start, int rows) {
    var series = new TreeMap<Labels, SampleBuffer>();
    for (Labels labels : pool) {
      if (series.isEmpty() || random.nextInt(3) > 0) {
        series.put(labels, SeriesGenerator.samples(random, start, 1 + random.nextInt(rows)));
      }
    }
    return series;
  }

  private List<Labels> pool(int size) {
    return new ArrayList<>(SeriesGenerator.series(random, size, START).keySet());
  }

  @Test
  void merge_randomOverlappingBlocks_equalsTheOracle() throws IOException {
    var pool = pool(12);
    List<Block> inputs = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long start = START + random.nextInt((int) (4 * HOUR)) / 15_000 * 15_000;
      inputs.add(write(i + 1, someOf(pool, start, 900)));
    }
    for (Duration window : List.of(Duration.ofHours(2), Duration.ofHours(32))) {
      var merged = new Compactor(directory, Tombstones.NONE).merge(inputs, window);
      for (BlockMeta meta : merged) {
        long length = window.toMillis();
        assertThat(Math.floorDiv(meta.minTime(), length))
            .isEqualTo(Math.floorDiv(meta.maxTime(), length));
        assertThat(meta.level()).isEqualTo(1);
        assertThat(meta.order()).isBetween(1L, 6L);
      }
      assertThat(readAll(open(merged))).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
    }
  }

  @Test
  void merge_classicHistograms_equalsTheOracleAtEachLevel() throws IOException {
    var labels = new ArrayList<Labels>();
    for (int pod = 0; pod < 3; pod++) {
      for (String le : List.of("+Inf", "0.1", "1", "5")) {
        labels.add(Labels.of("__name__", "h_bucket", "le", le, "pod", "p" + pod));
      }
      labels.add(Labels.of("__name__", "h_count", "pod", "p" + pod));
    }
    List<Block> blocks = new ArrayList<>();
    double[] sums = new double[labels.size()];
    for (int hour = 0; hour < 12; hour++) {
      var series = new TreeMap<Labels, SampleBuffer>();
      for (int i = 0; i < labels.size(); i++) {
        var rows = new SampleBuffer();
        for (int row = 0; row < 240; row++) {
          sums[i] = random.nextInt(900) == 0 ? 0 : sums[i] + 50 + random.nextInt(50);
          rows.add(START + hour * HOUR + row * 15_000, sums[i]);
        }
        if (random.nextInt(9) > 0) {
          series.put(labels.get(i), rows);
        }
      }
      blocks.add(write(hour + 1, series));
    }
    for (int hours : List.of(2, 8, 32)) {
      blocks =
          open(new Compactor(directory, Tombstones.NONE).merge(blocks, Duration.ofHours(hours)));
      assertThat(readAll(blocks)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
    }
  }

  @Test
  void merge_blocksApartInTime_copiesLongPages() throws IOException {
    var pool = pool(10);
    List<Block> inputs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      var series = new TreeMap<Labels, SampleBuffer>();
      for (Labels labels : pool) {
        series.put(labels, SeriesGenerator.samples(random, START + 8 * i * HOUR, 300 + 300 * i));
      }
      inputs.add(write(i + 1, series));
    }
    var merged = new Compactor(directory, Tombstones.NONE).merge(inputs, Duration.ofDays(8));
    assertThat(readAll(open(merged))).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
    assertThat(merged.get(merged.size() - 1).sources()).hasSize(4);
  }

  @Test
  void windows_sampleFarFromTheOthers_onlyThoseThatHaveSamples() throws IOException {
    long length = 2 * HOUR;
    var samples = new SampleBuffer();
    for (long time : new long[] {0, START + 1, START + length, 7_258_118_400_000L}) {
      samples.add(time, 1d);
    }
    var input = write(1, Map.of(Labels.of("__name__", "m"), samples));
    long far = Math.floorDiv(7_258_118_400_000L, length) * length;
    assertThat(input.windows(length)).containsExactly(0L, START, START + length, far);
    var merged =
        new Compactor(directory, Tombstones.NONE).merge(List.of(input), Duration.ofHours(2));
    assertThat(merged).hasSize(4);
    assertThat(readAll(open(merged))).isEqualTo(oracle);
  }

  @Test
  void release_folderThatCannotBeRemoved_troublesNobody() throws IOException {
    var block = write(1, someOf(pool(3), START, 10));
    Path inTheWay = Files.createDirectory(directory.resolve(block.meta().id() + ".tmp"));
    Files.writeString(inTheWay.resolve("file"), "x");
    block.deleteWhenReleased();
    block.release();
    assertThat(block.folder()).exists();
  }

  @Test
  void merge_withTombstones_leavesDeletedOut() throws IOException {
    var pool = pool(6);
    List<Block> inputs =
        List.of(write(1, someOf(pool, START, 1000)), write(2, someOf(pool, START + HOUR, 1000)));
    long from = START + HOUR / 2;
    long to = START + 2 * HOUR;
    Tombstones tombstones = (block, series) -> new long[] {from, to};
    var merged = new Compactor(directory, tombstones).merge(inputs, Duration.ofDays(8));
    oracle.values().forEach(rows -> rows.subMap(from, true, to, true).clear());
    oracle.values().removeIf(TreeMap::isEmpty);
    assertThat(readAll(open(merged))).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
    Tombstones all = (block, series) -> new long[] {Long.MIN_VALUE, Long.MAX_VALUE};
    assertThat(new Compactor(directory, all).merge(inputs, Duration.ofDays(8))).isEmpty();
  }

  @Test
  void open_afterCrashBetweenMergeAndDeletion_removesInputs() throws IOException {
    var pool = pool(6);
    var first = write(1, someOf(pool, START, 500));
    var second = write(2, someOf(pool, START + HOUR, 500));
    var merged =
        new Compactor(directory, Tombstones.NONE)
            .merge(List.of(first, second), Duration.ofHours(2));
    Path half = Files.createDirectory(directory.resolve(first.meta().id() + ".tmp"));
    Files.writeString(half.resolve("pages.arrow"), "half a file");
    Path foreign = Files.createDirectory(directory.resolve("lost+found"));
    var contents = BlockFolder.open(directory);
    assertThat(contents.damaged()).isEmpty();
    assertThat(contents.blocks().stream().map(block -> block.meta().id()))
        .containsExactlyInAnyOrderElementsOf(merged.stream().map(BlockMeta::id).toList());
    assertThat(readAll(contents.blocks())).isEqualTo(oracle);
    assertThat(first.folder()).doesNotExist();
    assertThat(half).doesNotExist();
    assertThat(foreign).exists();
  }

  @Test
  void open_afterCrashBetweenTwoOutputs_keepsInputs() throws IOException {
    var pool = pool(6);
    var input = write(1, someOf(pool, START, 2000));
    var merged =
        new Compactor(directory, Tombstones.NONE).merge(List.of(input), Duration.ofHours(2));
    assertThat(merged).hasSizeGreaterThan(1);
    BlockFolder.remove(directory.resolve(merged.get(merged.size() - 1).id()));
    var contents = BlockFolder.open(directory);
    assertThat(contents.blocks()).hasSize(merged.size());
    assertThat(
            readAll(
                List.of(
                    contents.blocks().stream()
                        .filter(block -> block.meta().level() == 0)
                        .findFirst()
                        .orElseThrow())))
        .isEqualTo(oracle);
  }

  @Test
  void merge_lastOutputNamedButNotSynced_leavesTheInputsOnly() throws IOException {
    var input = write(1, someOf(pool(6), START, 2000));
    int windows = input.windows(2 * HOUR).size();
    assertThat(windows).isGreaterThan(1);
    var files = new FailingFiles();
    var synced = new AtomicInteger();
    files.fail(
        (use, path) -> {
          if (path.equals(directory) && synced.incrementAndGet() == windows) {
            throw new IOException("Too many open files");
          }
        });
    var compactor = new Compactor(files.path(directory), Tombstones.NONE);
    assertThatThrownBy(() -> compactor.merge(List.of(input), Duration.ofHours(2)))
        .hasMessage("Too many open files");
    assertThat(synced).hasValue(windows);
    var found = BlockFolder.open(directory).blocks();
    assertThat(found).hasSize(1);
    assertThat(readAll(found)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
  }

  @Test
  void merge_lastOutputCannotBeRemovedEither_keepsAllOutputs() throws IOException {
    var input = write(1, someOf(pool(6), START, 2000));
    int windows = input.windows(2 * HOUR).size();
    var files = new FailingFiles();
    var synced = new AtomicInteger();
    files.fail(
        (use, path) -> {
          boolean broken = synced.get() >= windows;
          synced.addAndGet(path.equals(directory) ? 1 : 0);
          if (broken || synced.get() == windows) {
            throw new IOException("Input/output error");
          }
        });
    var compactor = new Compactor(files.path(directory), Tombstones.NONE);
    assertThatThrownBy(() -> compactor.merge(List.of(input), Duration.ofHours(2)))
        .hasMessage("Input/output error");
    var found = BlockFolder.open(directory).blocks();
    assertThat(found).hasSize(windows);
    assertThat(readAll(found)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
  }

  @Test
  void next_segmentsOfEightHours_mergesToOneBlock() throws IOException {
    var pool = pool(4);
    List<Block> blocks = new ArrayList<>();
    int order = 1;
    for (long at = START; at < START + 9 * HOUR; at += 25 * 60_000) {
      blocks.add(write(order++, someOf(pool, at, 110)));
    }
    var options = CompactionOptions.forRetention(Duration.ofDays(15));
    assertThat(options.ranges())
        .containsExactly(Duration.ofHours(2), Duration.ofHours(8), Duration.ofHours(32));
    long now = START + 9 * HOUR;
    int merges = 0;
    for (var plan = next(blocks, now, options);
        plan.isPresent();
        plan = next(blocks, now, options)) {
      merge(plan.get(), blocks);
      assertThat(++merges).isLessThan(20);
    }
    assertThat(readAll(blocks)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
    assertThat(
            blocks.stream()
                .filter(
                    block ->
                        block.meta().overlaps(START, START + 8 * HOUR - 1)
                            && block.meta().minTime() < START + 8 * HOUR - HOUR))
        .hasSize(1);
  }

  @Test
  void next_randomWritesOfTheSameTimes_newestWinsAfterEveryMerge() throws IOException {
    var options = CompactionOptions.forRetention(Duration.ofDays(15));
    var labels = Labels.of("__name__", "m");
    List<Block> blocks = new ArrayList<>();
    int merges = 0;
    for (int order = 1; order <= 60; order++) {
      long from = START + random.nextInt(12 * 4) * (HOUR / 4);
      int quarters = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 6);
      var rows = new SampleBuffer();
      for (int i = 0; i < quarters; i++) {
        rows.add(from + i * (HOUR / 4), order);
      }
      blocks.add(write(order, Map.of(labels, rows)));
      long now = START + random.nextInt(30) * HOUR;
      for (var plan = next(blocks, now, options);
          plan.isPresent();
          plan = next(blocks, now, options)) {
        merge(plan.get(), blocks);
        assertThat(readNewest(blocks)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(oracle);
        assertThat(++merges).isLessThan(600);
      }
    }
    assertThat(merges).isPositive();
  }

  @Test
  void merge_inputThatReplacedABlockStillThere_replacesThatAsWell() throws IOException {
    var pool = pool(6);
    var first = write(1, someOf(pool, START, 100));
    var compactor = new Compactor(directory, Tombstones.NONE);
    var once = open(compactor.merge(List.of(first), Duration.ofDays(8)));
    var twice = open(compactor.merge(once, Duration.ofDays(8)));
    assertThat(twice.get(0).meta().sources()).contains(first.meta().id());
    once.get(0).deleteWhenReleased();
    once.get(0).release();
    assertThat(BlockFolder.open(directory).blocks()).hasSize(1);
    assertThat(first.folder()).doesNotExist();
    var thrice = compactor.merge(twice, Duration.ofDays(8));
    assertThat(thrice.get(0).sources()).containsExactly(twice.get(0).meta().id());
  }

  private void merge(CompactionPlan plan, List<Block> blocks) throws IOException {
    var inputs = blocks.stream().filter(one -> plan.blocks().contains(one.meta().id())).toList();
    var merged = new Compactor(directory, Tombstones.NONE).merge(inputs, plan.window());
    blocks.removeAll(inputs);
    blocks.addAll(open(merged));
    for (Block input : inputs) {
      input.deleteWhenReleased();
      input.release();
    }
  }

  /** What a reader sees: of samples of one time that of the newest write. */
  private static TreeMap<Labels, TreeMap<Long, String>> readNewest(List<Block> blocks) {
    var found = new TreeMap<Labels, TreeMap<Long, String>>();
    var oldestFirst = new ArrayList<>(blocks);
    oldestFirst.sort((a, b) -> BlockMeta.OLDEST_FIRST.compare(a.meta(), b.meta()));
    for (Block block : oldestFirst) {
      for (int id = 0; id < block.meta().series(); id++) {
        var samples = new SampleBuffer();
        block.read(id, Long.MIN_VALUE, Long.MAX_VALUE, samples);
        var rows = found.computeIfAbsent(block.labels(id), labels -> new TreeMap<>());
        for (int i = 0; i < samples.size(); i++) {
          rows.put(samples.timestamps()[i], row(samples, i));
        }
      }
    }
    return found;
  }

  private static java.util.Optional<CompactionPlan> next(
      List<Block> blocks, long now, CompactionOptions options) {
    return CompactionPlan.next(blocks.stream().map(Block::meta).toList(), now, options, Set.of());
  }
}
