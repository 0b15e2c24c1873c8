package io.narthex.jobs.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {
  @TempDir Path directory;

  @Test
  void start_ranToItsEnd_leavesNothing() {
    try (var warmUp = WarmUp.start(directory, () -> Long.MAX_VALUE)) {
      warmUp.ended().join();
      assertThat(warmUp.answers()).isPositive();
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void start_folderOfAProcessThatWasKilled_isReplaced() throws Exception {
    Files.createDirectories(directory.resolve("rehearsal/wal"));
    Files.writeString(directory.resolve("rehearsal/lock"), "");
    WarmUp.start(directory, () -> Long.MAX_VALUE).close();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void start_whileUsersAsk_waits() {
    try (var warmUp = WarmUp.start(directory, () -> 0)) {
      assertThat(warmUp.answers()).isZero();
    }
    assertThat(directory).isEmptyDirectory();
  }
}
