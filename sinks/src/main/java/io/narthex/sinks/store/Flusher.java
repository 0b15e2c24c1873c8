package io.narthex.sinks.store;

import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockOptions;
import io.narthex.sinks.block.BlockWriter;
import io.narthex.sinks.head.Frozen;
import io.narthex.sinks.head.Head;
import io.narthex.sinks.head.RowOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Moves samples from the head into segments: what was frozen is written, made visible in the place
 * of the head's copy, and then the log that held it is deleted. What cannot be written stays in the
 * head and in the log, and comes first the next time. Confined to one thread at a time.
 */
final class Flusher {
  private final Head head;
  private final BlockSet blocks;
  private final StoreManifest manifest;
  private final Path directory;
  private final ArrayDeque<Frozen> pending = new ArrayDeque<>();
  private final double idleShare;
  private final LongSupplier clock;
  private long lastOrder;

  /**
   * A flusher.
   *
   * @param idleShare of the series, from which on they leave the head; see {@link Head#freeze}
   * @param clock milliseconds since the epoch; it may be set back
   */
  Flusher(
      Head head,
      BlockSet blocks,
      StoreManifest manifest,
      Path directory,
      double idleShare,
      LongSupplier clock) {
    this.head = head;
    this.blocks = blocks;
    this.manifest = manifest;
    this.directory = directory;
    this.idleShare = idleShare;
    this.clock = clock;
    for (var block : blocks.all()) {
      lastOrder = Math.max(lastOrder, block.meta().order());
    }
  }

  /**
   * Writes all that the head holds at this moment.
   *
   * @return number of segments written
   */
  int flush() throws IOException {
    int written = writePending();
    freeze();
    return written + writePending();
  }

  private int writePending() throws IOException {
    int written = 0;
    for (var frozen = pending.peek(); frozen != null; frozen = pending.peek()) {
      write(frozen);
      pending.remove(); // before the log goes: if that fails, this must not be written again
      written++;
      head.dropLog(frozen);
    }
    return written;
  }

  private void freeze() {
    var frozen = head.freeze(idleShare);
    if (frozen != null) {
      pending.add(frozen);
    }
  }

  /** Greater than that of all segments before: a later write wins, whatever the clock does. */
  private long nextOrder() {
    lastOrder = Math.max(lastOrder + 1, clock.getAsLong());
    return lastOrder;
  }

  private void write(Frozen frozen) throws IOException {
    head.saveNotes();
    var series = frozen.series();
    String id;
    try (var writer = BlockWriter.create(directory, new BlockOptions(0, nextOrder(), List.of()))) {
      var rows = new SampleBuffer();
      for (int i = 0; i < series.size(); i++) {
        rows.clear();
        series.read(i, Long.MIN_VALUE, Long.MAX_VALUE, rows);
        RowOrder.restore(rows, 0);
        writer.addSeries(series.labels(i), rows);
      }
      id = writer.finish().id();
    }
    var block = open(id);
    manifest.change(List.of(id), List.of());
    head.retire(frozen, () -> blocks.change(List.of(block), List.of()));
  }

  /** Opens what was written; if that fails, it is written again, so this may not stay. */
  private Block open(String id) throws IOException {
    try {
      return Block.open(directory.resolve(id));
    } catch (RuntimeException e) {
      BlockFolder.remove(directory.resolve(id));
      throw e;
    }
  }
}
