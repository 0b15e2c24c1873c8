package io.narthex.sources.scrape;

import io.narthex.pipeline.wire.JsonString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/** Writes failed scrapes into the file that the job names, each failure once while it lasts. */
final class FailureLog {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);

  private final Clock clock;
  private final Scheduler writer;

  /**
   * A log.
   *
   * @param writer a scheduler whose threads may block
   */
  FailureLog(Clock clock, Scheduler writer) {
    this.clock = clock;
    this.writer = writer;
  }

  void note(TargetSplit target, String error) {
    LOG.debug("scrape of {} failed: {}", target.url(), error);
    String file = target.config().scrapeFailureLogFile();
    if (file != null && !file.isEmpty()) {
      String line =
          "{\"time\":\"%s\",\"level\":\"ERROR\",\"job_name\":%s,\"target\":%s,\"msg\":%s}%n"
              .formatted(
                  clock.instant(),
                  JsonString.of(target.pool()),
                  JsonString.of(target.url()),
                  JsonString.of(error));
      writer.schedule(() -> append(Path.of(file), line));
    }
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(
          file, line, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      LOG.warn("cannot write the scrape failure log {}: {}", file, e.toString());
    }
  }
}
