package io.narthex.sinks.block;

import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of blocks: what is in it after a crash, and how blocks leave it. */
public final class BlockFolder {
  /** Ends the name of a block that is being written or deleted. */
  static final String UNFINISHED = ".tmp";

  private static final Logger LOGGER = LoggerFactory.getLogger(BlockFolder.class);

  private BlockFolder() {}

  /**
   * What was found in a folder.
   *
   * @param blocks opened blocks, the oldest write first; the caller releases them
   * @param damaged blocks that cannot be read, with the reason; they are left where they are
   */
  public record Contents(List<Block> blocks, List<Damaged> damaged) {
    public Contents {
      blocks = List.copyOf(blocks);
      damaged = List.copyOf(damaged);
    }
  }

  /** A block that cannot be read. */
  public record Damaged(Path folder, FaultException reason) {}

  /**
   * Opens all blocks of a folder, after removing what a crash left behind: blocks half written or
   * half deleted, and blocks that a complete block replaces. What is neither is left alone, and the
   * log says so.
   */
  public static Contents open(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path above = directory.toAbsolutePath().getParent();
    if (above != null) {
      sync(above);
    }
    List<Path> children;
    try (Stream<Path> found = Files.list(directory)) {
      children = found.sorted().toList();
    }
    List<Block> blocks = new ArrayList<>();
    List<Damaged> damaged = new ArrayList<>();
    Set<String> replaced = new HashSet<>();
    for (Path child : children) {
      String name = child.getFileName().toString();
      if (isUnfinished(name)) {
        delete(child);
      } else if (BlockId.isValid(name) && Files.isDirectory(child)) {
        @Nullable Block block = tryOpen(child, damaged);
        if (block != null) {
          blocks.add(block);
          if (mayReplace(block, directory)) {
            replaced.addAll(block.meta().sources());
          }
        }
      } else {
        LOGGER.warn("{} is no block and is ignored", child);
      }
    }
    for (Block block : blocks) {
      if (replaced.contains(block.meta().id())) {
        block.deleteWhenReleased();
        block.release();
      }
    }
    blocks.removeIf(block -> replaced.contains(block.meta().id()));
    blocks.sort((a, b) -> BlockMeta.OLDEST_FIRST.compare(a.meta(), b.meta()));
    return new Contents(blocks, damaged);
  }

  /** Whether all of a block is sound, if blocks that it replaces are still there. */
  private static boolean mayReplace(Block block, Path directory) {
    if (block.meta().sources().stream().noneMatch(id -> Files.exists(directory.resolve(id)))) {
      return false;
    }
    try {
      block.verify();
      return true;
    } catch (FaultException e) {
      LOGGER.error("{} is damaged; the blocks it was made of are kept", block.folder(), e);
      return false;
    }
  }

  private static boolean isUnfinished(String name) {
    return name.endsWith(UNFINISHED)
        && BlockId.isValid(name.substring(0, name.length() - UNFINISHED.length()));
  }

  private static @Nullable Block tryOpen(Path folder, List<Damaged> damaged) {
    try {
      return Block.open(folder);
    } catch (FaultException e) {
      damaged.add(new Damaged(folder, e));
      return null;
    }
  }

  /** Takes a block's folder away at once, then deletes its files. */
  public static void remove(Path folder) throws IOException {
    Path aside = folder.resolveSibling(folder.getFileName() + UNFINISHED);
    Files.move(folder, aside, StandardCopyOption.ATOMIC_MOVE);
    delete(aside);
  }

  /** Deletes a folder with all it holds. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Waits until the disk has the names in a folder. */
  static void sync(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
