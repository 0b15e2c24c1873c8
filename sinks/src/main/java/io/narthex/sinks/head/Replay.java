package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.LabelHash;
import io.narthex.sinks.wal.FrameInput;
import io.narthex.sinks.wal.NotesContent;
import io.narthex.sinks.wal.WalReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the head from the log. Rows whose series is not known yet, because the frame that registers
 * it is damaged, wait for its second registration.
 */
final class Replay implements WalReader.Visitor {
  private static final Logger LOGGER = LoggerFactory.getLogger(Replay.class);

  private final SeriesTable series;
  private final Intake intake;
  private final Exemplars exemplars;
  private final MetadataTable metadata;
  private int[] ids = new int[1024];
  private final FrameInput unpacked = new FrameInput();
  private byte[] labels = new byte[1024];
  private int[] numbers = new int[2048];
  private long[] times = new long[2048];
  private long[] bits = new long[2048];
  private long[] starts = new long[2048];
  private @Nullable FloatHistogram[] histograms = new FloatHistogram[2048];
  private final List<Orphan> orphans = new ArrayList<>();
  private long samples;
  private long lost;

  Replay(SeriesTable series, Intake intake, Exemplars exemplars, MetadataTable metadata) {
    this.series = series;
    this.intake = intake;
    this.exemplars = exemplars;
    this.metadata = metadata;
  }

  /** Rows that were restored. */
  long samples() {
    return samples;
  }

  /** Rows whose series no frame registers any more. */
  long lost() {
    return lost;
  }

  @Override
  public void beginScope(long scope) {
    Arrays.fill(ids, -1);
  }

  @Override
  public void frame(FrameInput in) {
    int kind = in.getByte();
    switch (kind) {
      case BatchRecord.SAMPLES, BatchRecord.SAMPLES_WHOLE -> {
        int flags = in.getByte();
        registrations(in, kind == BatchRecord.SAMPLES_WHOLE);
        rows(in, flags);
      }
      case BatchRecord.AGAIN, BatchRecord.AGAIN_WHOLE ->
          registrations(in, kind == BatchRecord.AGAIN_WHOLE);
      case Exemplars.FRAME -> exemplars.restore(in);
      case MetadataTable.FRAME -> metadata.restore(in);
      case NotesContent.END -> LOGGER.debug("the notes of the log are complete");
      default -> throw new IllegalArgumentException("unknown kind of frame " + kind);
    }
  }

  @Override
  public void endScope() {
    long lostBefore = lost;
    for (var orphan : orphans) {
      int id = idOf(orphan.number);
      if (id < 0) {
        lost++;
      } else {
        restore(id, orphan.time, orphan.bits, orphan.start, orphan.histogram);
      }
    }
    orphans.clear();
    if (lost > lostBefore) {
      LOGGER.error(
          "{} samples of the write-ahead log belong to series that no undamaged frame names",
          lost - lostBefore);
    }
  }

  private void registrations(FrameInput in, boolean whole) {
    var from = in;
    if (!whole) {
      in.getCompressed(unpacked);
      if (!unpacked.hasMore()) {
        return;
      }
      from = unpacked;
    }
    int length = 0;
    for (long named = from.getVarint(); named != 0; named = from.getVarint()) {
      int number = Math.toIntExact(named - 1);
      length =
          whole ? labels(from, 0, 0, 0) : labels(from, from.getCount(), from.getCount(), length);
      register(number, length);
    }
  }

  /**
   * Reads the label bytes of a series.
   *
   * @param prefix bytes at the beginning that are those of the series before
   * @param suffix bytes at the end that are those of the series before
   * @param before length of those of the series before
   * @return their length
   */
  private int labels(FrameInput in, int prefix, int suffix, int before) {
    int middle = in.getCount();
    int from = in.position();
    in.skip(middle);
    if (prefix + suffix > before) {
      throw new IndexOutOfBoundsException(
          prefix + " and " + suffix + " bytes of label bytes that have " + before);
    }
    int length = prefix + middle + suffix;
    if (length > labels.length) {
      labels = Arrays.copyOf(labels, 2 * length);
    }
    System.arraycopy(labels, before - suffix, labels, prefix + middle, suffix);
    System.arraycopy(in.bytes(), from, labels, prefix, middle);
    return length;
  }

  private void register(int number, int length) {
    int before = idOf(number);
    if (before >= 0 && series.labelsEnd(before, labels, 0, length) == length) {
      return; // registered a second time, as all are
    }
    long hash = LabelHash.of(labels, 0, length);
    int id = series.find(hash, labels, 0, length, series.size());
    if (id < 0) {
      id = series.add(hash, labels, 0, length);
    }
    if (number >= ids.length) {
      int known = ids.length;
      ids = Arrays.copyOf(ids, Math.max(2 * known, number + 1));
      Arrays.fill(ids, known, ids.length, -1);
    }
    ids[number] = id;
  }

  private void rows(FrameInput in, int flags) {
    int count = in.getCount();
    ensure(count);
    int number = 0;
    for (int i = 0; i < count; i++) {
      number += (int) in.getZigzag();
      numbers[i] = number;
    }
    boolean shared = (flags & BatchRecord.SHARED_TIMESTAMP) != 0;
    long time = shared ? in.getZigzag() : 0;
    for (int i = 0; i < count; i++) {
      time += shared ? 0 : in.getZigzag();
      times[i] = time;
    }
    for (int i = 0; i < count; i++) {
      bits[i] = in.getLong();
    }
    boolean withHistograms = (flags & BatchRecord.HISTOGRAMS) != 0;
    for (int i = 0; i < count; i++) {
      histograms[i] = withHistograms ? BatchRecord.getHistogram(in) : null;
    }
    boolean withStarts = (flags & BatchRecord.STARTS) != 0;
    for (int i = 0; i < count; i++) {
      starts[i] = withStarts ? in.getZigzag() : 0;
    }
    for (int i = 0; i < count; i++) {
      long rowBits = histograms[i] == null ? bits[i] : SeriesTable.HISTOGRAM_BITS;
      int id = idOf(numbers[i]);
      if (id >= 0) {
        restore(id, times[i], rowBits, starts[i], histograms[i]);
      } else {
        orphans.add(new Orphan(numbers[i], times[i], rowBits, starts[i], histograms[i]));
      }
    }
  }

  private void restore(
      int id, long time, long rowBits, long start, @Nullable FloatHistogram histogram) {
    intake.restore(id, time, rowBits, start, histogram);
    samples++;
  }

  private int idOf(int number) {
    return number >= 0 && number < ids.length ? ids[number] : -1;
  }

  private void ensure(int count) {
    if (count > numbers.length) {
      numbers = new int[count];
      times = new long[count];
      bits = new long[count];
      starts = new long[count];
      histograms = new FloatHistogram[count];
    }
  }

  /** A row that waits for its series. */
  private record Orphan(
      int number, long time, long bits, long start, @Nullable FloatHistogram histogram) {}
}
