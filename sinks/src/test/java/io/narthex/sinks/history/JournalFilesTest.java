package io.narthex.sinks.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFilesTest {
  @TempDir Path folder;

  @Test
  void append_afterAFailedWrite_goesIntoANewFile() throws IOException {
    try (var files = new JournalFiles(folder, 1_000, 3)) {
      assertThat(files.append(frames(1, 2))).isEqualTo(2);
      Thread.currentThread().interrupt(); // closes the file amid the write
      assertThat(files.append(frames(3, 4))).isZero();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(files.append(frames(5))).isEqualTo(1);
      var found = new ArrayList<Integer>();
      for (Path file : files.newestFirst()) {
        JournalFiles.read(file).forEach(payload -> found.add((int) payload[0]));
      }
      assertThat(found).containsExactly(5, 1, 2);
    }
  }

  private static List<byte[]> frames(int... payloads) {
    var frames = new ArrayList<byte[]>();
    for (int payload : payloads) {
      frames.add(JournalFiles.frame(new byte[] {(byte) payload}));
    }
    return frames;
  }
}
