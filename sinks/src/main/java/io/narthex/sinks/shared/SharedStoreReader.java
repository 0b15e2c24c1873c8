package io.narthex.sinks.shared;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.store.BlockView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a shared folder; writes nothing there. It sees the segments that were complete when {@link
 * #refresh} was last called. Safe for use by several threads.
 */
public final class SharedStoreReader implements SampleStore, AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(SharedStoreReader.class);

  private final Path directory;
  private final BlockView view = new BlockView();
  // Damaged blocks that were said to be; guarded by this.
  private final Set<Path> reported = new HashSet<>();

  /**
   * A reader that sees nothing before its first refresh.
   *
   * @param directory the shared folder; it may come to be later
   */
  public SharedStoreReader(Path directory) {
    this.directory = directory;
  }

  /**
   * Looks for new and vanished segments. A damaged one is left out and said so once.
   *
   * @return number of blocks now seen
   */
  public synchronized int refresh() throws IOException {
    Map<Path, Block> known = new HashMap<>();
    view.blocks().forEach(block -> known.put(block.folder(), block));
    List<Block> opened = new ArrayList<>();
    List<Block> present = new ArrayList<>();
    for (Path folder : SharedFolder.blocks(directory)) {
      Block block = known.remove(folder);
      if (block == null) {
        open(folder, opened);
      } else {
        present.add(block);
      }
    }
    Set<Path> replaced = new HashSet<>();
    for (List<Block> blocks : List.of(present, opened)) {
      for (Block block : blocks) {
        for (String source : block.meta().sources()) {
          replaced.add(block.folder().resolveSibling(source));
        }
      }
    }
    List<Block> gone = new ArrayList<>(known.values());
    present.stream().filter(block -> replaced.contains(block.folder())).forEach(gone::add);
    opened.stream().filter(block -> replaced.contains(block.folder())).forEach(Block::release);
    opened.removeIf(block -> replaced.contains(block.folder()));
    view.change(opened, gone);
    return view.blocks().size();
  }

  private void open(Path folder, List<Block> opened) {
    try {
      opened.add(Block.open(folder));
    } catch (FaultException e) {
      if (Files.exists(folder) && reported.add(folder)) {
        LOGGER.error("the block in {} is damaged and is not read", folder, e);
      }
    }
  }

  @Override
  public SeriesSelection select(Selector selector) {
    return view.select(selector);
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    return view.labelNames(lookup);
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    return view.labelValues(name, lookup);
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    return view.series(lookup);
  }

  @Override
  public StoreStatistics statistics() {
    return view.statistics();
  }

  /** Lets all blocks go. */
  @Override
  public synchronized void close() {
    view.close();
  }
}
