package io.narthex.sinks.store;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.pipeline.storage.Changes;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesExemplars;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreAdmin;
import io.narthex.pipeline.storage.StoreInventory;
import io.narthex.pipeline.storage.StoreInventory.BlockInfo;
import io.narthex.pipeline.storage.StoreStatistics;
import io.narthex.sinks.head.Head;
import io.narthex.sinks.head.HeadPart;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The store of one process in one directory:
 *
 * <pre>{@code
 * DIRECTORY/lock       held while the store is open
 *          /wal        the write-ahead log
 *          /blocks     segments and blocks, a folder each
 *          /snapshots  copies made on demand
 * }</pre>
 *
 * Safe for use by several threads.
 */
public final class BlockStore
    implements SampleAppender, SampleStore, StoreAdmin, KnownSeries, AutoCloseable {
  private static final List<String> ALWAYS_THERE = List.of(DeletionJournal.NAME, "wal/manifest");

  private final DirectoryLock lock;
  private final StoreMetrics metrics;
  private final Damages damages;
  private final Head head;
  private final BlockSet blocks;
  private final Maintenance maintenance;

  private BlockStore(
      DirectoryLock lock,
      StoreMetrics metrics,
      Damages damages,
      Head head,
      BlockSet blocks,
      Maintenance maintenance) {
    this.lock = lock;
    this.metrics = metrics;
    this.damages = damages;
    this.head = head;
    this.blocks = blocks;
    this.maintenance = maintenance;
  }

  /**
   * Opens a store, made if missing: its blocks, and the head from what the log holds.
   *
   * @param registry gets the store's metrics until it is closed
   * @throws UncheckedIOException if the directory is in use, or cannot be read or written; the
   *     message names the file
   */
  public static BlockStore open(Path directory, StoreOptions options, PrometheusRegistry registry) {
    try {
      return openLocked(directory, options, registry, DirectoryLock.acquire(directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  private static BlockStore openLocked(
      Path directory, StoreOptions options, PrometheusRegistry registry, DirectoryLock lock)
      throws IOException {
    var damages = new Damages(options.clock());
    var metrics = new StoreMetrics(registry, damages);
    var opened = new ArrayDeque<AutoCloseable>(List.of(lock, metrics));
    try {
      var blocks = new BlockSet();
      opened.push(blocks);
      var blockDirectory = directory.resolve("blocks");
      blocks.load(blockDirectory, damages);
      var oldestLoss = oldestLoss(options);
      var manifest = StoreManifest.open(directory, ALWAYS_THERE, blocks.all(), damages, oldestLoss);
      var head =
          Head.open(
              directory.resolve("wal"), options.head(), options.wal(), metrics, options.clock());
      opened.push(head);
      for (var block : blocks.all()) {
        head.sawTime(block.meta().maxTime());
      }
      var deletions = DeletionLedger.open(directory, blocks, damages, options.clock());
      manifest.write();
      var maintenance =
          new Maintenance(
              head,
              blocks,
              deletions,
              manifest,
              blockDirectory,
              directory.resolve("snapshots"),
              options,
              metrics,
              damages);
      var store = new BlockStore(lock, metrics, damages, head, blocks, maintenance);
      store.registerGauges(options);
      maintenance.start();
      return store;
    } catch (IOException | RuntimeException e) {
      closeAll(opened, e);
      throw e;
    }
  }

  /** What was lost earlier would be past its retention by now. */
  private static long oldestLoss(StoreOptions options) {
    long retention = options.head().retention().toMillis();
    return retention == 0 ? Long.MIN_VALUE : options.clock().getAsLong() - retention;
  }

  private static void closeAll(Iterable<AutoCloseable> opened, Exception cause) {
    for (var one : opened) {
      try {
        one.close();
      } catch (Exception e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void registerGauges(StoreOptions options) {
    metrics.head(head.counters());
    metrics.gauge("prometheus_tsdb_head_series", "Series in the head.", head::seriesCount);
    metrics.gauge(
        "prometheus_tsdb_head_stale_series",
        "Series in the head that have ended.",
        head::staleSeriesCount);
    metrics.gauge(
        "prometheus_tsdb_head_chunks",
        "Samples' pages in the head.",
        () -> statistics().headChunks());
    metrics.gauge(
        "prometheus_tsdb_head_min_time",
        "Oldest sample of the head.",
        () -> head.range().minTime());
    metrics.gauge(
        "prometheus_tsdb_head_max_time",
        "Newest sample of the head.",
        () -> head.range().maxTime());
    metrics.gauge(
        "prometheus_tsdb_blocks_loaded", "Segments and blocks.", () -> blocks.all().size());
    metrics.gauge(
        "prometheus_tsdb_storage_blocks_bytes", "Bytes of all blocks.", blocks::sizeInBytes);
    metrics.gauge(
        "prometheus_tsdb_lowest_timestamp", "Oldest sample at all.", () -> statistics().minTime());
    metrics.gauge(
        "prometheus_tsdb_retention_limit_bytes",
        "Most bytes of all blocks; 0 is no limit.",
        options::retentionBytes);
    metrics.gauge(
        "prometheus_tsdb_retention_limit_seconds",
        "How long samples are kept; 0 is no limit.",
        () -> options.head().retention().toSeconds());
  }

  @Override
  public Numbering numbering() {
    return head.numbering();
  }

  @Override
  public CompletableFuture<AppendResult> append(SampleBatch batch) {
    try {
      return head.append(batch);
    } finally {
      changed(batch);
    }
  }

  @Override
  public CompletableFuture<AppendResult> appendUnawaited(SampleBatch batch) {
    try {
      return head.appendUnawaited(batch);
    } finally {
      changed(batch);
    }
  }

  private void changed(SampleBatch batch) {
    if (batch.rowCount() > 0) {
      blocks.changes().changed(batch.minTimestamp());
    }
  }

  @Override
  public void sync() {
    head.sync();
  }

  @Override
  public Changes changes() {
    return blocks.changes();
  }

  @Override
  public SeriesSelection select(Selector selector) {
    var matchers = selector.matchers();
    long from = selector.from();
    long to = selector.to();
    Runnable checkpoint = selector.checkpoint();
    BlockSet.Held[] held = {BlockSet.Held.NOTHING};
    try {
      var parts =
          head.select(matchers, from, to, checkpoint, () -> held[0] = blocks.retain(from, to));
      var ofBlocks = blocks.select(held[0], matchers, checkpoint);
      return new MergedSelection(withHead(ofBlocks, parts, checkpoint), held[0].blocks(), from, to);
    } catch (RuntimeException e) {
      held[0].release();
      throw e;
    }
  }

  private static SeriesSource withHead(
      MergedSeries ofBlocks, List<HeadPart> parts, Runnable checkpoint) {
    var sources = new ArrayList<SeriesSource>();
    if (ofBlocks.size() > 0) {
      sources.add(ofBlocks);
    }
    for (var part : parts) {
      if (part.size() > 0) {
        sources.add(new SeriesSource.OfHead(part));
      }
    }
    return switch (sources.size()) {
      case 0 -> ofBlocks;
      case 1 -> sources.get(0);
      default -> MergedSeries.of(sources, checkpoint);
    };
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    var places = headPlaces(lookup.from(), lookup.to());
    var held = blocks.retain(lookup.from(), lookup.to());
    try {
      held.blocks().forEach(block -> places.add(Facets.Place.of(held, block)));
      return new Facets(places, lookup).names();
    } finally {
      held.release();
    }
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    var places = headPlaces(lookup.from(), lookup.to());
    var held = blocks.retain(lookup.from(), lookup.to());
    try {
      held.blocks().forEach(block -> places.add(Facets.Place.of(held, block)));
      return new Facets(places, lookup).values(name);
    } finally {
      held.release();
    }
  }

  /** To be asked for before the blocks: what a flush moves meanwhile is seen in one or both. */
  private List<Facets.Place> headPlaces(long from, long to) {
    var places = new ArrayList<Facets.Place>();
    var range = head.range();
    if (range.minTime() <= to && range.maxTime() >= from) {
      head.indexes().forEach(part -> places.add(new Facets.Place(part.postings(), part.labels())));
    }
    return places;
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    return Facets.series(this, lookup);
  }

  @Override
  public List<SeriesExemplars> exemplars(List<List<Matcher>> matchers, long from, long to) {
    return head.exemplars(matchers, from, to);
  }

  @Override
  public Map<String, List<MetricMetadata>> metadata() {
    return head.metadata();
  }

  @Override
  public Cardinality cardinality(int limit) {
    return head.cardinality(limit);
  }

  @Override
  public StoreStatistics statistics() {
    var range = head.range();
    long min = range.minTime();
    long max = range.maxTime();
    var loaded = blocks.all();
    for (var block : loaded) {
      min = Math.min(min, block.meta().minTime());
      max = Math.max(max, block.meta().maxTime());
    }
    int series = head.seriesCount();
    return new StoreStatistics(
        series,
        range.minTime(),
        range.maxTime(),
        (long) series * range.memtables(),
        loaded.size(),
        min,
        max);
  }

  @Override
  public StoreInventory inventory() {
    blocks.reportDamage(damages);
    var infos = new ArrayList<BlockInfo>();
    for (var block : blocks.all()) {
      infos.add(StoreInspection.info(block, blocks.deletions(block).entries().size()));
    }
    return new StoreInventory(infos, damages.all());
  }

  @Override
  public void flush() {
    maintenance.flushAll();
  }

  @Override
  public String snapshot(boolean skipHead) {
    return maintenance.snapshot(skipHead);
  }

  @Override
  public void delete(List<Matcher> matchers, long from, long to) {
    try {
      maintenance.delete(matchers, from, to);
    } finally {
      blocks.changes().changed(from);
    }
  }

  @Override
  public List<Deletion> deletions() {
    return maintenance.deletions();
  }

  @Override
  public Deletion undoDeletion(long id) {
    try {
      return maintenance.undoDeletion(id);
    } finally {
      blocks.changes().changed(Long.MIN_VALUE);
    }
  }

  @Override
  public void cleanTombstones() {
    maintenance.cleanTombstones();
  }

  /** Makes durable what was appended, ends background work and unlocks the directory. */
  @Override
  public void close() {
    try (lock;
        metrics;
        blocks;
        head) {
      maintenance.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
