package io.narthex.sinks.store;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.StoreInventory;
import io.narthex.pipeline.storage.StoreInventory.BlockInfo;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockAnalysis;
import io.narthex.sinks.block.BlockId;
import io.narthex.sinks.wal.FrameInput;
import io.narthex.sinks.wal.WalListener;
import io.narthex.sinks.wal.WalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks into the folder of a store, also while a process has it open: reads only, takes no lock and
 * mends nothing. What changes meanwhile may be told as missing.
 */
public final class StoreInspection {
  private final Path directory;
  private final Path blocks;

  /**
   * An inspection.
   *
   * @param directory the folder of a store, or a snapshot of one
   * @throws FaultException {@code NOT_FOUND} if it is none
   */
  public StoreInspection(Path directory) {
    this.directory = directory;
    this.blocks = directory.resolve("blocks");
    if (!Files.isDirectory(blocks)) {
      throw new FaultException(
          Fault.NOT_FOUND,
          directory
              + " is no store: it has no folder \"blocks\"; --storage.path names the right one");
    }
  }

  /** Told how far a verification is. */
  public interface Progress {
    /**
     * A file or folder is about to be read.
     *
     * @param done how many were read
     * @param total how many there are
     */
    void at(Path place, int done, int total);
  }

  /** All blocks, the oldest name first, and those that cannot be opened. */
  public StoreInventory list() throws IOException {
    var damages = new Damages(System::currentTimeMillis);
    var infos = new ArrayList<BlockInfo>();
    for (var folder : folders()) {
      try {
        var block = Block.open(folder);
        infos.add(info(block, DeletionFile.read(folder).size()));
      } catch (FaultException e) {
        damages.report("block", folder.toString(), "" + e.getMessage());
      } catch (IOException e) {
        damages.report("deletions", folder.toString(), "" + e.getMessage());
      }
    }
    return new StoreInventory(infos, damages.all());
  }

  /**
   * Where the bytes of a block are.
   *
   * @param id name of the block
   * @param limit longest list of metrics and of labels
   * @throws FaultException {@code NOT_FOUND} if there is no such block, {@code CORRUPT_BLOCK} if it
   *     cannot be read
   */
  public BlockAnalysis analyze(String id, int limit) {
    var folder = blocks.resolve(id);
    if (!BlockId.isValid(id) || !Files.isDirectory(folder)) {
      throw new FaultException(Fault.NOT_FOUND, "there is no block " + id + " in " + blocks);
    }
    return BlockAnalysis.of(Block.open(folder), limit);
  }

  /** Reads every byte of blocks, lists of deletions and log; says what is damaged or missing. */
  public StoreInventory verify(Progress progress) throws IOException {
    var damages = new Damages(System::currentTimeMillis);
    var folders = folders();
    var sound = new ArrayList<Block>();
    int done = 0;
    for (var folder : folders) {
      progress.at(folder, done++, folders.size() + 1);
      verify(folder, sound, damages);
    }
    progress.at(directory.resolve("wal"), done, folders.size() + 1);
    if (Files.exists(directory.resolve(StoreManifest.NAME))) {
      StoreManifest.compare(directory, sound, damages, Long.MIN_VALUE);
    }
    for (var damage : DeletionJournal.read(directory).damages()) {
      damages.report("deletions", directory.resolve(DeletionJournal.NAME).toString(), damage);
    }
    verifyLog(directory.resolve("wal"), damages);
    var infos = new ArrayList<BlockInfo>();
    for (var block : sound) {
      infos.add(info(block, DeletionFile.read(block.folder()).size()));
    }
    return new StoreInventory(infos, damages.all());
  }

  /**
   * Has what is known to be lost for good, such as a block whose folder is missing, not told at
   * each start any more.
   *
   * @return what that was
   * @throws IOException if a process has the store open
   */
  public List<StoreInventory.Damage> acceptLosses() throws IOException {
    try (var lock = DirectoryLock.acquire(directory)) {
      return StoreManifest.acceptLosses(directory);
    }
  }

  private static void verify(Path folder, List<Block> sound, Damages damages) {
    try {
      var block = Block.open(folder);
      block.verify();
      DeletionFile.read(folder);
      sound.add(block);
    } catch (FaultException e) {
      damages.report("block", folder.toString(), "" + e.getMessage());
    } catch (IOException e) {
      damages.report("deletions", folder.toString(), "" + e.getMessage());
    }
  }

  private static void verifyLog(Path log, Damages damages) throws IOException {
    if (!Files.isDirectory(log)) {
      return; // a snapshot has none
    }
    WalReader.verify(
        log,
        new WalReader.Visitor() {
          @Override
          public void beginScope(long scope) {}

          @Override
          public void frame(FrameInput payload) {}

          @Override
          public void endScope() {}
        },
        new WalListener() {
          @Override
          public void missing(Path file, String reason) {
            damages.report("wal", file.toString(), reason);
          }

          @Override
          public void corrupt(Path file, long offset, long length) {
            damages.report("wal", file + " at " + offset, length + " bytes are no valid frames");
          }
        });
  }

  static BlockInfo info(Block block, int deletions) {
    var meta = block.meta();
    return new BlockInfo(
        meta.id(),
        meta.minTime(),
        meta.maxTime(),
        meta.level(),
        meta.series(),
        meta.samples(),
        block.pageCount(),
        meta.sizeInBytes(),
        meta.sources(),
        deletions);
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> found = Files.list(blocks)) {
      return found.filter(path -> BlockId.isValid(path.getFileName().toString())).sorted().toList();
    }
  }
}
