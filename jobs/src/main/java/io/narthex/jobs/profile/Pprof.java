package io.narthex.jobs.profile;

import io.narthex.pipeline.wire.ProtoWriter;
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
    var profile = new ProtoWriter();
    profile.message(1, valueType("samples", "count"));
    profile.message(1, valueType("cpu", "nanoseconds"));
    long threadKey = string("thread");
    samples.forEach((stack, seen) -> profile.message(2, sample(stack, seen[0], threadKey)));
    locations.forEach((line, id) -> profile.message(4, location(line, id)));
    functions.forEach((method, id) -> profile.message(5, function(method, id)));
    profile.varint(9, start.toEpochMilli() * 1_000_000);
    profile.varint(10, duration.toNanos());
    profile.message(11, valueType("cpu", "nanoseconds"));
    profile.varint(12, periodNanos);
    strings.keySet().forEach(text -> profile.text(6, text));
    return gzip(profile.toByteArray());
  }

  private ProtoWriter sample(Stack stack, long seen, long threadKey) {
    var label = new ProtoWriter();
    label.varint(1, threadKey);
    label.varint(2, string(stack.thread()));
    var places = new ProtoWriter();
    stack.locations().forEach(places::rawVarint);
    var values = new ProtoWriter();
    values.rawVarint(seen);
    values.rawVarint(seen * periodNanos);
    var sample = new ProtoWriter();
    sample.message(1, places);
    sample.message(2, values);
    sample.message(3, label);
    return sample;
  }

  private ProtoWriter location(Line line, long id) {
    var place = new ProtoWriter();
    place.varint(1, functions.getOrDefault(line.method(), 0L));
    place.varint(2, Math.max(0, line.line()));
    var location = new ProtoWriter();
    location.varint(1, id);
    location.message(4, place);
    return location;
  }

  private ProtoWriter function(String method, long id) {
    var function = new ProtoWriter();
    function.varint(1, id);
    function.varint(2, string(method));
    function.varint(3, string(method));
    return function;
  }

  private ProtoWriter valueType(String type, String unit) {
    var valueType = new ProtoWriter();
    valueType.varint(1, string(type));
    valueType.varint(2, string(unit));
    return valueType;
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
