package io.narthex.jobs.cluster;

import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.sinks.wal.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what a status board says of rules, alerts and Alertmanagers through the shared folder, as
 * the file {@code status/rules}. The task manager that evaluates writes it, query servers read it.
 * What fails is told to the log, and tried again at the next call. Each instance is used by one
 * thread.
 */
final class SharedStatus {
  private static final Logger LOG = LoggerFactory.getLogger(SharedStatus.class);

  private final Path file;
  private byte @Nullable [] known;
  private List<RuleGroupStatus> published = List.of();
  private boolean failing;

  SharedStatus(Path sharedFolder) {
    file = sharedFolder.resolve("status").resolve("rules");
  }

  /**
   * Writes what the board says now, if rules were evaluated since: where they are not evaluated any
   * more, nothing is written either.
   */
  void publish(StatusBoard board) {
    try {
      var groups = board.rules();
      if (groups.equals(published)) {
        return;
      }
      Files.createDirectories(file.getParent());
      DurableFile.replace(file, new StatusDocument(groups, board.alertmanagers()).toBytes());
      published = groups;
      failing = false;
    } catch (IOException | RuntimeException e) {
      fails("the state of rules cannot be written to {}; query servers show an older one", e);
    }
  }

  /** Lets a board say what was published last; it stays as it is while nothing was. */
  void read(StatusBoard board) {
    try {
      byte[] now = Files.readAllBytes(file);
      if (!Arrays.equals(now, known)) {
        var document = StatusDocument.ofBytes(now);
        board.rules(document.groups());
        board.alertmanagers(document.alertmanagers());
        known = now;
      }
      failing = false;
    } catch (NoSuchFileException e) {
      LOG.trace("no job has published a state of rules yet", e);
    } catch (IOException | RuntimeException e) {
      fails("the state of rules cannot be read from {}; an older one is shown", e);
    }
  }

  private void fails(String text, Exception cause) {
    if (!failing) {
      LOG.error(text, file, cause);
    }
    failing = true;
  }
}
