package io.narthex.sinks.store;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.runtime.SteadyClock;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.head.Head;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store in shape: flushes the head by time and size, merges blocks, and drops what is
 * past its retention; in the background, or at once for somebody who asks. Flushing goes on while
 * blocks are merged, so that the head stays small; apart from that there is one such work at a
 * time.
 */
final class Maintenance {
  private static final Logger LOGGER = LoggerFactory.getLogger(Maintenance.class);
  private static final long TICK_MILLIS = 1_000;
  private static final long COMPACTION_MILLIS = 10_000;
  private static final long STALE_CHECK_NANOS = 15_000_000_000L;
  private static final DateTimeFormatter SNAPSHOT_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final ReentrantLock flushing = new ReentrantLock();
  private final ReentrantLock compacting = new ReentrantLock(); // taken before flushing
  private final Head head;
  private final BlockSet blocks;
  private final DeletionLedger deletions;
  private final StoreManifest manifest;
  private final Path blockDirectory;
  private final Path snapshotDirectory;
  private final StoreOptions options;
  private final StoreMetrics metrics;
  private final Damages damages;
  private final SteadyClock retentionClock; // used under the lock of compacting
  private final Flusher flusher;
  private final Compaction compaction;
  private final CompactionPace pace;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final ScheduledExecutorService timer =
      Executors.newScheduledThreadPool(
          2,
          task -> {
            var thread = new Thread(task, "narthex-store");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean stopped;
  private volatile long lastFlush = System.nanoTime();
  private long lastStaleCheck = System.nanoTime(); // by the thread that flushes

  Maintenance(
      Head head,
      BlockSet blocks,
      DeletionLedger deletions,
      StoreManifest manifest,
      Path blockDirectory,
      Path snapshotDirectory,
      StoreOptions options,
      StoreMetrics metrics,
      Damages damages) {
    this.head = head;
    this.blocks = blocks;
    this.deletions = deletions;
    this.manifest = manifest;
    this.blockDirectory = blockDirectory;
    this.snapshotDirectory = snapshotDirectory;
    this.options = options;
    this.metrics = metrics;
    this.damages = damages;
    long stored = Math.min(newestStored(head, blocks.all()), options.clock().getAsLong());
    this.retentionClock =
        new SteadyClock(options.clock(), System::nanoTime, SteadyClock.Doubt.OF_RETENTION, stored);
    double idleShare = options.staleSeriesThreshold() > 0 ? options.staleSeriesThreshold() : 1;
    this.flusher = new Flusher(head, blocks, manifest, blockDirectory, idleShare, options.clock());
    this.pace =
        new CompactionPace(
            blocks::isRead, compacting::hasQueuedThreads, System::nanoTime, this::awaitStop);
    this.compaction =
        new Compaction(blocks, manifest, blockDirectory, options.head().retention(), pace, damages);
  }

  /** Begins work in the background. */
  void start() {
    timer.execute(head::orderSeries); // after a replay they are many: no query is to wait for it
    timer.scheduleWithFixedDelay(this::flushIfDue, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    timer.scheduleWithFixedDelay(
        this::compactIfDue, TICK_MILLIS, COMPACTION_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Ends work in the background: a merge is given up, for anything else it waits. */
  void stop() {
    timer.shutdown();
    pace.close();
    stopping.countDown();
    compacting.lock();
    flushing.lock();
    try {
      stopped = true;
    } finally {
      flushing.unlock();
      compacting.unlock();
    }
  }

  /** Flushes the head and brings the blocks into their final form. */
  void flushAll() {
    exclusively("the head cannot be flushed", this::flushAndCompact);
  }

  /** Deletes samples; see the storage port. */
  void delete(List<Matcher> matchers, long from, long to) {
    exclusively(
        "samples cannot be deleted",
        () -> {
          flushing.lock();
          try {
            flush();
            deletions.delete(matchers, from, to);
            head.forget(matchers, from, to);
          } finally {
            flushing.unlock();
          }
        });
  }

  /** What was deleted; see the storage port. */
  List<Deletion> deletions() {
    return deletions.all();
  }

  /** Shows deleted samples again; see the storage port. */
  Deletion undoDeletion(long id) {
    var undone = new ArrayList<Deletion>(1);
    exclusively("the deletion cannot be undone", () -> undone.add(deletions.undo(id)));
    return undone.get(0);
  }

  /** Rewrites blocks without what was deleted; see the storage port. */
  void cleanTombstones() {
    exclusively("tombstones cannot be cleaned", compaction::cleanTombstones);
  }

  /** Links the files of all blocks into a new folder; see the storage port. */
  String snapshot(boolean skipHead) {
    var name = SNAPSHOT_TIME.format(Instant.ofEpochMilli(options.clock().getAsLong()));
    exclusively(
        "the snapshot cannot be written",
        () -> {
          if (!skipHead) {
            flush();
          }
          var copy = snapshotDirectory.resolve(name);
          var copied = blocks.all();
          for (var block : copied) {
            link(block, copy.resolve("blocks"));
          }
          Files.createDirectories(copy);
          deletions.copyTo(copy);
          manifest.writeCopy(copy, copied);
        });
    return name;
  }

  /** Work on files. */
  private interface Work {
    void run() throws IOException;
  }

  private void exclusively(String what, Work work) {
    compacting.lock();
    try {
      if (stopped) {
        throw new FaultException(Fault.UNAVAILABLE, "the store is closed");
      }
      work.run();
    } catch (IOException e) {
      throw new FaultException(
          pace.isClosed() ? Fault.UNAVAILABLE : Fault.INTERNAL, what + ": " + e, e);
    } finally {
      compacting.unlock();
    }
  }

  private static void link(Block block, Path into) throws IOException {
    var target = into.resolve(block.meta().id());
    Files.createDirectories(target);
    try (var files = Files.newDirectoryStream(block.folder())) {
      for (var file : files) {
        Files.createLink(target.resolve(file.getFileName()), file);
      }
    }
  }

  private void awaitStop(long nanos) throws InterruptedException {
    boolean unused = stopping.await(nanos, TimeUnit.NANOSECONDS);
  }

  private void flushIfDue() {
    if (stopped || !isFlushDue()) {
      return;
    }
    try {
      flush();
    } catch (IOException | RuntimeException | Error e) { // else the timer would never come again
      metrics.failedCompactions.inc();
      LOGGER.error("the head cannot be flushed to {}; trying again later", blockDirectory, e);
    }
  }

  private void compactIfDue() {
    blocks.reportDamage(damages);
    manifest.writeIfStale();
    compacting.lock();
    try {
      if (!stopped) {
        deletions.writeIfStale();
        compact();
      }
    } catch (InterruptedIOException e) {
      LOGGER.debug("a merge is given up: {}", e.getMessage());
    } catch (IOException | RuntimeException | Error e) { // else the timer would never come again
      metrics.failedCompactions.inc();
      LOGGER.error("blocks in {} cannot be merged; trying again later", blockDirectory, e);
    } finally {
      compacting.unlock();
    }
  }

  private void flushAndCompact() throws IOException {
    flush();
    dropExpired();
    metrics.compactions.inc(compaction.runToTheEnd(deletedLately()));
  }

  private boolean isFlushDue() {
    return System.nanoTime() - lastFlush >= options.flushInterval().toNanos()
        || head.range().currentBytes() >= options.flushBytes()
        || hasManyStale();
  }

  /** Looks at all series, hence not at each tick. */
  private boolean hasManyStale() {
    if (options.staleSeriesThreshold() <= 0
        || System.nanoTime() - lastStaleCheck < STALE_CHECK_NANOS) {
      return false;
    }
    lastStaleCheck = System.nanoTime();
    int stale = head.staleSeriesCount();
    return stale > 0 && stale >= options.staleSeriesThreshold() * head.seriesCount();
  }

  private void flush() throws IOException {
    flushing.lock();
    try {
      if (stopped) {
        return;
      }
      lastFlush = System.nanoTime();
      metrics.compactions.inc(flusher.flush());
    } finally {
      flushing.unlock();
    }
  }

  private void compact() throws IOException {
    dropExpired();
    long completeBefore = Math.min(newest(blocks.all()), head.range().minTime());
    metrics.compactions.inc(compaction.run(completeBefore, deletedLately()));
  }

  /** Blocks that have deletions which can still be undone. */
  private Set<String> deletedLately() {
    long young = options.clock().getAsLong() - options.undoWindow().toMillis();
    return deletions.blocksOfThoseAfter(young);
  }

  private void dropExpired() throws IOException {
    long mostBytes = mostBytes();
    var all = blocks.all();
    long newest = newest(all);
    long retention = options.head().retention().toMillis();
    var dropped = new ArrayList<Block>();
    long bytes = 0;
    var newestFirst = new ArrayList<>(all);
    newestFirst.sort((a, b) -> Long.compare(b.meta().maxTime(), a.meta().maxTime()));
    for (var block : newestFirst) {
      bytes += block.meta().sizeInBytes();
      if (retention > 0 && newest - block.meta().maxTime() >= retention) {
        metrics.timeRetentions.inc();
        dropped.add(block);
      } else if (bytes > mostBytes) {
        metrics.sizeRetentions.inc();
        dropped.add(block);
      }
    }
    if (!dropped.isEmpty()) {
      LOGGER.info("{} blocks are past their retention and are deleted", dropped.size());
      manifest.change(List.of(), dropped.stream().map(block -> block.meta().id()).toList());
      dropped.forEach(Block::deleteWhenReleased);
      blocks.change(List.of(), dropped);
    }
  }

  /** Bytes that all blocks may take. */
  private long mostBytes() throws IOException {
    long most = options.retentionBytes() > 0 ? options.retentionBytes() : Long.MAX_VALUE;
    if (options.retentionPercentage() > 0) {
      long disk = Files.getFileStore(blockDirectory).getTotalSpace();
      most = Math.min(most, (long) (disk * (options.retentionPercentage() / 100)));
    }
    return most;
  }

  /**
   * The newest sample; one ahead of the clock, or of a clock that just jumped, does not make others
   * old.
   */
  private long newest(List<Block> all) {
    return Math.min(newestStored(head, all), retentionClock.now());
  }

  private static long newestStored(Head head, List<Block> all) {
    long newest = head.range().maxTime();
    for (var block : all) {
      newest = Math.max(newest, block.meta().maxTime());
    }
    return newest;
  }
}
