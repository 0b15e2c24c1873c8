package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.StepRanges;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What belongs to one running query: its store, limits, counters and annotations, and the
 * selections it has open. Confined to one thread.
 */
final class Evaluation implements AutoCloseable {
  /** A time and a value. */
  private static final long BYTES_PER_SAMPLE = 16;

  /** A column without its steps. */
  private static final long COLUMN_BYTES = 96;

  /** What a selection keeps for each series, at least. */
  private static final long SELECTED_SERIES_BYTES = 64;

  /** What is kept of a series that is held, besides its column and the bytes of its labels. */
  private static final long HELD_SERIES_BYTES = 128;

  /** Rows that a buffer begins with. */
  private static final int BUFFER_ROWS = 256;

  private static final int COMPARISONS_BETWEEN_LOOKS = 1024;

  private static final long TELL_NANOS = 50_000_000;

  /** Longest part of a query in a message. */
  private static final int MAX_TEXT = 100;

  private final Setup setup;
  private final SampleStore store;
  private final EngineOptions options;
  private final Annotations annotations;
  private final Cancellation cancellation;
  private final long deadlineNanos;
  private final long lookbackMillis;
  private final long queryStart;
  private final long queryEnd;
  private final long queryStep;
  private final MemoryAccount memory;
  private final Turns.Turn turn;
  private final QueryProgress progress;
  private final @Nullable PlanRecorder recorder;
  private final Deque<SeriesSelection> open = new ArrayDeque<>();
  private final ReadingBudget reading = new ReadingBudget(this::reserve);

  private long totalSamples;
  private long samplesRead;
  private long held;
  private long peak;
  private Expr peakSite;
  private long series;
  private long toldNanos;
  private Expr site;
  private final boolean helper;
  private volatile boolean stopped;

  Evaluation(Setup setup) {
    this(setup, setup.annotations, false);
  }

  private Evaluation(Setup setup, Annotations annotations, boolean helper) {
    this.setup = setup;
    this.helper = helper;
    store = setup.store;
    site = setup.root;
    peakSite = setup.root;
    memory = setup.memory;
    turn = setup.turn;
    progress = setup.progress;
    recorder = setup.recorder;
    options = setup.options;
    this.annotations = annotations;
    cancellation = setup.cancellation;
    deadlineNanos = setup.deadlineNanos;
    lookbackMillis = setup.lookbackMillis;
    queryStart = setup.queryStart;
    queryEnd = setup.queryEnd;
    queryStep = setup.queryStep;
  }

  /**
   * What an evaluation begins with.
   *
   * @param deadlineNanos when it is given up, on the clock of {@link System#nanoTime}
   * @param lookbackMillis how far instant selectors look back
   * @param queryStart first step of the whole query
   * @param queryEnd end of the whole query
   * @param queryStep its step; 0 for an instant query
   * @param root the whole expression
   * @param memory what it may hold
   * @param turn when it may compute
   * @param progress where it tells what it has used
   * @param recorder what measures its operators; null if nobody wants to know
   * @param spareCores what may help it
   */
  record Setup(
      SampleStore store,
      EngineOptions options,
      Annotations annotations,
      Cancellation cancellation,
      long deadlineNanos,
      long lookbackMillis,
      long queryStart,
      long queryEnd,
      long queryStep,
      Expr root,
      MemoryAccount memory,
      Turns.Turn turn,
      QueryProgress progress,
      @Nullable PlanRecorder recorder,
      SpareCores spareCores) {}

  /** What the evaluation of one series has used, and what it noted. */
  static final class Spent {
    private long read;
    private long total;
    private long peak;
    private Expr peakSite;
    private @Nullable Annotations notes;

    private Spent(Expr site) {
      peakSite = site;
    }
  }

  /**
   * What another thread evaluates series with. Its counters and notes are handed over by {@link
   * #spend} and taken by {@link #absorb}; limits are those of the query.
   */
  Evaluation helper() {
    return new Evaluation(setup, annotations.sibling(), true);
  }

  /**
   * Hands over what a helper has used since the last call.
   *
   * @param used to be filled; null for a new one
   */
  Spent spend(@Nullable Spent used) {
    Spent spent = used == null ? new Spent(site) : used;
    spent.read = samplesRead;
    spent.total = totalSamples;
    spent.peak = peak;
    spent.peakSite = peakSite;
    spent.notes = annotations.isEmpty() ? null : annotations.drain();
    samplesRead = 0;
    totalSamples = 0;
    peak = held;
    return spent;
  }

