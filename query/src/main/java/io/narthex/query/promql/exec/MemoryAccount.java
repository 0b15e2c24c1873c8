package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.util.function.UnaryOperator;

/**
 * The memory that one query holds, in estimated bytes. Takes from the pool in larger pieces, so
 * that counting costs little. Safe for use by several threads.
 */
final class MemoryAccount {
  private static final long PIECE = 256 << 10;

  /** The part of its memory that a query spends on what it can do without. */
  private static final int SPARE_SHARE = 8;

  private final MemoryPool pool;
  private final long limit;
  private long held;
  private long peak;
  private long taken;
  private long spare;

  /** What became of a wish. */
  enum Outcome {
    GRANTED,
    /** The query alone would hold too much. */
    OVER_QUERY_LIMIT,
    /** All queries together would hold too much. */
    OVER_POOL_LIMIT
  }

  /**
   * @param limit bytes that this query may hold
   */
  MemoryAccount(MemoryPool pool, long limit) {
    this.pool = pool;
    this.limit = limit;
  }

  /** Counts bytes as held, before they are allocated; nothing is counted unless granted. */
  synchronized Outcome hold(long bytes) {
    if (bytes > limit - held) {
      return Outcome.OVER_QUERY_LIMIT;
    }
    long missing = held + bytes - taken;
    if (missing > 0) {
      long piece = Math.max(missing, PIECE);
      if (!pool.take(piece, taken + piece)) {
        return Outcome.OVER_POOL_LIMIT;
      }
      taken += piece;
    }
    held += bytes;
    peak = Math.max(peak, held);
    return Outcome.GRANTED;
  }

  /**
   * The fault of a wish that was not granted.
   *
   * @param wish what is said of it at the end, from the amount as text
   */
  FaultException refusal(Outcome outcome, long bytes, UnaryOperator<String> wish) {
    String amount = mebibytes(bytes);
    return outcome == Outcome.OVER_QUERY_LIMIT
        ? new FaultException(
            Fault.TOO_MANY_SAMPLES,
            "query needs too much memory: "
                + mebibytes(held() + bytes)
                + ", a query may hold "
                + mebibytes(limit)
                + " (--query.max-bytes)"
                + wish.apply(amount))
        : new FaultException(
            Fault.OVERLOADED,
            "too many large queries at once: this one holds "
                + mebibytes(held())
                + " and needs "
                + amount
                + " more, all together may hold "
                + mebibytes(pool.limit())
                + " (--query.max-total-bytes); try again later"
                + wish.apply(amount));
  }

  private static String mebibytes(long bytes) {
    return Math.ceil(bytes / (double) (1 << 20) * 10) / 10 + " MiB";
  }

  /**
   * Counts bytes as held, before they are allocated, for what the query can do without: if it holds
   * little of that kind, and all queries together not too much.
   */
  synchronized boolean holdSpare(long bytes) {
    if (bytes > spareLimit() - spare
        || bytes > pool.limit() / 2 - pool.held()
        || hold(bytes) != Outcome.GRANTED) {
      return false;
    }
    spare += bytes;
    return true;
  }

  /**
   * Counts bytes as held, before they are allocated, for what makes the query quicker: if that
   * leaves it half of its memory, and, should it be large, all queries half of theirs.
   */
  synchronized boolean holdAmple(long bytes) {
    return bytes <= limit / 2 - held
        && (bytes <= PIECE || bytes <= pool.limit() / 2 - pool.held())
        && hold(bytes) == Outcome.GRANTED;
  }

  /** Bytes that the query spends at most on what it can do without. */
  long spareLimit() {
    return limit / SPARE_SHARE;
  }

  synchronized void releaseSpare(long bytes) {
    spare -= bytes;
    held -= bytes;
  }

  synchronized void release(long bytes) {
    held -= bytes;
  }

  synchronized long held() {
    return held;
  }

  synchronized long peak() {
    return peak;
  }

  /** Gives back to the pool what is not held. */
  synchronized void trim() {
    pool.giveBack(taken - held);
    taken = held;
  }

  /** Gives back everything. */
  synchronized void close() {
    pool.giveBack(taken);
    taken = 0;
    held = 0;
  }
}
