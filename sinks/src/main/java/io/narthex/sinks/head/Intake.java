package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.sinks.wal.FrameBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes a batch into the memtable: finds its series, checks each row, keeps what is accepted and
 * remembers it for the log. Guarded by the head's lock.
 */
final class Intake {
  /** How far ahead of the clock imports may lie: beyond a year it is a file in a wrong unit. */
  private static final long IMPORTS_AHEAD = Duration.ofDays(366).toMillis();

  private static final int MAX_CHECKED_BACK = 512;
  private static final Reason[] REASONS = Reason.values();

  private final HeadOptions options;
  private final LongSupplier clock;
  private final HeadCounters counters;

  private SeriesTable series;
  private Memtable memtable;
  private volatile long maxTime = Long.MIN_VALUE; // written under the lock

  private final FrameBuffer labels = new FrameBuffer();
  private int[] numbers = new int[2048];
  private int[] rows = new int[2048];
  private int accepted;
  private int[] registeredIds = new int[256];
  private int registrations;
  private int floats;
  private int histograms;
  private int late;
  private boolean overwrites;
  private boolean imports;
  private long newestAllowed;
  private long now;

  private long oldestAllowed;
  private final int[] rejected = new int[REASONS.length];
  private final int[] rejectedSeries = new int[REASONS.length];
  private long @Nullable [] refused; // bits of the rows of the batch
  private int guess;
  private boolean numbered; // the batch names series by their numbers here

  Intake(
      SeriesTable series,
      Memtable memtable,
      HeadOptions options,
      LongSupplier clock,
      HeadCounters counters) {
    this.series = series;
    this.memtable = memtable;
    this.options = options;
    this.clock = clock;
    this.counters = counters;
  }

  /** From now on samples go there. */
  void redirect(SeriesTable series, Memtable memtable) {
    this.series = series;
    this.memtable = memtable;
    this.guess = 0;
  }

  /** Newest sample ever taken; {@link Long#MIN_VALUE} if there is none. */
  long maxTime() {
    return maxTime;
  }

  /** Series whose last sample is older than this are idle. */
  long idleBefore() {
    long newest = Math.min(maxTime, clock.getAsLong());
    return newest == Long.MIN_VALUE ? newest : newest - options.idleTimeout().toMillis();
  }

  /** Tells of samples that lie elsewhere, such as in blocks. */
  void sawTime(long time) {
    maxTime = Math.max(maxTime, time);
  }

  /** Takes a batch. */
  AppendResult take(SampleBatch batch) {
    reset(batch);
    for (int s = 0; s < batch.seriesCount(); s++) {
      int firstRow = batch.firstRow(s);
      int rowsEnd = batch.firstRow(s + 1);
      int id = seriesOf(batch, s, firstRow, rowsEnd);
      if (id >= 0) {
        takeRows(batch, s, id, firstRow, rowsEnd);
      }
    }
    return result(batch);
  }

  /** Takes a row that the log holds: it was accepted once, so only its place is to be found. */
  void restore(int id, long time, long bits, long start, @Nullable FloatHistogram histogram) {
    long[] page = series.page(id);
    int at = series.offset(id);
    long lastTime = page[at + SeriesTable.LAST_TIME];
    if (time > lastTime) {
      memtable.add(id, time, bits, start, histogram, lastTime, page[at + SeriesTable.LAST_BITS]);
      page[at + SeriesTable.LAST_TIME] = time;
      page[at + SeriesTable.LAST_BITS] = bits;
      maxTime = Math.max(maxTime, time);
    } else if (time < lastTime || !isLast(id, time, bits, histogram)) {
      memtable.addLate(id, time, bits, start, histogram);
    }
  }

  /** Whether the last batch brought anything that the log must hold. */
  boolean hasAccepted() {
    return accepted > 0;
  }

  /**
   * Puts what was accepted of the batch taken last into a frame.
   *
   * @param again gets a frame with the registrations, to be logged a second time later
   */
  void log(SampleBatch batch, long scope, FrameBuffer out, FrameBuffer again) {
    out.begin();
    out.putByte(BatchRecord.SAMPLES);
    out.putByte(BatchRecord.flags(batch));
    collectRegistrations(scope);
    putRegistrations(out);
    BatchRecord.putRows(out, batch, numbers, rows, accepted);
    out.end();
    if (registrations > 0) {
      again.begin();
      again.putByte(BatchRecord.AGAIN);
      putRegistrations(again);
      again.end();
    }
  }

