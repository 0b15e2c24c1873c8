package io.narthex.query.promql.exec;

import static java.util.Objects.requireNonNull;

import io.narthex.query.promql.function.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sweep on several threads. Series are cut into chunks, which threads claim in order and evaluate
 * into a slot of a ring; the query's own thread takes the chunks in order, and evaluates some
 * itself while the one it needs is not ready. A slot is used again when its chunk was taken, and
 * native histograms ahead may take a part of the query's memory, so nobody gets far ahead.
 */
final class SharedSweep {
  /** What one chunk should take, so that claiming it costs nothing beside. */
  private static final long CHUNK_NANOS = 100_000;

  private static final int MOST_IN_CHUNK = 64;

  /** Bytes of a chunk's columns at most, unless one column has more. */
  private static final long CHUNK_BYTES = 256 << 10;

  /** Chunks that may be ahead, for each thread. */
  private static final int AHEAD = 4;

  /** Chunks for each thread at least, so that all end at about the same time. */
  private static final int SHARES = 8;

  /** How long who waits sleeps at most before it looks again. */
  private static final long LOOK_NANOS = 200_000;

  private final Evaluation evaluation;
  private final Operand.Vector input;
  private final Sweep.Taker taker;
  private final int steps;
  private final SpareCores cores;
  private final List<Helper> helpers = new ArrayList<>();
  private final Helper own;

  private final AtomicInteger nextChunk = new AtomicInteger();
  private final AtomicLong histogramsAhead = new AtomicLong(); // bytes that are counted as held
  private final long mostAhead;
  private volatile boolean scarce;
  private volatile int taken;
  private volatile boolean ended;
  private volatile @Nullable Thread waitingOwner;
  private volatile @Nullable Thread waitingHelper;

  private int first;
  private int perChunk = 1;
  private int chunks;
  private long bytes;
  private Slot[] slots = new Slot[0];

  /** Where a helper stands. */
  private enum State {
    QUEUED,
    WORKING,
    DONE
  }

  /** One thread's own operands. */
  private final class Helper implements Runnable {
    private final Evaluation helping;
    private final Operand.Vector twin;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);

    Helper(Evaluation helping, Operand.Vector twin) {
      this.helping = helping;
      this.twin = twin;
    }

    @Override
    public void run() {
      if (!state.compareAndSet(State.QUEUED, State.WORKING)) {
        return;
      }
      try {
        while (!ended && !scarce && !cores.crowded(evaluation.computing())) {
          int chunk = claim(-1);
          if (chunk >= 0) {
            slots[chunk % slots.length].fill(chunk, this);
            cores.countHelp();
            LockSupport.unpark(waitingOwner);
          } else if (nextChunk.get() >= chunks) {
            return;
          } else {
            waitingHelper = Thread.currentThread();
            LockSupport.parkNanos(this, LOOK_NANOS);
          }
        }
      } finally {
        state.set(State.DONE);
        LockSupport.unpark(waitingOwner);
      }
    }

