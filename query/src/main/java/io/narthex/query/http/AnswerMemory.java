package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.query.promql.QueryProgress;
import java.util.function.IntConsumer;

/**
 * Memory of answers that are gathered before they are written and that no query engine counts:
 * remote read, federation, lists of series, and selectors with their regular expressions. All
 * together may take a part of the heap; whoever comes when that is taken is told to try again,
 * instead of the process running out of memory. Safe for use by several threads.
 */
final class AnswerMemory {
  private static final int PART_OF_HEAP = 8;

  private final long limit;
  private long held;

  /**
   * @param limit bytes of all answers at a time
   */
  AnswerMemory(long limit) {
    this.limit = limit;
  }

  /** An eighth of the heap. */
  static AnswerMemory ofHeap() {
    return new AnswerMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  long limit() {
    return limit;
  }

  /** Bytes of all answers now. */
  synchronized long held() {
    return held;
  }

  /** What one answer holds; all of it is given back when the call is over. */
  Account open(Call call) {
    return open(call.progress());
  }

  Account open(QueryProgress progress) {
    var account = new Account();
    progress.onClose(account::close);
    return account;
  }

  /**
   * What is told how many entries a list has by now: it counts them until the call is over, and
   * fails once nobody waits for the answer.
   *
   * @param entryBytes what an entry takes, estimated
   */
  IntConsumer growing(Call call, long entryBytes) {
    var account = open(call);
    return entries -> {
      call.cancellation().check("a lookup");
      account.grow(entryBytes * entries);
    };
  }

  private synchronized boolean take(long bytes) {
    if (bytes > limit - held) {
      return false;
    }
    held += bytes;
    return true;
  }

  private synchronized void giveBack(long bytes) {
    held -= bytes;
  }

  /** The bytes of one answer. */
  final class Account {
    private long own;
    private boolean closed;

    /**
     * Says how many bytes the answer holds by now, before it grows to them.
     *
     * @throws FaultException {@code OVERLOADED} if all answers together would hold too many
     */
    synchronized void hold(long bytes) {
      if (closed) {
        return;
      }
      if (bytes < own) {
        giveBack(own - bytes);
      } else if (!take(bytes - own)) {
        throw new FaultException(
            Fault.OVERLOADED,
            "answers that are gathered in memory take too much: this one needs "
                + bytes
                + " bytes, all together may take "
                + limit
                + "; ask for less, or try again later");
      }
      own = bytes;
    }

    private synchronized void grow(long bytes) {
      if (bytes > own) {
        hold(bytes);
      }
    }

    /** What texts count against that are read for the answer. */
    ReadingBudget reading() {
      return new ReadingBudget(bytes -> hold(held() + bytes));
    }

    private synchronized long held() {
      return own;
    }

    private synchronized void close() {
      hold(0);
      closed = true;
    }
  }
}