  private void putRegistrations(FrameBuffer out) {
    if (registrations == 0) {
      out.putVarint(0);
      return;
    }
    labels.clear();
    BatchRecord.putRegistrations(labels, series, registeredIds, registrations);
    out.putCompressed(labels);
  }

  private void collectRegistrations(long scope) {
    registrations = 0;
    int before = -1;
    for (int i = 0; i < accepted; i++) {
      int id = numbers[i];
      if (id != before && !series.markLogged(id, scope)) {
        if (registrations == registeredIds.length) {
          registeredIds = Arrays.copyOf(registeredIds, 2 * registrations);
        }
        registeredIds[registrations++] = id;
      }
      before = id;
    }
  }

  private void reset(SampleBatch batch) {
    accepted = 0;
    floats = 0;
    histograms = 0;
    late = 0;
    Arrays.fill(rejected, 0);
    refused = null;
    int most = batch.rowCount();
    if (most > rows.length) {
      numbers = new int[most];
      rows = new int[most];
    }
    now = clock.getAsLong();
    numbered = batch.numbering() == series;
    imports = batch.origin() instanceof Origin.Import;
    overwrites = imports || batch.origin() instanceof Origin.Rules;
    newestAllowed =
        batch.origin() instanceof Origin.RemoteWrite || batch.origin() instanceof Origin.Push
            ? now + options.maxAhead().toMillis()
            : imports ? now + IMPORTS_AHEAD : Long.MAX_VALUE;
    long newest = Math.min(now, Math.max(maxTime, batch.maxTimestamp()));
    long retention = options.retention().toMillis();
    oldestAllowed = retention == 0 || imports ? Long.MIN_VALUE : newest - retention;
  }

