package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What belongs to one running query: its store, limits, counters and annotations, and the
 * selections it has open. Confined to one thread.
 */
final class Evaluation implements AutoCloseable {
  private final SampleStore store;
  private final EngineOptions options;
  private final Annotations annotations;
  private final Cancellation cancellation;
  private final long deadlineNanos;
  private final long lookbackMillis;
  private final long queryStart;
  private final long queryEnd;
  private final long queryStep;
  private final Deque<SeriesSelection> open = new ArrayDeque<>();

  private long totalSamples;
  private long samplesRead;
  private long held;
  private long peak;
  private long series;

  Evaluation(Setup setup) {
    store = setup.store;
    options = setup.options;
    annotations = setup.annotations;
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
      long queryStep) {}

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
    var selection = store.select(new SampleStore.Selector(matchers, from, to, false));
    open.push(selection);
    series += selection.size();
    return selection;
  }

  /** Stops if the query was cancelled or takes too long; to be called for each series. */
  void checkpoint() {
    if (cancellation.isCancelled()) {
      throw new FaultException(Fault.CANCELED, "query was canceled in query execution");
    }
    if (System.nanoTime() - deadlineNanos > 0) {
      throw new FaultException(Fault.TIMEOUT, "query timed out in query execution");
    }
  }

  /** Counts samples as held. */
  void hold(long samples) {
    held += samples;
    peak = Math.max(peak, held);
    if (held > options.maxSamples()) {
      throw tooManySamples();
    }
  }

  void release(long samples) {
    held -= samples;
  }

  void countRead(long samples) {
    samplesRead += samples;
  }

  void countTotal(long samples) {
    totalSamples += samples;
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

  long series() {
    return series;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  /** The fault of a query that asks for more than it may hold. */
  static FaultException tooManySamples() {
    return new FaultException(
        Fault.TOO_MANY_SAMPLES,
        "query processing would load too many samples into memory in query execution");
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
