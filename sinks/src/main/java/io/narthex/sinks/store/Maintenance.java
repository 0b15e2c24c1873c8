package io.narthex.sinks.store;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.head.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the store in shape: flushes the head by time and size, and drops what is past its
 * retention. One such work at a time, in the background or for somebody who asks.
 */
final class Maintenance {
  private static final Logger LOGGER = LoggerFactory.getLogger(Maintenance.class);
  private static final long TICK_MILLIS = 1_000;
  private static final DateTimeFormatter SNAPSHOT_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final ReentrantLock working = new ReentrantLock();
  private final Head head;
  private final BlockSet blocks;
  private final Path blockDirectory;
  private final Path snapshotDirectory;
  private final StoreOptions options;
  private final StoreMetrics metrics;
  private final Flusher flusher;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var thread = new Thread(task, "narthex-store");
            thread.setDaemon(true);
            return thread;
          });
  private boolean stopped;
  private long lastFlush = System.nanoTime();

  Maintenance(
      Head head,
      BlockSet blocks,
      Path blockDirectory,
      Path snapshotDirectory,
      StoreOptions options,
      StoreMetrics metrics) {
    this.head = head;
    this.blocks = blocks;
    this.blockDirectory = blockDirectory;
    this.snapshotDirectory = snapshotDirectory;
    this.options = options;
    this.metrics = metrics;
    this.flusher = new Flusher(head, blocks, blockDirectory);
  }

  /** Begins work in the background. */
  void start() {
    timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Ends work in the background; waits for what is under way. */
  void stop() {
    timer.shutdown();
    working.lock();
    try {
      stopped = true;
    } finally {
      working.unlock();
    }
  }

  /** Flushes the head and brings the blocks into their final form. */
  void flushAll() {
    working.lock();
    try {
      flush();
      dropExpired();
    } catch (IOException e) {
      throw refused("the head cannot be flushed", e);
    } finally {
      working.unlock();
    }
  }

  /** Links the files of all blocks into a new folder; see the storage port. */
  String snapshot(boolean skipHead) {
    working.lock();
    try {
      if (!skipHead) {
        flush();
      }
      var name = SNAPSHOT_TIME.format(Instant.ofEpochMilli(options.clock().getAsLong()));
      for (var block : blocks.all()) {
        link(block, snapshotDirectory.resolve(name).resolve("blocks"));
      }
      return name;
    } catch (IOException e) {
      throw refused("the snapshot cannot be written", e);
    } finally {
      working.unlock();
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

  private static FaultException refused(String what, IOException cause) {
    return new FaultException(Fault.INTERNAL, what + ": " + cause, cause);
  }

  private void tick() {
    if (!isFlushDue()) {
      return;
    }
    working.lock();
    try {
      if (!stopped) {
        flush();
        dropExpired();
      }
    } catch (IOException | RuntimeException e) {
      metrics.failedCompactions.inc();
      LOGGER.error("the head cannot be flushed to {}; trying again later", blockDirectory, e);
    } finally {
      working.unlock();
    }
  }

  private boolean isFlushDue() {
    return System.nanoTime() - lastFlush >= options.flushInterval().toNanos()
        || head.range().currentBytes() >= options.flushBytes();
  }

  private void flush() throws IOException {
    if (stopped) {
      throw new FaultException(Fault.UNAVAILABLE, "the store is closed");
    }
    lastFlush = System.nanoTime();
    metrics.compactions.inc(flusher.flush());
  }

  private void dropExpired() {
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
      } else if (options.retentionBytes() > 0 && bytes > options.retentionBytes()) {
        metrics.sizeRetentions.inc();
        dropped.add(block);
      }
    }
    if (!dropped.isEmpty()) {
      LOGGER.info("{} blocks are past their retention and are deleted", dropped.size());
      dropped.forEach(Block::deleteWhenReleased);
      blocks.change(List.of(), dropped);
    }
  }

  /** The newest sample; one ahead of the clock does not make others old. */
  private long newest(List<Block> all) {
    long newest = head.range().maxTime();
    for (var block : all) {
      newest = Math.max(newest, block.meta().maxTime());
    }
    return Math.min(newest, options.clock().getAsLong());
  }
}
