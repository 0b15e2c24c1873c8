package io.narthex.sinks.shared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.compact.CompactionOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStoreTest {
  private static final long START = 1_700_006_400_000L;
  private static final long STEP = 15_000;

  @TempDir Path directory;

  private static SampleBatch batch(int round, int firstSeries, int series, double value) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), START + round * STEP);
    for (int s = firstSeries; s < firstSeries + series; s++) {
      batch.series(Labels.of("__name__", "m", "s", String.format("%04d", s))).value(value);
    }
    return batch.build();
  }

  private static List<String> read(SharedStoreReader reader, Matcher... matchers) {
    List<String> found = new ArrayList<>();
    var selector = new Selector(List.of(matchers), START, Long.MAX_VALUE, true);
    try (var selection = reader.select(selector)) {
      for (int i = 0; i < selection.size(); i++) {
        var samples = new SampleBuffer();
        selection.read(i, Long.MIN_VALUE, Long.MAX_VALUE, samples);
        var text = new StringBuilder(selection.labels(i).get("s")).append(':');
        for (int row = 0; row < samples.size(); row++) {
          text.append(' ')
              .append((samples.timestamps()[row] - START) / STEP)
              .append('=')
              .append(samples.values()[row]);
        }
        found.add(text.toString());
      }
    }
    return found;
  }

  @Test
  void sync_batchesOfTwoWriters_areReadAsOneSeries() throws IOException {
    try (var reader = new SharedStoreReader(directory);
        var one = new SharedStoreAppender(directory, "sink-0", 1000);
        var two = new SharedStoreAppender(directory, "sink-1", 1000)) {
      assertThat(reader.refresh()).isZero();
      var first = one.append(batch(0, 0, 2, 1));
      var second = two.append(batch(1, 1, 2, 2));
      assertThat(first).isNotDone();
      one.sync();
      two.sync();
      assertThat(first.join().samples()).isEqualTo(2);
      assertThat(second).isCompleted();
      assertThat(read(reader)).isEmpty();
      assertThat(reader.refresh()).isEqualTo(2);
      assertThat(read(reader)).containsExactly("0000: 0=1.0", "0001: 0=1.0 1=2.0", "0002: 1=2.0");
      assertThat(read(reader, Matcher.equal("s", "0002"))).containsExactly("0002: 1=2.0");
      assertThat(reader.labelValues("s", new Lookup(List.of(), START, START + 10, 0)))
          .containsExactly("0000", "0001");
    }
  }

  @Test
  void refresh_nothingNew_whatWasSelectedIsStillKnown() throws IOException {
    try (var reader = new SharedStoreReader(directory);
        var writer = new SharedStoreAppender(directory, "sink-0", 10_000)) {
      writer.append(batch(0, 0, 3_000, 1));
      writer.sync();
      assertThat(reader.refresh()).isEqualTo(1);
      assertThat(looks(reader)).isPositive();
      assertThat(reader.refresh()).isEqualTo(1);
      assertThat(looks(reader)).isZero();
      writer.append(batch(1, 0, 3_000, 1));
      writer.sync();
      assertThat(reader.refresh()).isEqualTo(2);
      assertThat(looks(reader)).isPositive();
    }
  }

  /** How often a selection of all looks whether it is still wanted: never if it is known. */
  private static int looks(SharedStoreReader reader) {
    var looks = new AtomicInteger();
    var all = List.of(Matcher.of("s", Matcher.Type.REGEX, "[0-9]+"));
    reader.select(new Selector(all, 0, Long.MAX_VALUE, true, looks::incrementAndGet)).close();
    return looks.get();
  }

  @Test
  void append_sameTimeAgain_lastWriteIsRead() throws IOException {
    try (var reader = new SharedStoreReader(directory);
        var writer = new SharedStoreAppender(directory, "w", 1000)) {
      writer.append(batch(3, 0, 1, 1));
      writer.append(batch(1, 0, 1, 5));
      writer.append(batch(3, 0, 1, 2));
      writer.sync();
      reader.refresh();
      assertThat(read(reader)).containsExactly("0000: 1=5.0 3=2.0");
    }
  }

  @Test
  void append_beyondTheLimit_writesBeforeTheCheckpoint() throws IOException {
    try (var writer = new SharedStoreAppender(directory, "w", 2500)) {
      var first = writer.append(batch(0, 0, 2000, 1));
      assertThat(first).isNotDone();
      writer.append(batch(1, 0, 2000, 1));
      assertThat(first).isCompleted();
    }
  }

  @Test
  void compact_segmentsOfAWindow_areOneBlockForReaders() throws IOException {
    try (var reader = new SharedStoreReader(directory);
        var writer = new SharedStoreAppender(directory, "w", 1_000_000)) {
      for (int round = 0; round < 20; round++) {
        writer.append(batch(round, round % 3, 4, round));
        writer.sync();
      }
      assertThat(reader.refresh()).isEqualTo(20);
      var before = read(reader);
      var options = CompactionOptions.forRetention(Duration.ofDays(15));
      assertThat(writer.compact(options, START + 100 * 3_600_000L)).isEqualTo(1);
      assertThat(read(reader)).isEqualTo(before);
      assertThat(reader.refresh()).isEqualTo(1);
      assertThat(read(reader)).isEqualTo(before);
    }
  }

  @Test
  void sync_folderCannotBeWritten_failsTheFutures() throws IOException {
    try (var writer = new SharedStoreAppender(directory, "w", 1000)) {
      Path folder = directory.resolve("segments/w");
      Files.delete(folder);
      Files.writeString(folder, "a file where the folder was");
      var future = writer.append(batch(0, 0, 1, 1));
      writer.sync();
      assertThatThrownBy(future::join)
          .hasCauseInstanceOf(FaultException.class)
          .hasMessageContaining("no segment can be written");
    }
  }
}
