package io.narthex.operators.rules.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.model.LabelHash;
import java.io.ByteArrayOutputStream;
import java.time.Duration;

/**
 * When a group is evaluated: once an interval, at an offset that follows from its file and name, so
 * that groups are spread over the interval and a restart changes nothing. The ticks are those of
 * Prometheus: its offset is a hash of the labels {@code {file, name}} in nanoseconds, modulo the
 * interval.
 *
 * @param intervalNanos positive
 * @param offsetNanos from 0 to below the interval
 */
public record TickSchedule(long intervalNanos, long offsetNanos) {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int ONE_BYTE_LENGTHS = 255;

  public TickSchedule {
    if (intervalNanos <= 0 || offsetNanos < 0 || offsetNanos >= intervalNanos) {
      throw new IllegalArgumentException(
          "an interval of " + intervalNanos + " ns with an offset of " + offsetNanos + " ns");
    }
  }

  /** The schedule of a group whose interval is filled in. */
  public static TickSchedule of(RuleGroup group) {
    return of(group.file(), group.name(), group.interval());
  }

  /** A tick at a time, in milliseconds, and every interval before and after it. */
  public static TickSchedule at(long millis, Duration interval) {
    long nanos = interval.toNanos();
    return new TickSchedule(nanos, Math.floorMod(millis * NANOS_PER_MILLI, nanos));
  }

  static TickSchedule of(String file, String name, Duration interval) {
    var bytes = new ByteArrayOutputStream();
    for (String text : new String[] {"file", file, "name", name}) {
      byte[] encoded = text.getBytes(UTF_8);
      writeLength(bytes, encoded.length);
      bytes.writeBytes(encoded);
    }
    byte[] labels = bytes.toByteArray();
    long hash = LabelHash.of(labels, 0, labels.length);
    return new TickSchedule(interval.toNanos(), Long.remainderUnsigned(hash, interval.toNanos()));
  }

  /**
   * The last tick at or before a time, both in milliseconds. A tick within a millisecond counts as
   * its beginning, as timestamps of samples do.
   */
  public long atOrBefore(long millis) {
    long endOfMillisecond = millis * NANOS_PER_MILLI + NANOS_PER_MILLI - 1;
    long intervals = Math.floorDiv(endOfMillisecond - offsetNanos, intervalNanos);
    return Math.floorDiv(intervals * intervalNanos + offsetNanos, NANOS_PER_MILLI);
  }

  /** The first tick after a time, both in milliseconds. */
  public long after(long millis) {
    long endOfMillisecond = millis * NANOS_PER_MILLI + NANOS_PER_MILLI - 1;
    long intervals = Math.floorDiv(endOfMillisecond - offsetNanos, intervalNanos) + 1;
    if (intervals > (Long.MAX_VALUE - offsetNanos) / intervalNanos) {
      return Long.MAX_VALUE / NANOS_PER_MILLI; // nanoseconds end in the year 2262
    }
    return Math.floorDiv(intervals * intervalNanos + offsetNanos, NANOS_PER_MILLI);
  }

  /** Lengths as Prometheus' label sets have them: one byte, or 255 and three bytes. */
  private static void writeLength(ByteArrayOutputStream out, int length) {
    if (length < ONE_BYTE_LENGTHS) {
      out.write(length);
    } else {
      out.write(ONE_BYTE_LENGTHS);
      out.write(length);
      out.write(length >>> 8);
      out.write(length >>> 16);
    }
  }
}
