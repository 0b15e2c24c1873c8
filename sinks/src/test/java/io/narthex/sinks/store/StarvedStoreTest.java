package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What a store needs of the machine is missing: file handles, a disk to write to, the folder. */
@EnabledOnOs(OS.LINUX)
class StarvedStoreTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  @Test
  void flush_noFileHandlesLeft_failsServesGoesOnAndRecovers() throws Exception {
    int counted;
    try (var store = new Child("ulimit -n 256; ", directory.resolve("data"))) {
      assertThat(store.ask("append")).isEqualTo("appended 100");
      assertThat(store.ask("flush")).isEqualTo("flushed");
      assertThat(store.ask("append")).isEqualTo("appended 100");
      assertThat(store.ask("count")).isEqualTo("counted 200");
      assertThat(store.ask("starve")).contains("Too many open files");
      for (int time = 0; time < 3; time++) {
        assertThat(store.ask("flush")).startsWith("failed: ").contains("Too many open files");
        // The log was cut and has no file to go on with: senders are told to come again.
        assertThat(store.ask("append"))
            .startsWith("failed: ")
            .contains("the write-ahead log")
            .contains("Too many open files");
        assertThat(counted(store)).as("queries are answered").isGreaterThanOrEqualTo(200);
      }
      assertThat(store.ask("feed")).isEqualTo("fed");
      assertThat(store.ask("flush")).isEqualTo("flushed");
      String answer = store.ask("append");
      while (answer.startsWith("failed: ")) { // until the log's next try
        answer = store.ask("append");
      }
      assertThat(answer).isEqualTo("appended 100");
      counted = counted(store);
      assertThat(counted).isGreaterThanOrEqualTo(300);
    }
    try (var store = new Child("", directory.resolve("data"))) {
      assertThat(counted(store)).isEqualTo(counted);
    }
  }

  private static int counted(Child store) throws IOException {
    return Integer.parseInt(store.ask("count").substring("counted ".length()));
  }

  @Test
  void open_folderOfAnotherProcess_isRefusedUntilThatEnds() throws Exception {
    var data = directory.resolve("data");
    try (var store = new Child("", data)) {
      assertThat(store.ask("append")).isEqualTo("appended 100");
      assertThatThrownBy(() -> open(data).close())
          .hasMessageContaining(data.toString())
          .hasMessageContaining("in use by another process")
          .hasMessageContaining("stop the other or name another directory");
      assertThat(store.ask("append")).as("the first is not disturbed").isEqualTo("appended 100");
      store.process.destroyForcibly().waitFor();
      open(data).close();
    }
  }

  @Test
  void open_readOnlyDisk_isRefusedWithTheFileAndNothingIsLost() throws Exception {
    var disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString()) == 0,
        "only who may mount can try a read-only disk");
    try {
      var data = disk.resolve("data");
      try (var store = new Child("", data)) {
        assertThat(store.ask("append")).isEqualTo("appended 100");
      }
      assertThat(run("mount", "-o", "remount,ro", disk.toString())).isZero();
      for (int time = 0; time < 2; time++) {
        assertThatThrownBy(() -> open(data).close())
            .hasMessageContaining(data.toString())
            .hasMessageContaining("Read-only file system");
      }
      assertThat(run("mount", "-o", "remount,rw", disk.toString())).isZero();
      try (var store = new Child("", data)) {
        assertThat(store.ask("count")).isEqualTo("counted 100");
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  private static BlockStore open(Path data) {
    return BlockStore.open(data, StoreOptions.DEFAULT, new PrometheusRegistry());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /** A process with a store. */
  private final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    Child(String before, Path data) throws IOException {
      var java = ProcessHandle.current().info().command().orElse("java");
      var command = new ArrayList<>(List.of("sh", "-c", before + "exec \"$@\"", "sh", java));
      command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
      command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(CommandedStore.class.getName(), data.toString()));
      process =
          new ProcessBuilder(command).redirectError(directory.resolve("errors").toFile()).start();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      assertThat(answer()).isEqualTo("open");
    }

    String ask(String command) throws IOException {
      process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      return answer();
    }

    private String answer() throws IOException {
      for (var line = out.readLine(); line != null; line = out.readLine()) {
        if (line.startsWith("> ")) {
          return line.substring(2);
        }
      }
      throw new AssertionError(Files.readString(directory.resolve("errors")));
    }

    @Override
    public void close() throws Exception {
      process.getOutputStream().close();
      process.waitFor();
    }
  }
}