  private int seriesOf(SampleBatch batch, int s, int firstRow, int rowsEnd) {
    int id = numbered ? batch.number(s) : -1;
    if (id >= 0) {
      return id;
    }
    long hash = batch.hash(s);
    id = series.find(hash, batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s), guess);
    if (id < 0) {
      if (!imports && onlyStale(batch, firstRow, rowsEnd)) {
        return -1;
      }
      id = addSeries(batch, s, hash);
      if (id < 0) {
        return -1;
      }
    }
    guess = id + 1;
    return id;
  }

  private int addSeries(SampleBatch batch, int s, long hash) {
    if (options.maxSeries() > 0 && series.size() >= options.maxSeries()) {
      reject(Reason.TOO_MANY_SERIES, batch, s);
      return -1;
    }
    try {
      int id = series.add(hash, batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s));
      counters.created.increment();
      return id;
    } catch (IllegalArgumentException e) {
      reject(Reason.INVALID_LABELS, batch, s);
      return -1;
    }
  }

  private static boolean onlyStale(SampleBatch batch, int firstRow, int rowsEnd) {
    for (int row = firstRow; row < rowsEnd; row++) {
      var histogram = batch.histogram(row);
      if (histogram == null ? !StaleMarker.is(batch.value(row)) : !histogram.isStale()) {
        return false;
      }
    }
    return true;
  }

  private void takeRows(SampleBatch batch, int s, int id, int firstRow, int rowsEnd) {
    long[] page = series.page(id);
    int at = series.offset(id);
    for (int row = firstRow; row < rowsEnd; row++) {
      long time = batch.timestamp(row);
      var histogram = batch.histogram(row);
      long bits =
          histogram == null
              ? Double.doubleToRawLongBits(batch.value(row))
              : SeriesTable.HISTOGRAM_BITS;
      long lastTime = page[at + SeriesTable.LAST_TIME];
      if (time > newestAllowed || time < oldestAllowed) {
        reject(Reason.OUT_OF_BOUNDS, batch, s, row);
      } else if (time > lastTime) {
        if (lastTime == Long.MIN_VALUE) {
          series.revive(id);
        }
        long start = batch.startTimestamp(row);
        memtable.add(id, time, bits, start, histogram, lastTime, page[at + SeriesTable.LAST_BITS]);
        page[at + SeriesTable.LAST_TIME] = time;
        page[at + SeriesTable.LAST_BITS] = bits;
        maxTime = Math.max(maxTime, time);
        accept(id, row, histogram);
      } else {
        takeLate(batch, s, id, row, bits, histogram, lastTime);
      }
    }
  }

  private void takeLate(
      SampleBatch batch,
      int s,
      int id,
      int row,
      long bits,
      @Nullable FloatHistogram histogram,
      long lastTime) {
    long time = batch.timestamp(row);
    Reason verdict = null;
    if (time == lastTime) {
      boolean same =
          overwrites
              ? memtable.compareAt(id, time, bits, histogram) == Memtable.SAME
              : isLast(id, time, bits, histogram);
      if (same) {
        countAccepted(histogram);
        return;
      }
      verdict = Reason.DUPLICATE_TIMESTAMP;
    } else if (time < Math.min(maxTime, now) - options.outOfOrderWindow().toMillis()) {
      verdict = options.outOfOrderWindow().isZero() ? Reason.OUT_OF_ORDER : Reason.TOO_OLD;
    } else if (memtable.countOf(id) <= MAX_CHECKED_BACK) {
      int known = memtable.compareAt(id, time, bits, histogram);
      if (known == Memtable.SAME) {
        countAccepted(histogram);
        return;
      }
      verdict = known == Memtable.OTHER ? Reason.DUPLICATE_TIMESTAMP : null;
    }
    if (verdict != null && !overwrites) {
      reject(verdict, batch, s, row);
      return;
    }
    memtable.addLate(id, time, bits, batch.startTimestamp(row), histogram);
    late++;
    accept(id, row, histogram);
  }

  /** Whether the series' sample at its last time is this one; it may have been overwritten. */
  private boolean isLast(int id, long time, long bits, @Nullable FloatHistogram histogram) {
    if (memtable.hasLate(id)) {
      int known = memtable.compareAt(id, time, bits, histogram);
      if (known != Memtable.NONE) { // else it was frozen meanwhile
        return known == Memtable.SAME;
      }
    }
    if (bits != series.lastBits(id)) {
      return false;
    }
    var last = histogram == null ? null : memtable.lastHistogram(id);
    return last == null || last.equals(histogram);
  }

  private void accept(int id, int row, @Nullable FloatHistogram histogram) {
    numbers[accepted] = id;
    rows[accepted] = row;
    accepted++;
    countAccepted(histogram);
  }

  private void countAccepted(@Nullable FloatHistogram histogram) {
    if (histogram == null) {
      floats++;
    } else {
      histograms++;
    }
  }

  /** Refuses all rows of a series. */
  private void reject(Reason reason, SampleBatch batch, int s) {
    for (int row = batch.firstRow(s); row < batch.firstRow(s + 1); row++) {
      reject(reason, batch, s, row);
    }
  }

  private void reject(Reason reason, SampleBatch batch, int s, int row) {
    if (rejected[reason.ordinal()] == 0) {
      rejectedSeries[reason.ordinal()] = s;
    }
    rejected[reason.ordinal()]++;
    if (refused == null) {
      refused = new long[(batch.rowCount() + 63) >>> 6];
    }
    refused[row >>> 6] |= 1L << row;
  }

  private AppendResult result(SampleBatch batch) {
    counters.floats.add(floats);
    counters.histograms.add(histograms);
    counters.outOfOrder.add(late);
    if (refused == null) {
      return new AppendResult(floats, histograms, 0, List.of());
    }
    batch.refuse(refused);
    var rejections = new ArrayList<AppendResult.Rejection>();
    for (var reason : REASONS) {
      int count = rejected[reason.ordinal()];
      if (count > 0) {
        rejections.add(
            new AppendResult.Rejection(
                reason, count, example(batch, rejectedSeries[reason.ordinal()])));
        counters.reject(reason, count);
      }
    }
    return new AppendResult(floats, histograms, 0, rejections);
  }

  private static String example(SampleBatch batch, int s) {
    try {
      return batch.labels(s).toString();
    } catch (IllegalArgumentException e) {
      return "a series whose label bytes are malformed: " + e.getMessage();
    }
  }
}
