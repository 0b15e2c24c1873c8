package io.narthex.sinks.head;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.Cardinality;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.SeriesExemplars;
import io.narthex.sinks.index.PostingsQuery;
import io.narthex.sinks.index.VisiblePostings;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.Wal;
import io.narthex.sinks.wal.WalListener;
import io.narthex.sinks.wal.WalOptions;
import io.narthex.sinks.wal.WalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest samples, in memory and in the log.
 *
 * <ol>
 *   <li>A batch is taken under the lock: into the current memtable and, as a frame, into the log's
 *       queue. Readers that come later see all of it.
 *   <li>The log's thread makes the frame durable; then the batch's future completes.
 *   <li>{@link #freeze} sets the current memtable aside and cuts the log.
 *   <li>Once a frozen memtable is stored elsewhere, {@link #retire} drops it, and the log up to the
 *       cut.
 * </ol>
 *
 * <p>Readers take the lock only to note where the chains of their series end; they search the index
 * before and decode after it. Safe for use by several threads.
 */
public final class Head implements SampleAppender, KnownSeries, AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Head.class);

  /** Searches without the lock before the newest series are looked at under it. */
  private static final int MAX_SEARCHES = 3;

  private final ReentrantLock lock = new ReentrantLock();
  private final HeadCounters counters = new HeadCounters();
  private final Intake intake;
  private final HeadNotes notes;
  private final FrameBuffer frames = new FrameBuffer();
  private final FrameBuffer again = new FrameBuffer();
  private final Wal wal;
  private long scope;
  private volatile Memtable current;
  private volatile List<Memtable> memtables;

  /**
   * Opens the head: restores what the log in a directory holds, and goes on with it.
   *
   * @param clock milliseconds since the epoch
   * @throws IOException if the log cannot be read, or is of an unknown version
   */
  public static Head open(
      Path walDirectory,
      HeadOptions options,
      WalOptions walOptions,
      WalListener listener,
      LongSupplier clock)
      throws IOException {
    Files.createDirectories(walDirectory);
    long scope = Wal.lastScope(walDirectory) + 1;
    return new Head(
        options,
        clock,
        walDirectory,
        Wal.open(walDirectory, scope, walOptions, listener),
        scope,
        listener);
  }

  Head(
      HeadOptions options,
      LongSupplier clock,
      Path walDirectory,
      Wal wal,
      long scope,
      WalListener listener)
      throws IOException {
    this.wal = wal;
    this.scope = scope;
    var series = new SeriesTable();
    this.current = new Memtable(series);
    this.memtables = List.of(current);
    this.intake = new Intake(series, current, options, clock, counters);
    this.notes = new HeadNotes(options.maxExemplars());
    var replay = new Replay(series, intake, notes.exemplars(), notes.metadata());
    long start = System.nanoTime();
    try {
      WalReader.read(walDirectory, replay, listener);
    } catch (IOException | RuntimeException e) {
      wal.close();
      throw e;
    }
    LOGGER.info(
        "write-ahead log replayed: {} samples of {} series in {} ms",
        replay.samples(),
        series.size(),
        (System.nanoTime() - start) / 1_000_000);
  }

  @Override
  public Numbering numbering() {
    return current.series();
  }

  @Override
  public CompletableFuture<AppendResult> append(SampleBatch batch) {
    return append(batch, true);
  }

  @Override
  public CompletableFuture<AppendResult> appendUnawaited(SampleBatch batch) {
    return append(batch, false);
  }

  /** Makes durable soon what is not yet; the futures of the batches tell when. */
  @Override
  public void sync() {
    wal.hurry();
  }

  private CompletableFuture<AppendResult> append(SampleBatch batch, boolean awaited) {
    try {
      wal.awaitRoom();
    } catch (FaultException e) {
      return CompletableFuture.failedFuture(e);
    }
    Appended appended;
    lock.lock();
    try {
      appended = new Appended(notes.take(batch, current.series(), take(batch)));
      logRegistrationsAgain();
      frames.clear();
      if (intake.hasAccepted()) {
        intake.log(batch, scope, frames, again);
      }
      notes.log(batch, frames);
      wal.append(frames, appended, awaited);
    } finally {
      lock.unlock();
    }
    return appended;
  }

  /**
   * Takes a batch. If that fails half-way, what was taken goes into the log nevertheless: it can be
   * read already, and sent again it would be acknowledged as known.
   */
  private AppendResult take(SampleBatch batch) {
    boolean complete = false;
    try {
      var result = intake.take(batch);
      complete = true;
      return result;
    } finally {
      if (!complete && intake.hasAccepted()) {
        LOGGER.error("a batch could be taken in part only; its sender is told so");
        logRegistrationsAgain();
        frames.clear();
        intake.log(batch, scope, frames, again);
        wal.append(frames, null);
      }
    }
  }

  /** What was said of metric families. */
  public Map<String, List<MetricMetadata>> metadata() {
    return notes.metadata().all();
  }

  /**
   * Makes durable, apart from the log's samples, what no block will hold: exemplars and metadata.
   * To be called between {@link #freeze} and {@link #retire}, by one thread at a time.
   */
  public void saveNotes() throws IOException {
    notes.save(wal);
  }

  /** Exemplars of series that satisfy one whole set of matchers; see the storage port. */
  public List<SeriesExemplars> exemplars(List<List<Matcher>> matchers, long from, long to) {
    return notes.exemplars().select(matchers, from, to);
  }

  /** Where the series of the head come from; see {@link Cardinality}. */
  public Cardinality cardinality(int limit) {
    return current.series().postings().cardinality(limit);
  }

  /**
   * Selects series that satisfy all matchers and have samples in a memtable that overlaps the
   * range.
   *
   * @param checkpoint is run now and then while the index is searched, and may stop the search by
   *     an exception
   * @param meanwhile runs at the very moment that the selection shows, so that what moves between
   *     the head and other places ({@link #retire}) is seen in exactly one of them
   * @return one part for each generation of series, oldest first; a series may be in several
   */
  public List<HeadPart> select(
      List<Matcher> matchers, long from, long to, Runnable checkpoint, Runnable meanwhile) {
    var search = new HeadSearch(matchers, from, to, checkpoint);
    for (int tries = 0; ; tries++) {
      search.lookAt(memtables);
      lock.lock();
      try {
        if (search.isComplete(memtables, tries > MAX_SEARCHES)) {
          meanwhile.run();
          return search.parts(memtables);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** The inverted indexes of the head, one for each generation of series that have samples. */
  public List<HeadIndex> indexes() {
    var all = new ArrayList<HeadIndex>();
    SeriesTable before = null;
    for (var memtable : memtables) {
      var series = memtable.series();
      if (series != before) {
        var visible = VisiblePostings.without(emptied(series), series.postings());
        all.add(new HeadIndex(visible, series::labels));
      }
      before = series;
    }
    return all;
  }

  private RoaringBitmap emptied(SeriesTable series) {
    lock.lock();
    try {
      return series.emptied().clone();
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #freeze(double)}, without the idle series if they are many.
   *
   * @return null if nothing was appended since the last time
   */
  public @Nullable Frozen freeze() {
    return freeze(Rejuvenation.WORTH);
  }

  /**
   * Sets aside what was appended so far and cuts the log. If at least this share of the series is
   * idle, what follows begins without them. Called by one thread at a time.
   *
   * @param idleShare 0 to 1; more than a quarter is taken as a quarter
   * @return null if nothing was appended since the last time
   */
  public @Nullable Frozen freeze(double idleShare) {
    var rejuvenation =
        Rejuvenation.prepare(
            current.series(), intake.idleBefore(), Math.min(idleShare, Rejuvenation.WORTH));
    Memtable frozen;
    long next;
    lock.lock();
    try {
      frozen = current;
      if (frozen.isEmpty()) {
        return null;
      }
      logRegistrationsAgain();
      next = ++scope;
      wal.cut(next);
      var series = frozen.series();
      if (rejuvenation != null) {
        series = rejuvenation.complete();
        counters.removed.add(rejuvenation.removed());
      }
      current = new Memtable(series);
      var all = new ArrayList<>(memtables);
      all.add(current);
      memtables = List.copyOf(all);
      intake.redirect(current.series(), current);
    } finally {
      lock.unlock();
    }
    return new Frozen(frozen, next);
  }

  /**
   * Drops what was frozen, now that it is stored elsewhere; {@link #dropLog} is to follow.
   *
   * @param publish makes it visible elsewhere; runs at the moment at which the head forgets it
   */
  public void retire(Frozen frozen, Runnable publish) {
    lock.lock();
    try {
      publish.run();
      var all = new ArrayList<>(memtables);
      all.remove(frozen.memtable());
      memtables = List.copyOf(all);
    } finally {
      lock.unlock();
    }
  }

  /** Drops the part of the log that holds what was retired and all before it. */
  public void dropLog(Frozen retired) throws IOException {
    wal.deleteBefore(retired.nextScope());
  }

  /**
   * Forgets that series had their newest sample in a range that was deleted, so that samples sent
   * again are taken as new ones. Series that have samples in the head keep what they know. To be
   * called when nothing is frozen.
   */
  public void forget(List<Matcher> matchers, long from, long to) {
    var series = current.series();
    var found = PostingsQuery.select(series.postings(), matchers);
    lock.lock();
    try {
      if (current.series() == series) {
        found.forEach(
            (int id) -> {
              long last = series.lastTime(id);
              if (last >= from && last <= to && !current.has(id)) {
                series.forgetLast(id);
              }
            });
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells of samples that lie elsewhere, so that very old ones are recognised as such. */
  public void sawTime(long newest) {
    lock.lock();
    try {
      intake.sawTime(newest);
    } finally {
      lock.unlock();
    }
  }

  public HeadCounters counters() {
    return counters;
  }

  /**
   * Brings all series into label order, as the first large query and the next flush do otherwise.
   */
  public void orderSeries() {
    var series = current.series();
    series.order().prepare(series.size());
  }

  /** Series in the head. */
  public int seriesCount() {
    return memtables.get(memtables.size() - 1).series().size();
  }

  /** Series of the head that a stale marker has ended; looks at all series. */
  public int staleSeriesCount() {
    var series = current.series();
    int stale = 0;
    for (int id = 0, size = series.size(); id < size; id++) {
      stale += series.lastBits(id) == StaleMarker.BITS ? 1 : 0;
    }
    return stale;
  }

  /** Figures of the samples in the head. */
  public Range range() {
    lock.lock();
    try {
      long min = Long.MAX_VALUE;
      long max = Long.MIN_VALUE;
      long samples = 0;
      for (var memtable : memtables) {
        min = Math.min(min, memtable.minTime());
        max = Math.max(max, memtable.maxTime());
        samples += memtable.samples();
      }
      return new Range(
          min, max, samples, memtables.size(), current.samples(), current.sizeInBytes());
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of memory that series and samples take, about. */
  public long sizeInBytes() {
    long bytes = 0;
    SeriesTable before = null;
    for (var memtable : memtables) {
      bytes += memtable.sizeInBytes();
      bytes += memtable.series() == before ? 0 : memtable.series().sizeInBytes();
      before = memtable.series();
    }
    return bytes;
  }

  /** Makes what is in the log durable and stops it. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      logRegistrationsAgain();
    } finally {
      lock.unlock();
    }
    wal.close();
  }

  private void logRegistrationsAgain() {
    if (again.size() > 0) {
      wal.append(again, null);
      again.clear();
    }
  }

  /**
   * What the head holds.
   *
   * @param minTime oldest sample; {@link Long#MAX_VALUE} if there is none
   * @param maxTime newest sample; {@link Long#MIN_VALUE} if there is none
   * @param samples all samples
   * @param memtables the current one and the frozen ones
   * @param currentSamples samples that are not frozen
   * @param currentBytes memory of those
   */
  public record Range(
      long minTime,
      long maxTime,
      long samples,
      int memtables,
      long currentSamples,
      long currentBytes) {}
}
