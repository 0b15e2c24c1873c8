package io.narthex.sinks.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrometheusDirectoryTest {
  private static final long TIME = 1_000_000;

  @TempDir Path directory;

  @Test
  void log_isImportedWithoutDeletedSamples() throws IOException {
    writeLog(record(seriesRecord()), record(samplesRecord()), record(deletionRecord()));

    var read = importAll();

    assertThat(read.summary.isComplete()).isTrue();
    assertThat(read.summary.series()).isEqualTo(1);
    assertThat(read.times).containsExactly(TIME, TIME + 2000);
    assertThat(read.values).containsExactly(1.5, -0.0);
  }

  @Test
  void damagedRecord_endsItsSegmentAndIsTold() throws IOException {
    var damaged = record(samplesRecord());
    damaged[damaged.length - 1] ^= 1;
    writeLog(record(seriesRecord()), record(samplesRecord()), damaged);

    var read = importAll();

    assertThat(read.summary.faults()).singleElement().asString().contains("wrong checksum");
    assertThat(read.times).hasSize(3);
  }

  @Test
  void folderOfSomethingElse_isRefused() {
    assertThatThrownBy(this::importAll)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neither blocks nor a folder wal");
  }

  private record Read(ImportSummary summary, long[] times, double[] values) {}

  private Read importAll() throws IOException {
    var options = StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0);
    try (var store =
        BlockStore.open(directory.resolve("store"), options, new PrometheusRegistry())) {
      var into = new Import(store, store, (part, share, samples) -> {});
      PrometheusDirectory.read(directory, into);
      var all =
          new Selector(
              List.of(Matcher.equal("__name__", "up")), Long.MIN_VALUE, Long.MAX_VALUE, true);
      try (var selection = store.select(all)) {
        var rows = new SampleBuffer();
        selection.read(0, Long.MIN_VALUE, Long.MAX_VALUE, rows);
        return new Read(
            into.summary(),
            Arrays.copyOf(rows.timestamps(), rows.size()),
            Arrays.copyOf(rows.values(), rows.size()));
      }
    }
  }

  private static byte[] seriesRecord() throws IOException {
    return bytes(
        out -> {
          out.writeByte(1);
          out.writeLong(7);
          out.writeByte(2);
          for (var text : List.of("__name__", "up", "job", "a")) {
            out.writeByte(text.length());
            out.write(text.getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  /** Three samples of series 7, a second apart. */
  private static byte[] samplesRecord() throws IOException {
    return bytes(
        out -> {
          out.writeByte(2);
          out.writeLong(7);
          out.writeLong(TIME);
          double[] values = {1.5, 2, -0.0};
          for (int i = 0; i < values.length; i++) {
            out.writeByte(0);
            varint(out, 1000L * i);
            out.writeDouble(values[i]);
          }
        });
  }

  private static byte[] deletionRecord() throws IOException {
    return bytes(
        out -> {
          out.writeByte(3);
          out.writeLong(7);
          varint(out, TIME + 500);
          varint(out, TIME + 1500);
        });
  }

  private static void varint(DataOutputStream out, long value) throws IOException {
    long raw = value << 1 ^ value >> 63;
    for (; raw >= 0x80; raw >>>= 7) {
      out.writeByte((int) (raw | 0x80));
    }
    out.writeByte((int) raw);
  }

  /** A record in one fragment, uncompressed. */
  private static byte[] record(byte[] content) throws IOException {
    var crc = new CRC32C();
    crc.update(content);
    return bytes(
        out -> {
          out.writeByte(1);
          out.writeShort(content.length);
          out.writeInt((int) crc.getValue());
          out.write(content);
        });
  }

  private void writeLog(byte[]... records) throws IOException {
    var wal = Files.createDirectories(directory.resolve("wal"));
    Files.write(
        wal.resolve("00000000"),
        bytes(
            out -> {
              for (var record : records) {
                out.write(record);
              }
            }));
  }

  private interface Content {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Content content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    content.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