  /** Counts what a helper has used, as if it had been used here. */
  void absorb(Spent spent) {
    samplesRead += spent.read;
    totalSamples += spent.total;
    peak = Math.max(peak, held + spent.peak);
    if (held + spent.peak > options.maxSamples()) {
      throw tooManySamples(spent.peakSite, held + spent.peak);
    }
    if (spent.notes != null) {
      annotations.addAll(spent.notes);
    }
  }

  /** Has a helper stop at its next checkpoint. */
  void stop() {
    stopped = true;
  }

  SpareCores spareCores() {
    return setup.spareCores;
  }

  /** How many queries compute. */
  int computing() {
    return turn.computing();
  }

  /** Bytes of a column. */
  static long columnBytes(int steps) {
    return COLUMN_BYTES + 8L * steps + steps / 8;
  }

  /** Counts bytes as held for what might be evaluated anew as well, if there is room to spare. */
  boolean mayKeep(long bytes) {
    return memory.holdSpare(bytes);
  }

  /** Bytes that the query spends at most on what it can do without. */
  long spareBytes() {
    return memory.spareLimit();
  }

  /** Counts bytes as no longer held that {@link #mayKeep} had counted. */
  void freeKept(long bytes) {
    memory.releaseSpare(bytes);
  }

  /** What columns of times may take beside. */
  StepRanges.Budget columnBudget() {
    return new StepRanges.Budget() {
      @Override
      public boolean mayTake(long bytes) {
        return memory.holdAmple(bytes);
      }

      @Override
      public void giveBack(long bytes) {
        memory.release(bytes);
      }
    };
  }

  /** Counts bytes as held if that is within the limits. */
  boolean mayReserve(long bytes) {
    return memory.hold(bytes) == MemoryAccount.Outcome.GRANTED;
  }

  EngineOptions options() {
    return options;
  }

  boolean has(Feature feature) {
    return options.has(feature);
  }

  boolean delaysNames() {
    return options.has(Feature.DELAYED_NAME_REMOVAL);
  }

  Annotations annotations() {
    return annotations;
  }

  long lookbackMillis() {
    return lookbackMillis;
  }

  long queryStart() {
    return queryStart;
  }

  long queryEnd() {
    return queryEnd;
  }

  long queryStep() {
    return queryStep;
  }

  /** Whether a label goes when a metric's name goes. */
  boolean isMetadataLabel(String name) {
    return name.equals(Labels.METRIC_NAME)
        || (options.has(Feature.TYPE_AND_UNIT_LABELS)
            && (name.equals("__type__") || name.equals("__unit__")));
  }

  Labels withoutName(Labels labels) {
    return labels.without(this::isMetadataLabel);
  }

  /** Selects series; the selection is closed with the evaluation. */
  SeriesSelection select(List<Matcher> matchers, long from, long to) {
    checkpoint();
    var selection =
        store.select(new SampleStore.Selector(matchers, from, to, false, this::checkpoint));
    open.push(selection);
    reserve(SELECTED_SERIES_BYTES * selection.size());
    series += selection.size();
    return recorder == null ? selection : recorder.select(site, selection);
  }

  /** What measures the operators; null if nobody wants to know. */
  @Nullable PlanRecorder recorder() {
    return recorder;
  }

  /** What texts count against that are read while the query is planned. */
  ReadingBudget reading() {
    return reading;
  }

  /** The part of the query that is planned now; operands keep it to tell who asks for memory. */
  Expr site() {
    return site;
  }

  /**
   * Begins to plan a part of the query.
   *
   * @return the part that was planned before, to come back to
   */
  Expr enter(Expr part) {
    Expr outer = site;
    site = part;
    return outer;
  }

  /**
   * Stops if the query was cancelled or takes too long, and lets others have their turn; to be
   * called for each series, and in between where a series takes long.
   */
  void checkpoint() {
    cancellation.check("query execution");
    long now = System.nanoTime();
    if (now - deadlineNanos > 0) {
      throw new FaultException(Fault.TIMEOUT, "query timed out in query execution");
    }
    if (stopped) {
      throw new FaultException(Fault.CANCELED, "query was canceled in query execution");
    }
    if (!helper && now - toldNanos > TELL_NANOS) {
      toldNanos = now;
      progress.update(QueryProgress.State.RUNNING, samplesRead, memory.held(), memory.peak());
    }
    turn.yieldAt(now);
  }

  /** An order whose use stops, and lets others have their turn, as {@link #checkpoint} does. */
  <T> Comparator<T> watched(Comparator<T> order) {
    var compared = new int[1];
    return (a, b) -> {
      if (++compared[0] % COMPARISONS_BETWEEN_LOOKS == 0) {
        checkpoint();
      }
      return order.compare(a, b);
    };
  }

