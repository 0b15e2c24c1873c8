package io.narthex.sinks.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.SampleBuffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedBlockTest {
  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir Path directory;

  private static void readAll(Path folder) {
    var block = Block.open(folder);
    for (String name : block.postings().names()) {
      for (String value : block.postings().values(name)) {
        assertThat(block.postings().get(name, value).isEmpty()).isFalse();
      }
    }
    var samples = new SampleBuffer();
    for (int id = 0; id < block.meta().series(); id++) {
      block.labels(id);
      block.read(id, Long.MIN_VALUE, Long.MAX_VALUE, samples);
    }
    assertThat((long) samples.size()).isEqualTo(block.meta().samples());
    block.release();
  }

  private Path write() throws IOException {
    var series = SeriesGenerator.series(random, 8, 1_700_000_000_000L);
    return directory.resolve(BlockTest.write(directory, series, BlockOptions.segment()).id());
  }

  @Test
  void read_byteChangedAnywhere_isRefusedByName() throws IOException {
    Path folder = write();
    for (int i = 0; i < 150; i++) {
      List<Path> files;
      try (var list = Files.list(folder)) {
        files = list.sorted().toList();
      }
      Path file = files.get(random.nextInt(files.size()));
      byte[] sound = Files.readAllBytes(file);
      byte[] damaged = sound.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, damaged);
      assertThatThrownBy(() -> readAll(folder))
          .as("rerun with -Dtest.seed=%d", seed)
          .isInstanceOfSatisfying(
              FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CORRUPT_BLOCK))
          .hasMessageContaining(file.getFileName().toString());
      Files.write(file, sound);
    }
    readAll(folder);
  }

  @Test
  void open_fileCutOrMissing_isRefusedByName() throws IOException {
    Path folder = write();
    for (String name : List.of(Tables.PAGES, Tables.SERIES, Tables.POSTINGS, MetaFile.NAME)) {
      Path file = folder.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(sound, sound.length / 2));
      assertThatThrownBy(() -> readAll(folder)).hasMessageContaining(name);
      Files.delete(file);
      assertThatThrownBy(() -> readAll(folder)).hasMessageContaining(name);
      Files.write(file, sound);
    }
    var contents = BlockFolder.open(directory);
    assertThat(contents.damaged()).isEmpty();
    Files.delete(folder.resolve(Tables.PAGES));
    contents = BlockFolder.open(directory);
    assertThat(contents.blocks()).isEmpty();
    assertThat(contents.damaged()).hasSize(1);
    assertThat(contents.damaged().get(0).folder()).isEqualTo(folder);
    assertThat(folder).exists();
  }

  @Test
  void open_laterVersion_isRefused() throws IOException {
    Path folder = write();
    Path file = folder.resolve(MetaFile.NAME);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"version\":2", "\"version\":3"));
    assertThatThrownBy(() -> Block.open(folder))
        .hasMessageContaining("version 3, this program reads 2");
  }
}
