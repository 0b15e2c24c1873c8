package io.narthex.sinks.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertJournalTest {
  private static final AlertRuleId RULE = new AlertRuleId("r.yml", "g", "High");
  private static final AlertHistory.Wanted ALL =
      new AlertHistory.Wanted("", Long.MIN_VALUE, Long.MAX_VALUE, 1000);

  @TempDir Path folder;

  @Test
  void find_afterAnotherStart_givesTheNewestFirstAndRepetitionsOnce() {
    try (var journal = AlertJournal.open(folder)) {
      journal.changed(RULE, List.of(firing("High", 1000), firing("Low", 2000)));
      journal.sent(
          List.of(notification("High", 1000)),
          new AlertHistory.Sending("http://a", 1001, true, "HTTP status 200"));
    }
    try (var journal = AlertJournal.open(folder)) {
      journal.changed(RULE, List.of(firing("Low", 2000), firing("High", 3000)));
      assertThat(journal.find(ALL).changes())
          .extracting(change -> change.transition().tick())
          .containsExactly(3000L, 2000L, 1000L);
      assertThat(journal.find(ALL).changes().get(2))
          .isEqualTo(new AlertHistory.Change(RULE, firing("High", 1000)));
      assertThat(journal.find(ALL).notifications())
          .singleElement()
          .satisfies(
              notified -> {
                assertThat(notified.sending().answer()).isEqualTo("HTTP status 200");
                assertThat(notified.tick()).isEqualTo(1000);
              });
      assertThat(journal.find(new AlertHistory.Wanted("Low", 0, 5000, 9)).changes()).hasSize(1);
      assertThat(journal.find(new AlertHistory.Wanted("", 1500, 2500, 9)).changes()).hasSize(1);
      assertThat(journal.find(new AlertHistory.Wanted("", 0, 5000, 1)).changes())
          .extracting(change -> change.transition().tick())
          .containsExactly(3000L);
    }
  }

  @Test
  void find_behindATornEntry_givesThoseBeforeIt() throws IOException {
    try (var journal = AlertJournal.open(folder)) {
      journal.changed(RULE, List.of(firing("High", 1000), firing("High", 2000)));
    }
    Path file = folder.resolve("00000001.log");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(
        file,
        java.util.Arrays.copyOf(bytes, bytes.length - 5),
        StandardOpenOption.TRUNCATE_EXISTING);
    try (var journal = AlertJournal.open(folder)) {
      assertThat(journal.find(ALL).changes())
          .extracting(change -> change.transition().tick())
          .containsExactly(1000L);
    }
  }

  @Test
  void changed_beyondTheBound_dropsTheOldest() throws Exception {
    try (var journal = AlertJournal.open(folder, 1000, 3)) {
      for (int tick = 0; tick < 200; tick++) {
        journal.changed(RULE, List.of(firing("High", tick)));
        journal.flush();
      }
      var left = journal.find(ALL).changes();
      assertThat(left).hasSizeBetween(5, 60);
      assertThat(left.get(0).transition().tick()).isEqualTo(199);
    }
    try (var files = Files.list(folder)) {
      assertThat(files.count()).isEqualTo(3);
    }
  }

  @Test
  void open_manyTimes_keepsWhatWasWrittenBetween() throws Exception {
    for (int restart = 0; restart < 20; restart++) {
      try (var journal = AlertJournal.open(folder, 10_000, 3)) {
        journal.changed(RULE, List.of(firing("High", restart)));
        journal.flush();
      }
    }
    try (var journal = AlertJournal.open(folder, 10_000, 3)) {
      assertThat(journal.find(ALL).changes())
          .extracting(change -> change.transition().tick())
          .hasSize(20)
          .contains(0L, 19L);
    }
  }

  private static AlertTransition firing(String name, long tick) {
    return new AlertTransition(
        Labels.of("alertname", name, "job", "a"),
        AlertState.PENDING,
        AlertState.FIRING,
        AlertTransition.Cause.HELD_LONG_ENOUGH,
        1.5,
        tick,
        tick - 10,
        tick + 5,
        tick - 500);
  }

  private static AlertNotification notification(String name, long tick) {
    return new AlertNotification(
        Labels.of("alertname", name, "job", "a"), Map.of(), tick, 0, tick, 240_000, "http://g");
  }
}
