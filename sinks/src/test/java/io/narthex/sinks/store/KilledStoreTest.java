package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with a store is killed at random moments of a mixed load, its start included; the next
 * one finds what was acknowledged, each sample once, and nothing that was deleted. {@code
 * -Dtest.kills=200} kills more often, {@code -Dtest.seed} repeats the load of a run.
 */
class KilledStoreTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path directory;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final int kills = Integer.getInteger("test.kills", 5);

  @Test
  void kill_atRandomMoments_losesAndDoublesNothing() throws IOException, InterruptedException {
    var random = new Random(seed);
    int early = 0;
    for (int kill = 0; kill < kills; kill++) {
      var process = start("" + (seed + kill));
      try {
        if (random.nextInt(5) == 0) {
          early++;
          process.waitFor(random.nextInt(600), TimeUnit.MILLISECONDS);
        } else {
          assertReady(process);
          process.waitFor(random.nextInt(2_000), TimeUnit.MILLISECONDS);
        }
        assertThat(process.isAlive()).as(this::told).isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    var last = start("0", "verify");
    var said = assertReady(last);
    assertThat(last.waitFor()).as(this::told).isZero();
    System.out.printf(
        "kills: %d, %d of them while starting; %s samples acknowledged, all there; -Dtest.seed=%d%n",
        kills, early, said.substring(KilledStore.READY.length() + 1), seed);
  }

  private String assertReady(Process process) throws IOException {
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (var line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(KilledStore.READY)) {
        CompletableFuture.runAsync(() -> out.lines().forEach(rest -> {})); // else it would wait
        return line;
      }
    }
    throw new AssertionError(told());
  }

  private Process start(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(KilledStore.class.getName());
    command.add(directory.toString());
    command.addAll(java.util.List.of(arguments));
    return new ProcessBuilder(command).redirectError(directory.resolve("errors").toFile()).start();
  }

  private String told() {
    try {
      return Files.readString(directory.resolve("errors")) + " -Dtest.seed=" + seed;
    } catch (IOException e) {
      return "-Dtest.seed=" + seed + ", and the process said nothing: " + e;
    }
  }
}
