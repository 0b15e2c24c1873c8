package io.narthex.jobs.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** What threads run, looked at a hundred times a second by the flight recorder. */
final class CpuRecording implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final String EVENT = "jdk.ExecutionSample";

  private final Recording recording = new Recording();
  private final Instant start = Instant.now();

  private CpuRecording() {
    recording.setName("profile");
    recording.enable(EVENT).withPeriod(PERIOD);
    recording.setMaxSize(64L << 20);
    recording.start();
  }

  static CpuRecording start() {
    return new CpuRecording();
  }

  /**
   * Ends it.
   *
   * @return the profile in the format of pprof
   */
  byte[] finish() throws IOException {
    recording.stop();
    var duration = Duration.between(start, Instant.now());
    Path file = Files.createTempFile("narthex-profile", ".jfr");
    try {
      recording.dump(file);
      var profile = new Pprof(PERIOD);
      try (var events = new RecordingFile(file)) {
        while (events.hasMoreEvents()) {
          add(events.readEvent(), profile);
        }
      }
      return profile.write(start, duration);
    } finally {
      Files.delete(file);
    }
  }

  private static void add(RecordedEvent event, Pprof profile) {
    var stack = event.getStackTrace();
    if (!event.getEventType().getName().equals(EVENT) || stack == null) {
      return;
    }
    var lines = new ArrayList<Pprof.Line>();
    for (var frame : stack.getFrames()) {
      if (frame.isJavaFrame()) {
        var method = frame.getMethod();
        lines.add(
            new Pprof.Line(
                method.getType().getName() + "." + method.getName(), frame.getLineNumber()));
      }
    }
    var thread = event.getThread("sampledThread");
    profile.add(thread == null ? "" : String.valueOf(thread.getJavaName()), lines);
  }

  @Override
  public void close() {
    recording.close();
  }
}
