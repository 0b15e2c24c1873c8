package io.narthex.sinks.store;

import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockMeta;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The blocks that queries see, in order of writing. Changes are made by one thread at a time. */
final class BlockSet implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(BlockSet.class);

  private volatile List<Block> blocks = List.of();

  /** Opens what is in a folder; a damaged block is left out and said so. */
  void load(Path directory) throws IOException {
    var contents = BlockFolder.open(directory);
    for (var damaged : contents.damaged()) {
      LOGGER.error(
          "the block in {} is damaged and is not read", damaged.folder(), damaged.reason());
    }
    blocks = contents.blocks();
  }

  List<Block> all() {
    return blocks;
  }

  /** Takes blocks in and others out, at once. Those taken out are released. */
  void change(Collection<Block> in, Collection<Block> out) {
    var next = new ArrayList<>(blocks);
    next.removeAll(out);
    next.addAll(in);
    next.sort(Comparator.comparing(Block::meta, BlockMeta.OLDEST_FIRST));
    blocks = List.copyOf(next);
    out.forEach(Block::release);
  }

  /** Holds the blocks that overlap a range; the caller releases them. */
  List<Block> retain(long from, long to) {
    while (true) {
      var held = new ArrayList<Block>();
      boolean complete = true;
      for (var block : blocks) {
        if (block.meta().overlaps(from, to)) {
          complete = block.retain();
          if (!complete) {
            break;
          }
          held.add(block);
        }
      }
      if (complete) {
        return held;
      }
      held.forEach(Block::release);
    }
  }

  /** Lets all blocks go. */
  @Override
  public void close() {
    change(List.of(), blocks);
  }

  /** Bytes of all blocks. */
  long sizeInBytes() {
    return blocks.stream().mapToLong(block -> block.meta().sizeInBytes()).sum();
  }
}
