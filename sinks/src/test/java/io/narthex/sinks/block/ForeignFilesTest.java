package io.narthex.sinks.block;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ForeignFilesTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.narthex.sinks");

  @TempDir Path directory;
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    LOGGER.addAppender(log);
  }

  @AfterEach
  void listenNoMore() {
    LOGGER.detachAppender(log);
  }

  @Test
  void open_foreignAndEmptyFiles_startsAndSaysWhatIsIgnored() throws IOException {
    try (var store = open()) {
      append(store, NOW);
      store.flush();
      append(store, NOW + 1);
    }
    Path blocks = directory.resolve("blocks");
    Path note = Files.writeString(blocks.resolve("note.txt"), "not ours");
    Path lost = Files.createDirectory(blocks.resolve("lost+found"));
    Path named = Files.createFile(blocks.resolve(BlockId.next()));
    Path halfDeleted = Files.createFile(blocks.resolve(BlockId.next() + ".tmp"));
    Path empty = Files.createDirectory(blocks.resolve(BlockId.next()));
    Files.createFile(empty.resolve("meta.json"));
    Files.createFile(directory.resolve("wal").resolve("99999999-00000000.wal"));
    Files.createFile(directory.resolve("wal").resolve("00000000"));
    Path other = Files.createDirectory(directory.resolve("chunks_head"));

    try (var store = open()) {
      append(store, NOW + 2);
      assertThat(store.statistics().blocks()).isEqualTo(1);
      assertThat(store.series(new Lookup(List.of(), NOW, NOW, 0))).hasSize(1);
      assertThat(store.series(new Lookup(List.of(), NOW + 1, NOW + 1, 0))).hasSize(1);
    }
    assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
        .contains(
            note + " is no block and is ignored",
            lost + " is no block and is ignored",
            named + " is no block and is ignored",
            directory.resolve("wal").resolve("00000000")
                + " is no file of the write-ahead log and is ignored",
            "damage in "
                + empty
                + ": "
                + empty.resolve("meta.json")
                + " has not two lines; restore the block from a copy or remove its folder;"
                + " the block is set aside, not read");
    assertThat(halfDeleted).doesNotExist();
    assertThat(List.of(note, lost, named, empty, other))
        .allSatisfy(path -> assertThat(path).exists());
  }

  private BlockStore open() {
    var options = StoreOptions.DEFAULT.withClock(() -> NOW);
    return BlockStore.open(directory, options, new PrometheusRegistry());
  }

  private static void append(BlockStore store, long time) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    batch.series(Labels.of("__name__", "m")).value(1);
    store.append(batch.build()).join();
  }
}
