package io.narthex.jobs.profile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A profile of processor time in the format of pprof: stacks with how often each was seen. Source:
 * {@code profile.proto} of google/pprof.
 */
final class Pprof {
  private final long periodNanos;
  private final Map<String, Long> strings = new LinkedHashMap<>();
  private final Map<String, Long> functions = new LinkedHashMap<>();
  private final Map<Line, Long> locations = new LinkedHashMap<>();
  private final Map<Stack, long[]> samples = new LinkedHashMap<>();

  /** A line of a method. */
  record Line(String method, int line) {}

  private record Stack(List<Long> locations, String thread) {}

  /**
   * An empty profile.
   *
   * @param period between two looks at a thread
   */
  Pprof(Duration period) {
    periodNanos = period.toNanos();
    string(""); // the format wants it first
  }

  /**
   * Adds a stack that was seen.
   *
   * @param lines the one that ran first
   */
  void add(String thread, List<Line> lines) {
    var stack = new ArrayList<Long>(lines.size());
    for (var line : lines) {
      functions.computeIfAbsent(line.method(), method -> functions.size() + 1L);
      stack.add(locations.computeIfAbsent(line, unused -> locations.size() + 1L));
    }
    samples.computeIfAbsent(new Stack(stack, thread), unused -> new long[1])[0]++;
  }

  /** The profile in gzip. */
  byte[] write(Instant start, Duration duration) {
    var profile = new PprofMessage();
    profile.message(1, valueType("samples", "count")).message(1, valueType("cpu", "nanoseconds"));
    long threadKey = string("thread");
    samples.forEach(
        (stack, seen) ->
            profile.message(
                2,
                new PprofMessage()
                    .numbers(1, stack.locations().stream().mapToLong(Long::longValue).toArray())
                    .numbers(2, new long[] {seen[0], seen[0] * periodNanos})
                    .message(
                        3,
                        new PprofMessage()
                            .number(1, threadKey)
                            .number(2, string(stack.thread())))));
    locations.forEach(
        (line, id) ->
            profile.message(
                4,
                new PprofMessage()
                    .number(1, id)
                    .message(
                        4,
                        new PprofMessage()
                            .number(1, functions.getOrDefault(line.method(), 0L))
                            .number(2, Math.max(0, line.line())))));
    functions.forEach(
        (method, id) ->
            profile.message(
                5,
                new PprofMessage()
                    .number(1, id)
                    .number(2, string(method))
                    .number(3, string(method))));
    profile
        .number(9, start.toEpochMilli() * 1_000_000)
        .number(10, duration.toNanos())
        .message(11, valueType("cpu", "nanoseconds"))
        .number(12, periodNanos);
    strings.keySet().forEach(text -> profile.text(6, text));
    return gzip(profile.bytes());
  }

  private PprofMessage valueType(String type, String unit) {
    return new PprofMessage().number(1, string(type)).number(2, string(unit));
  }

  private long string(String text) {
    return strings.computeIfAbsent(text, unused -> (long) strings.size());
  }

  private static byte[] gzip(byte[] plain) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
