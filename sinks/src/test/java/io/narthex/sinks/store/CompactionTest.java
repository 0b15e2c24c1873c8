package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockOptions;
import io.narthex.sinks.block.BlockWriter;
import io.narthex.sinks.block.FailingFiles;
import io.narthex.sinks.block.FailingFiles.Use;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a merge leaves when the machine fails. */
class CompactionTest {
  private static final long HOUR = 3_600_000;
  private static final long START = 1_700_006_400_000L / (8 * HOUR) * (8 * HOUR);
  private static final long NOW = START + 24 * HOUR;

  @TempDir Path directory;

  private final FailingFiles files = new FailingFiles();
  private final BlockSet blocks = new BlockSet();
  private final Damages damages = new Damages(() -> NOW);

  @Test
  void run_outputThatCannotBeOpened_isRemovedLastFirstAndTheInputsAreMergedLater()
      throws IOException {
    write(1, START);
    write(2, START + HOUR);
    var compaction = compaction();
    var before = List.copyOf(blocks.all());
    var removed = new ArrayList<Path>();
    files.fail(
        (use, path) -> {
          if (use == Use.MOVE && !path.toString().endsWith(".tmp")) {
            removed.add(path.getFileName());
          }
          boolean inBlock = path.getParent().getParent().equals(directory);
          if (inBlock
              && !isOf(before, path.getParent())
              && path.endsWith("timestamps.arrow")
              && Files.exists(path)) {
            throw new IOException(path + ": Too many open files");
          }
        });
    assertThatThrownBy(() -> compaction.runToTheEnd(Set.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Too many open files");
    assertThat(removed).hasSizeGreaterThan(1).isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(blocks.all()).isEqualTo(before);
    assertThat(damages.all()).noneMatch(damage -> damage.part().equals("block"));
    try (var left = Files.list(directory)) {
      assertThat(left).allMatch(path -> isOf(before, path)).hasSize(2);
    }
    files.fail((use, path) -> {});
    assertThat(compaction.runToTheEnd(Set.of())).isEqualTo(1);
    assertThat(blocks.all()).hasSize(removed.size()).doesNotContainAnyElementsOf(before);
    blocks.close();
  }

  private static boolean isOf(List<Block> blocks, Path folder) {
    return blocks.stream().anyMatch(block -> folder.endsWith(block.meta().id()));
  }

  private Compaction compaction() throws IOException {
    blocks.load(files.path(directory), damages);
    var manifest = StoreManifest.open(directory, List.of(), blocks.all(), damages, 0);
    var pace = new CompactionPace(() -> false, () -> true, System::nanoTime, nanos -> {});
    return new Compaction(
        blocks, manifest, files.path(directory), Duration.ofHours(20), pace, damages);
  }

  /** A block of three hours. */
  private void write(int order, long from) throws IOException {
    var rows = new SampleBuffer();
    for (long time = from; time < from + 3 * HOUR; time += 60_000) {
      rows.add(time, time % 1000);
    }
    try (var writer = BlockWriter.create(directory, new BlockOptions(0, order, List.of()))) {
      writer.addSeries(Labels.of("__name__", "m"), rows);
      writer.finish();
    }
  }
}
