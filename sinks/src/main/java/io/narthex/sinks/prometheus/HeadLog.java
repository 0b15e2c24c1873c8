package io.narthex.sinks.prometheus;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a Prometheus from its logs. Read twice: first series and deletions, which may come
 * after the samples they are about, then samples. Samples that lie in blocks already are left out,
 * unless they come from the log of samples out of order.
 */
final class HeadLog {
  private static final int SERIES = 1;
  private static final int SAMPLES = 2;
  private static final int TOMBSTONES = 3;
  private static final int EXEMPLARS = 4;
  private static final int CHUNK_MARKERS = 5;
  private static final int METADATA = 6;
  private static final int HISTOGRAMS = 7;
  private static final int FLOAT_HISTOGRAMS = 8;
  private static final int CUSTOM_HISTOGRAMS = 9;
  private static final int CUSTOM_FLOAT_HISTOGRAMS = 10;
  private static final ResetHint[] HINTS = {
    ResetHint.UNKNOWN, ResetHint.UNKNOWN, ResetHint.UNKNOWN, ResetHint.GAUGE
  };

  private final Import into;
  private final Map<Long, Labels> series = new HashMap<>();
  private final Intervals deleted = new Intervals();
  private long after;

  private HeadLog(Import into) {
    this.into = into;
  }

  /**
   * Imports the samples of the logs.
   *
   * @param directory with folders {@code wal} and, if samples came out of order, {@code wbl}
   * @param inBlocksBefore time before which samples of {@code wal} lie in blocks, in milliseconds
   */
  static void read(Path directory, long inBlocksBefore, Import into) throws IOException {
    var log = new HeadLog(into);
    var wal = WalFolder.segments(directory.resolve("wal"));
    log.each("series of the log", wal, true, log::takeSeries);
    log.after = inBlocksBefore;
    log.each("samples of the log", wal, false, log::takeSamples);
    log.after = Long.MIN_VALUE;
    var late = WalFolder.segments(directory.resolve("wbl"));
    log.each("samples out of order", late, true, log::takeSamples);
  }

  private void each(String part, List<Path> files, boolean tellsFaults, WalFolder.Records records)
      throws IOException {
    into.begin(part);
    for (int i = 0; i < files.size(); i++) {
      try {
        WalFolder.read(files.get(i), i == files.size() - 1, records);
      } catch (TsdbFormatException e) {
        if (tellsFaults) {
          into.fault(String.valueOf(e.getMessage()));
        }
      }
      into.progress((i + 1d) / files.size());
    }
  }

  private void takeSeries(ByteBuffer in) {
    int type = in.get();
    switch (type) {
      case SERIES -> {
        while (in.hasRemaining()) {
          series.put(in.getLong(), labels(in));
        }
      }
      case TOMBSTONES -> {
        while (in.hasRemaining()) {
          deleted.add(in.getLong(), Varints.signed(in), Varints.signed(in));
        }
      }
      case SAMPLES,
          EXEMPLARS,
          CHUNK_MARKERS,
          METADATA,
          HISTOGRAMS,
          FLOAT_HISTOGRAMS,
          CUSTOM_HISTOGRAMS,
          CUSTOM_FLOAT_HISTOGRAMS -> {}
      default -> into.skip("log records of type " + type, 1);
    }
  }

  private static Labels labels(ByteBuffer in) {
    var labels = Labels.builder();
    for (long left = Varints.unsigned(in); left > 0; left--) {
      labels.set(text(in), text(in));
    }
    return labels.build();
  }

  private static String text(ByteBuffer in) {
    var bytes = new byte[Varints.length(in)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void takeSamples(ByteBuffer in) {
    int type = in.get();
    boolean floats = type == SAMPLES;
    boolean integers = type == HISTOGRAMS || type == CUSTOM_HISTOGRAMS;
    if ((!floats && !integers && type != FLOAT_HISTOGRAMS && type != CUSTOM_FLOAT_HISTOGRAMS)
        || !in.hasRemaining()) {
      return;
    }
    long firstReference = in.getLong();
    long firstTime = in.getLong();
    while (in.hasRemaining()) {
      long reference = firstReference + Varints.signed(in);
      long time = firstTime + Varints.signed(in);
      if (floats) {
        take(reference, time, in.getDouble(), null);
      } else {
        take(reference, time, 0, histogram(in, integers));
      }
    }
  }

  private void take(long reference, long time, double value, @Nullable FloatHistogram histogram) {
    if (time < after || deleted.contains(reference, time)) {
      return;
    }
    var labels = series.get(reference);
    if (labels == null) {
      into.skip("samples of series that the log does not name", 1);
    } else {
      into.sample(labels, time, value, histogram);
    }
  }

  private static FloatHistogram histogram(ByteBuffer in, boolean integers) {
    var hint = HINTS[in.get()];
    int schema = (int) Varints.signed(in);
    double zeroThreshold = in.getDouble();
    double zeroCount = integers ? Varints.unsigned(in) : in.getDouble();
    double count = integers ? Varints.unsigned(in) : in.getDouble();
    double sum = in.getDouble();
    var positiveSpans = spans(in);
    var negativeSpans = spans(in);
    var positive = buckets(in, integers);
    var negative = buckets(in, integers);
    var bounds = schema == FloatHistogram.CUSTOM_BUCKETS ? buckets(in, false) : new double[0];
    var histogram =
        new FloatHistogram(
            hint,
            schema,
            zeroThreshold,
            zeroCount,
            count,
            sum,
            positiveSpans,
            positive,
            negativeSpans,
            negative,
            bounds);
    return histogram.isStale() ? FloatHistogram.stale() : histogram;
  }

  private static int[] spans(ByteBuffer in) {
    var spans = new int[2 * Varints.length(in)];
    for (int i = 0; i < spans.length; i += 2) {
      spans[i] = (int) Varints.signed(in);
      spans[i + 1] = (int) Varints.unsigned(in);
    }
    return spans;
  }

  /** Integers are differences to the bucket before. */
  private static double[] buckets(ByteBuffer in, boolean integers) {
    var buckets = new double[Varints.length(in)];
    long before = 0;
    for (int i = 0; i < buckets.length; i++) {
      if (integers) {
        before += Varints.signed(in);
        buckets[i] = before;
      } else {
        buckets[i] = in.getDouble();
      }
    }
    return buckets;
  }
}