    /** Returns when the helper does nothing any more. */
    void end() {
      helping.stop();
      LockSupport.unpark(waitingHelper);
      if (state.compareAndSet(State.QUEUED, State.DONE)) {
        return;
      }
      waitingOwner = Thread.currentThread();
      while (state.get() != State.DONE) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
      waitingOwner = null;
    }
  }

  /** A chunk that was evaluated ahead, or its first series if there was no memory for more. */
  private final class Slot {
    private final @Nullable Column[] columns = new Column[perChunk];
    private final Evaluation.@Nullable Spent[] spent = new Evaluation.Spent[perChunk];
    private final long[] histogramBytes = new long[perChunk];
    private int filled;
    private @Nullable Throwable failure;
    private volatile int ready = -1;

    void fill(int chunk, Helper helper) {
      failure = null;
      int begin = first + chunk * perChunk;
      int end = Math.min(input.size(), begin + perChunk);
      int at = 0;
      try {
        for (int series = begin; series < end && !scarce; series++, at++) {
          @Nullable Column column = columns[at];
          if (column == null) {
            column = new Column(steps);
            columns[at] = column;
          }
          column.clear();
          helper.helping.checkpoint();
          helper.twin.evaluate(series, column);
          spent[at] = helper.helping.spend(spent[at]);
          histogramBytes[at] = column.hasHistograms() ? counted(column, helper.helping) : 0;
        }
      } catch (RuntimeException | Error e) {
        // It is the query's failure, when its turn comes.
        failure = e;
      }
      filled = at;
      ready = chunk;
    }

    /** Counts the histograms of a column; those of the last one of a thread may be too many. */
    private long counted(Column column, Evaluation helping) {
      long more = (long) Long.BYTES * steps + column.histogramBytes();
      if (!helping.mayReserve(more)) {
        scarce = true;
        return 0;
      }
      histogramsAhead.addAndGet(more);
      return more;
    }

    void take(int chunk) {
      int begin = first + chunk * perChunk;
      for (int at = 0; at < filled; at++) {
        evaluation.absorb(requireNonNull(spent[at]));
        evaluation.checkpoint();
        Column column = requireNonNull(columns[at]);
        evaluation.free(histogramBytes[at]);
        histogramsAhead.addAndGet(-histogramBytes[at]);
        if (taker.take(begin + at, column) || column.hasHistograms()) {
          columns[at] = null;
        }
      }
      if (failure != null) {
        fail(failure);
      }
      evaluate(begin + filled, Math.min(input.size(), begin + perChunk));
    }

    private void fail(Throwable cause) {
      if (cause instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) cause;
    }
  }

  private SharedSweep(
      Evaluation evaluation,
      Operand.Vector input,
      int steps,
      Sweep.Taker taker,
      Operand.Vector twin,
      Evaluation helping) {
    this.evaluation = evaluation;
    this.input = input;
    this.steps = steps;
    this.taker = taker;
    cores = evaluation.spareCores();
    mostAhead = evaluation.spareBytes();
    own = new Helper(helping, twin);
  }

  /**
   * A sweep that others can help with; null if the vector cannot be evaluated by several threads.
   */
  static @Nullable SharedSweep of(
      Evaluation evaluation, Operand.Vector input, int steps, Sweep.Taker taker) {
    Evaluation helping = evaluation.helper();
    Operand.@Nullable Vector twin = input.twin(helping);
    return twin == null ? null : new SharedSweep(evaluation, input, steps, taker, twin, helping);
  }

  /**
   * Prepares to evaluate all series from one on.
   *
   * @param nanosEach what a series takes, estimated
   * @return false if there is no memory for columns ahead
   */
  boolean prepare(int from, long nanosEach) {
    cut(from, Math.max(1, nanosEach));
    bytes = (long) slots.length * perChunk * Evaluation.columnBytes(steps);
    return evaluation.mayReserve(bytes);
  }

  /** Evaluates all series from the first on. */
  void run() {
    try {
      gather();
      for (int chunk = 0; chunk < chunks; chunk++) {
        take(chunk);
        taken = chunk + 1;
        LockSupport.unpark(waitingHelper);
      }
    } finally {
      ended = true;
      helpers.forEach(Helper::end);
      evaluation.free(bytes + histogramsAhead.get());
    }
  }

  private void cut(int from, long nanosEach) {
    first = from;
    int left = input.size() - from;
    int threads = cores.helpers() + 1;
    long most = Math.min(MOST_IN_CHUNK, CHUNK_BYTES / Evaluation.columnBytes(steps));
    most = Math.min(most, CHUNK_NANOS / nanosEach);
    most = Math.min(most, left / (threads * SHARES));
    perChunk = (int) Math.max(1, most);
    chunks = (left + perChunk - 1) / perChunk;
    slots = new Slot[Math.min(chunks, AHEAD * threads)];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
  }

  /** Has others begin, as many as cores are free. */
  private void gather() {
    int most = Math.min(cores.helpers(), chunks);
    while (helpers.size() < most && cores.anyFree(evaluation.computing())) {
      Evaluation helping = evaluation.helper();
      Operand.@Nullable Vector twin = input.twin(helping);
      if (twin == null) {
        return;
      }
      var helper = new Helper(helping, twin);
      if (!cores.begin(helper)) {
        return;
      }
      helpers.add(helper);
    }
  }

  private void take(int chunk) {
    Slot slot = slots[chunk % slots.length];
    while (slot.ready != chunk) {
      int claimed = claim(chunk);
      if (claimed == chunk) {
        int begin = first + chunk * perChunk;
        evaluate(begin, Math.min(input.size(), begin + perChunk));
        return;
      }
      if (claimed >= 0) {
        slots[claimed % slots.length].fill(claimed, own);
      } else {
        waitingOwner = Thread.currentThread();
        if (slot.ready != chunk) {
          LockSupport.parkNanos(this, LOOK_NANOS);
        }
        waitingOwner = null;
        evaluation.checkpoint();
      }
    }
    slot.take(chunk);
  }

  /** Evaluates series that are needed at once. */
  private void evaluate(int begin, int end) {
    if (begin == end) {
      return;
    }
    var column = new Column(steps);
    for (int series = begin; series < end; series++) {
      evaluation.checkpoint();
      column.clear();
      input.evaluate(series, column);
      if (taker.take(series, column)) {
        column = new Column(steps);
      }
    }
  }

  /**
   * A chunk to evaluate; -1 if there is none, or what is ahead is enough.
   *
   * @param needed the chunk that is taken next, which is never too much
   */
  private int claim(int needed) {
    while (true) {
      int chunk = nextChunk.get();
      if (chunk >= chunks || chunk >= taken + slots.length) {
        return -1;
      }
      if (chunk != needed && (scarce || histogramsAhead.get() > mostAhead)) {
        return -1;
      }
      if (nextChunk.compareAndSet(chunk, chunk + 1)) {
        return chunk;
      }
    }
  }
}
