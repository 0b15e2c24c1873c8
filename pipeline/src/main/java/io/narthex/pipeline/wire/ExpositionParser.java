package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import org.jspecify.annotations.Nullable;

/**
 * Pulls the entries of an exposition out of its bytes, one at a time, without making an object for
 * a sample. What the accessors give is that of the entry {@link #next()} returned last, and is
 * valid until the next call.
 *
 * <p>For a sample the bytes of its series as they stand in the exposition come first: a scrape loop
 * looks them up in a cache and decodes the labels only of series it has not seen:
 *
 * <pre>{@code
 * for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
 *   if (entry == Entry.SERIES && !known(parser.bytes(), parser.seriesFrom(), parser.seriesTo())) {
 *     parser.labels(buffer);
 *   }
 * }
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public interface ExpositionParser {

  /** What a parser stands at. */
  enum Entry {
    /** A float sample. */
    SERIES,
    /** A native histogram. */
    HISTOGRAM,
    TYPE,
    HELP,
    UNIT,
    COMMENT,
    /** Nothing is left; the exposition was complete. */
    END
  }

  /**
   * An exemplar of a sample.
   *
   * @param labels usually a trace id
   * @param value the observed value
   * @param hasTimestamp whether it has one of its own
   * @param timestamp milliseconds since the epoch; 0 without one
   */
  record ParsedExemplar(Labels labels, double value, boolean hasTimestamp, long timestamp) {}

  /**
   * Moves to the next entry.
   *
   * @throws FaultException {@link io.narthex.pipeline.fault.Fault#BAD_DATA} with line and column
   *     (text) or offset (protobuf) of what is wrong; the parser is then of no further use
   */
  Entry next();

  /**
   * Says which series probably comes next, for parsers that can recognise it by its text without
   * reading its parts. Holds until a sample was read.
   *
   * @param text holds what {@link #bytes()} held for the series in an exposition of this format
   *     before; not to be changed until the next sample
   */
  default void expect(byte[] text, int from, int to) {}

  /** Whether the sample's series is the one that was expected. False where nobody looked. */
  default boolean asExpected() {
    return false;
  }

  /** The array in which {@link #seriesFrom()} counts. */
  byte[] bytes();

  /** Begin of the text that identifies the sample's series in this exposition. */
  int seriesFrom();

  /** End of that text. */
  int seriesTo();

  /** The value of a float sample. A NaN is always {@code StaleMarker.NORMAL_NAN}. */
  double value();

  /** Whether the sample came with a timestamp. */
  boolean hasTimestamp();

  /** The sample's timestamp in milliseconds since the epoch. */
  long timestamp();

  /** The histogram of a {@link Entry#HISTOGRAM}; null otherwise. */
  @Nullable FloatHistogram histogram();

  /**
   * Decodes the labels of the sample's series, metric name included, and seals them. Bucket bounds
   * and quantiles are written as OpenMetrics does: {@code 1} as {@code 1.0}.
   *
   * @throws FaultException if they are no valid label set
   */
  void labels(LabelBuffer into);

  /** When the sample's counter began, in milliseconds since the epoch; 0 if unknown. */
  long startTimestamp();

  /** The sample's next exemplar; null after the last. */
  @Nullable ParsedExemplar nextExemplar();

  /** The metric family that a type, help or unit is about. */
  String family();

  /** The type: of a {@link Entry#TYPE}, and of the samples after it. */
  MetricType type();

  /** Text of a help, a unit or a comment, unescaped. */
  String text();
}
