package io.narthex.jobs.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedStartsTest {
  @TempDir private Path folder;

  @Test
  void begin_again_givesTheFormerStarts() {
    Path file = folder.resolve("rules").resolve("starts");
    assertThat(new RecordedStarts(file).begin(10)).isEmpty();
    assertThat(new RecordedStarts(file).begin(20)).containsExactly(10L);
    assertThat(new RecordedStarts(file).begin(30)).containsExactly(10L, 20L);
  }

  @Test
  void begin_clockWasSetBack_forgetsStartsOfTheFuture() {
    Path file = folder.resolve("starts");
    new RecordedStarts(file).begin(10);
    new RecordedStarts(file).begin(1000);
    assertThat(new RecordedStarts(file).begin(20)).containsExactly(10L);
    assertThat(new RecordedStarts(file).begin(30)).containsExactly(10L, 20L);
  }

  @Test
  void begin_often_keepsTheNewest() {
    var starts = new RecordedStarts(folder.resolve("starts"));
    for (long at = 0; at < 400; at++) {
      starts.begin(at);
    }
    assertThat(starts.begin(400)).hasSize(256).startsWith(144L).endsWith(399L);
  }

  @Test
  void begin_fileIsDamaged_goesOnWithoutFormerStarts() throws Exception {
    Path file = folder.resolve("starts");
    Files.writeString(file, "10\nnonsense\n");
    assertThat(new RecordedStarts(file).begin(20)).isEmpty();
    assertThat(Files.readAllLines(file)).isEqualTo(List.of("20"));
  }
}
