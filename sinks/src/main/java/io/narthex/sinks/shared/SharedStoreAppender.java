package io.narthex.sinks.shared;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockOptions;
import io.narthex.sinks.block.BlockWriter;
import io.narthex.sinks.compact.CompactionOptions;
import io.narthex.sinks.compact.CompactionPlan;
import io.narthex.sinks.compact.Compactor;
import io.narthex.sinks.compact.Tombstones;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a shared folder: batches are kept in memory and written as a segment at each
 * checkpoint, when their futures complete. Samples that a restart brings a second time are
 * harmless: of two with one time the later segment's is read.
 *
 * <p>Each writer has a folder of its own, {@code <directory>/segments/<writer>}, so that it may
 * tidy up and merge there while others write. Memory is bounded: at the limit of samples a segment
 * is written before the checkpoint, by the thread that appends. Safe for use by several threads.
 */
public final class SharedStoreAppender implements SampleAppender, AutoCloseable {
  private final Path folder;
  private final long maxSamples;

  // Guards buffer and waiting.
  private final Object appending = new Object();
  private final ReentrantLock writing = new ReentrantLock();
  private SegmentBuffer buffer = new SegmentBuffer();
  private List<Waiter> waiting = new ArrayList<>();

  private record Waiter(CompletableFuture<AppendResult> future, AppendResult result) {}

  /**
   * A writer.
   *
   * @param directory the shared folder
   * @param writer a name that no other running writer has, such as the number of a subtask; of
   *     letters, digits, dots, dashes and underscores
   * @param maxSamples samples kept in memory at most
   */
  public SharedStoreAppender(Path directory, String writer, long maxSamples) throws IOException {
    if (!writer.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException(
          "writer \"" + writer + "\": letters, digits, dots, dashes and underscores are right");
    }
    this.folder = SharedFolder.segments(directory).resolve(writer);
    this.maxSamples = maxSamples;
    BlockFolder.open(folder).blocks().forEach(Block::release);
  }

  @Override
  public CompletableFuture<AppendResult> append(SampleBatch batch) {
    int histograms = 0;
    for (int row = 0; batch.hasHistograms() && row < batch.rowCount(); row++) {
      histograms += batch.histogram(row) == null ? 0 : 1;
    }
    var result = new AppendResult(batch.rowCount() - histograms, histograms, 0, List.of());
    var future = new CompletableFuture<AppendResult>();
    boolean full;
    synchronized (appending) {
      buffer.append(batch);
      waiting.add(new Waiter(future, result));
      full = buffer.samples() >= maxSamples;
    }
    if (full) {
      sync();
    }
    return future;
  }

  /** Writes what was appended before as a segment, and completes its futures. */
  @Override
  public void sync() {
    writing.lock();
    try {
      SegmentBuffer taken;
      List<Waiter> waiters;
      synchronized (appending) {
        taken = buffer;
        waiters = waiting;
        buffer = new SegmentBuffer();
        waiting = new ArrayList<>();
      }
      write(taken, waiters);
    } finally {
      writing.unlock();
    }
  }

  private void write(SegmentBuffer taken, List<Waiter> waiters) {
    try {
      if (taken.samples() > 0) {
        try (var writer = BlockWriter.create(folder, BlockOptions.segment())) {
          taken.write(writer);
          writer.finish();
        }
      }
    } catch (IOException | RuntimeException e) {
      var fault =
          new FaultException(
              Fault.UNAVAILABLE, "no segment can be written to " + folder + ": " + e, e);
      waiters.forEach(waiter -> waiter.future.completeExceptionally(fault));
      return;
    }
    waiters.forEach(waiter -> waiter.future.complete(waiter.result));
  }

  /**
   * Merges this writer's segments as far as it is due. May take long; appending goes on meanwhile,
   * checkpoints wait.
   *
   * @param completeBefore see {@link CompactionPlan#next}
   * @return merges made
   */
  public int compact(CompactionOptions options, long completeBefore) throws IOException {
    writing.lock();
    List<Block> blocks = new ArrayList<>(BlockFolder.open(folder).blocks());
    try {
      int merges = 0;
      var compactor = new Compactor(folder, Tombstones.NONE);
      var plan = next(blocks, completeBefore, options);
      while (plan != null) {
        var ids = plan.blocks();
        List<Block> inputs = new ArrayList<>(blocks);
        inputs.removeIf(block -> !ids.contains(block.meta().id()));
        for (var meta : compactor.merge(inputs, plan.window())) {
          blocks.add(Block.open(folder.resolve(meta.id())));
        }
        blocks.removeAll(inputs);
        inputs.forEach(Block::deleteWhenReleased);
        inputs.forEach(Block::release);
        merges++;
        plan = next(blocks, completeBefore, options);
      }
      return merges;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      blocks.forEach(Block::release);
      writing.unlock();
    }
  }

  private static @Nullable CompactionPlan next(
      List<Block> blocks, long completeBefore, CompactionOptions options) {
    var metas = blocks.stream().map(Block::meta).toList();
    return CompactionPlan.next(metas, completeBefore, options, Set.of()).orElse(null);
  }

  /** Writes what is left. */
  @Override
  public void close() {
    sync();
  }
}
