package io.narthex.sources.scrape;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.status.StatusBoard;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import reactor.core.scheduler.Scheduler;

/**
 * What all loops of a reader share: how targets are fetched, where their outcome is told, the
 * threads that parse, and buffers. Safe for use by several threads.
 */
final class LoopTools implements AutoCloseable {
  private final Fetcher fetcher;
  private final StatusBoard board;
  private final ScrapeMetrics metrics;
  private final FailureLog failures;
  private final BufferPool buffers;
  private final KnownSeries known;
  private final ScrapeOptions options;
  private final Scheduler timer;
  private final Queue<ScrapedRows> rows = new ConcurrentLinkedQueue<>(); // one a thread at most
  private final Queue<Gunzip> gunzips = new ConcurrentLinkedQueue<>(); // likewise

  /**
   * Tools of loops.
   *
   * @param timer tells the time, and has the threads on which bodies are read
   */
  LoopTools(
      Fetcher fetcher,
      StatusBoard board,
      ScrapeMetrics metrics,
      FailureLog failures,
      BufferPool buffers,
      KnownSeries known,
      ScrapeOptions options,
      Scheduler timer) {
    this.fetcher = fetcher;
    this.board = board;
    this.metrics = metrics;
    this.failures = failures;
    this.buffers = buffers;
    this.known = known;
    this.options = options;
    this.timer = timer;
  }

  /** Reads an exposition in {@code bytes[0, length)}. */
  interface Reading<T> {
    T read(byte[] bytes, int length);
  }

  Fetcher fetcher() {
    return fetcher;
  }

  StatusBoard board() {
    return board;
  }

  /** The series of the store. */
  KnownSeries known() {
    return known;
  }

  ScrapeMetrics metrics() {
    return metrics;
  }

  FailureLog failures() {
    return failures;
  }

  Scheduler timer() {
    return timer;
  }

  long millis() {
    return timer.now(TimeUnit.MILLISECONDS);
  }

  long toleranceMillis() {
    return options.timestampTolerance().toMillis();
  }

  ScrapedRows takeRows() {
    var free = rows.poll();
    return free == null ? new ScrapedRows() : free;
  }

  void giveRows(ScrapedRows used) {
    rows.offer(used);
  }

  /**
   * Gives the body, decompressed if need be, to {@code reading} and takes its buffers back.
   *
   * @throws ScrapeException if it is larger than the target's limit, or broken
   */
  <T> T unpacked(Body body, TargetSplit target, Reading<T> reading) {
    if (!body.gzip()) {
      T read = reading.read(body.bytes(), body.length());
      buffers.give(body.bytes());
      return read;
    }
    long limit = target.config().bodySizeLimit();
    long most = limit > 0 ? Math.min(limit, options.maxBodyBytes()) : options.maxBodyBytes();
    var free = gunzips.poll();
    var gunzip = free == null ? new Gunzip() : free;
    try {
      gunzip.inflate(body.bytes(), body.length(), buffers.take(), most);
      T read = reading.read(gunzip.out(), gunzip.length());
      buffers.give(body.bytes());
      return read;
    } finally {
      buffers.give(gunzip.out());
      gunzips.offer(gunzip);
    }
  }

  @Override
  public void close() {
    for (var gunzip = gunzips.poll(); gunzip != null; gunzip = gunzips.poll()) {
      gunzip.close();
    }
    fetcher.close();
    timer.dispose();
  }
}