  /** Counts samples as held by the part that is planned now. */
  void hold(long samples) {
    hold(site, samples);
  }

  /** Counts samples as held. */
  void hold(Expr asking, long samples) {
    reserve(asking, BYTES_PER_SAMPLE * samples);
    held += samples;
    look(asking, 0);
  }

  /** Counts samples as held for the moment, in a buffer whose bytes are counted. */
  void look(Expr asking, long samples) {
    if (held + samples > peak) {
      peak = held + samples;
      peakSite = asking;
    }
    if (held + samples > options.maxSamples()) {
      throw tooManySamples(asking, held + samples);
    }
  }

  /** Counts a series that is held as a whole, with its labels. */
  void holdColumn(Labels labels, Column column) {
    reserve(site, HELD_SERIES_BYTES + labels.bytes().length + column.sizeInBytes());
    held += column.steps();
    peak = Math.max(peak, held);
    if (held > options.maxSamples()) {
      throw tooManySamples(site, held);
    }
  }

  /** Counts the histograms of a column as held, besides what is counted for its steps. */
  void holdHistograms(Expr asking, Column column) {
    if (column.hasHistograms()) {
      reserve(asking, column.histogramBytes());
    }
  }

  /** A buffer to read into, which counts as held by the part that is planned now. */
  SampleBuffer buffer() {
    return buffer(BUFFER_ROWS);
  }

  /**
   * A buffer as another that is read into.
   *
   * @return null if there is no memory for it
   */
  @Nullable SampleBuffer bufferLike(SampleBuffer other) {
    return mayReserve(BYTES_PER_SAMPLE * other.capacity()) ? buffer(other.capacity()) : null;
  }

  private SampleBuffer buffer(int rows) {
    Expr asking = site;
    return new SampleBuffer(
        rows,
        new SampleBuffer.Budget() {
          @Override
          public void take(long bytes) {
            reserve(asking, bytes);
          }

          @Override
          public void giveBack(long bytes) {
            free(bytes);
          }
        });
  }

  void release(long samples) {
    held -= samples;
    memory.release(BYTES_PER_SAMPLE * samples);
  }

  /** Counts bytes as held by the part that is planned now, before they are allocated. */
  void reserve(long bytes) {
    reserve(site, bytes);
  }

  /** Counts columns as held, before they are allocated. */
  void reserveColumns(Expr asking, long columns, int steps) {
    reserve(asking, columns * columnBytes(steps));
  }

  /** Counts bytes as held, before they are allocated. */
  void reserve(Expr asking, long bytes) {
    MemoryAccount.Outcome outcome = memory.hold(bytes);
    if (outcome != MemoryAccount.Outcome.GRANTED) {
      throw memory.refusal(outcome, bytes, amount -> wanted(asking, amount));
    }
  }

  /** Counts bytes as no longer held. */
  void free(long bytes) {
    memory.release(bytes);
  }

  private String wanted(Expr asking, String amount) {
    String text = ExprPrinter.print(asking);
    if (text.length() > MAX_TEXT) {
      text = text.substring(0, MAX_TEXT - 1) + "…";
    }
    return "; " + amount + " asked for at " + annotations.position(asking.span()) + " by " + text;
  }

  void countRead(long samples) {
    samplesRead += samples;
  }

  /** Counts samples that were looked at on a grid; which steps of it is told to its tally. */
  void countTotal(TimeGrid grid, long samples) {
    totalSamples += grid.tally().weight() * samples;
  }

  /** Counts samples that another part of the query looked at, as if they had been read again. */
  void countAgain(long total) {
    totalSamples += total;
  }

  long totalSamples() {
    return totalSamples;
  }

  long samplesRead() {
    return samplesRead;
  }

  long peakSamples() {
    return peak;
  }

  long heldBytes() {
    return memory.held();
  }

  long peakBytes() {
    return memory.peak();
  }

  long series() {
    return series;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  /** The fault of a query that asks for more samples than it may hold. */
  FaultException tooManySamples(Expr asking, long samples) {
    return new FaultException(
        Fault.TOO_MANY_SAMPLES,
        "query processing would load too many samples into memory in query execution: "
            + samples
            + ", at most "
            + options.maxSamples()
            + " (--query.max-samples)"
            + wanted(asking, samples + " samples"));
  }

  /** A fault of evaluation with this text. */
  static FaultException fault(String text) {
    return new FaultException(Fault.EXECUTION, text);
  }

  /** The fault of two elements with the same labels at one time. */
  static FaultException sameLabels() {
    return fault("vector cannot contain metrics with the same labelset");
  }
}
