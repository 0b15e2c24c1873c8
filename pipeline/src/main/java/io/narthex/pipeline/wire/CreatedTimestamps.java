package io.narthex.pipeline.wire;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The {@code _created} samples of one metric family in OpenMetrics text. They may stand before or
 * after the samples they are about, so a family is searched as a whole, when its first start
 * timestamp is asked for, and only then.
 */
final class CreatedTimestamps {
  private static final byte[] CREATED = "_created".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] SUFFIXES = {
    "_total".getBytes(StandardCharsets.US_ASCII),
    "_bucket".getBytes(StandardCharsets.US_ASCII),
    "_count".getBytes(StandardCharsets.US_ASCII),
    "_sum".getBytes(StandardCharsets.US_ASCII),
    CREATED,
    new byte[0]
  };

  private boolean searched = true;
  private int count;
  private long[] hashes = new long[8];
  private long[] timestamps = new long[8];
  private final LabelBuffer buffer = new LabelBuffer();
  private final LabelBytes.Walker walker = new LabelBytes.Walker();
  private byte[] own = new byte[256];

  /** Whether the sample is a creation time rather than a sample. */
  static boolean isCreated(LineParser at) {
    return began(at.type) && isOf(at, CREATED) && endsWith(at.b, at.nameFrom, at.nameTo, CREATED);
  }

  /** A new family begins. */
  void family() {
    searched = false;
    count = 0;
  }

  /** The parser comes by a creation time; those behind the first sample asked for are known. */
  void passed(OpenMetricsParser parser) {
    if (!searched) {
      add(metricHash(parser), (long) (parser.value * 1000));
    }
  }

  /** The creation time of the metric that the sample belongs to, in milliseconds; 0 if none. */
  long of(OpenMetricsParser parser) {
    if (!began(parser.type) || !isOfFamily(parser)) {
      return 0;
    }
    if (!searched) {
      searched = true;
      search(parser);
    }
    if (count == 0) {
      return 0;
    }
    long hash = metricHash(parser);
    for (int i = 0; i < count; i++) {
      if (hashes[i] == hash) {
        return timestamps[i];
      }
    }
    return 0;
  }

  private static boolean began(MetricType type) {
    return type == MetricType.COUNTER || type == MetricType.HISTOGRAM || type == MetricType.SUMMARY;
  }

  private static boolean isOfFamily(LineParser parser) {
    for (byte[] suffix : SUFFIXES) {
      if (isOf(parser, suffix)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the sample's name is that of the family with the suffix. */
  private static boolean isOf(LineParser at, byte[] suffix) {
    int length = at.familyTo - at.familyFrom;
    return at.nameTo - at.nameFrom == length + suffix.length
        && Arrays.equals(at.b, at.familyFrom, at.familyTo, at.b, at.nameFrom, at.nameFrom + length)
        && endsWith(at.b, at.nameFrom, at.nameTo, suffix);
  }

  private static boolean endsWith(byte[] b, int from, int to, byte[] suffix) {
    return to - from >= suffix.length
        && Arrays.equals(b, to - suffix.length, to, suffix, 0, suffix.length);
  }

  /**
   * Reads ahead from the family's first sample to the next family. What cannot be read there ends
   * the search and is reported when the parser itself comes to it.
   */
  private void search(OpenMetricsParser parser) {
    var ahead = new OpenMetricsParser(parser, parser.seriesFrom());
    try {
      while (ahead.next() == ExpositionParser.Entry.SERIES && isOfFamily(ahead)) {
        if (isCreated(ahead)) {
          add(metricHash(ahead), (long) (ahead.value * 1000));
        }
      }
    } catch (FaultException e) {
      return;
    }
  }

  private void add(long hash, long timestamp) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
      timestamps = Arrays.copyOf(timestamps, 2 * count);
    }
    hashes[count] = hash;
    timestamps[count] = timestamp;
    count++;
  }

  /** Hash of the labels that all samples of a metric share: no name, no bucket, no quantile. */
  private long metricHash(OpenMetricsParser sample) {
    sample.labels(buffer);
    if (own.length < buffer.length()) {
      own = new byte[2 * buffer.length()];
    }
    String varying =
        switch (sample.type) {
          case HISTOGRAM -> "le";
          case SUMMARY -> "quantile";
          default -> "";
        };
    int to = 0;
    int labelFrom = 0;
    walker.reset(buffer.bytes(), 0, buffer.length());
    for (; walker.next(); labelFrom = walker.valueTo) {
      String name = walker.name();
      if (!name.equals("__name__") && !name.equals(varying)) {
        int length = walker.valueTo - labelFrom;
        System.arraycopy(buffer.bytes(), labelFrom, own, to, length);
        to += length;
      }
    }
    return LabelHash.of(own, 0, to);
  }
}
