package io.narthex.jobs.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.operators.rules.evaluation.RunStarts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The newest starts in a file: a line with the milliseconds of each. */
public final class RecordedStarts implements RunStarts {
  private static final Logger logger = LoggerFactory.getLogger(RecordedStarts.class);
  private static final int MOST = 256;

  private final Path file;

  /**
   * Recorded starts.
   *
   * @param file need not exist
   */
  public RecordedStarts(Path file) {
    this.file = file;
  }

  /** Where the file cannot be read or written, that is logged, and alerts may be told twice. */
  @Override
  public List<Long> begin(long startedAt) {
    var former = former(startedAt);
    var all = new ArrayList<>(former);
    all.add(startedAt);
    try {
      write(all.subList(Math.max(0, all.size() - MOST), all.size()));
    } catch (IOException e) {
      logger.error(
          "{} cannot be written; should this run be killed before its first checkpoint, changes of"
              + " alerts around its start may be found at other times",
          file,
          e);
    }
    return former;
  }

  private List<Long> former(long startedAt) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file, UTF_8).stream()
              .map(Long::valueOf)
              .filter(start -> start < startedAt) // the clock may have been set back
              .sorted()
              .toList()
          : List.of();
    } catch (IOException | NumberFormatException e) {
      logger.error("{} cannot be read; nothing is known of former starts", file, e);
      return List.of();
    }
  }

  private void write(List<Long> starts) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, starts.stream().map(String::valueOf).toList(), UTF_8);
    try (var channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
