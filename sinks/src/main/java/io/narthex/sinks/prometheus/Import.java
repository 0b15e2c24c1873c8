package io.narthex.sinks.prometheus;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.StoreAdmin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Samples on their way into a store, in batches; counts what became of them. The store is told to
 * flush every so often, so that its memory stays small. Confined to one thread.
 */
public final class Import {
  private static final int BATCH_ROWS = 20_000;
  private static final long FLUSH_ROWS = 10_000_000;
  private static final int MAX_FAULTS = 20;

  private final SampleAppender appender;
  private final StoreAdmin store;
  private final ImportListener listener;
  private final Set<Long> seriesHashes = new HashSet<>();
  private final Map<String, Long> skipped = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private long faultCount;
  private SampleBatchBuilder batch = SampleBatch.of(new Origin.Import());
  private @Nullable CompletableFuture<AppendResult> pending;
  private long samples;
  private long histograms;
  private long unflushed;
  private long minTime = Long.MAX_VALUE;
  private long maxTime = Long.MIN_VALUE;
  private String part = "";

  /**
   * An import.
   *
   * @param appender gets the samples
   * @param store the same store, to be flushed
   * @param listener is told how far it is
   */
  public Import(SampleAppender appender, StoreAdmin store, ImportListener listener) {
    this.appender = appender;
    this.store = store;
    this.listener = listener;
  }

  /** Names what is read from now on. */
  void begin(String part) {
    this.part = part;
    progress(0);
  }

  void progress(double share) {
    listener.progress(part, share, samples + histograms);
  }

  /** Adds the samples of a series that are not deleted. */
  void series(Labels labels, SampleBuffer rows, long reference, Intervals deleted) {
    boolean begun = false;
    for (int row = 0; row < rows.size(); row++) {
      long time = rows.timestamps()[row];
      if (deleted.contains(reference, time)) {
        continue;
      }
      if (!begun) {
        batch.series(labels);
        begun = true;
      }
      add(time, rows.values()[row], rows.histogram(row));
    }
    if (begun) {
      seriesHashes.add(labels.hash());
    }
    sendIfFull();
  }

  /** Adds one sample. */
  public void sample(Labels labels, long time, double value, @Nullable FloatHistogram histogram) {
    batch.series(labels);
    seriesHashes.add(labels.hash());
    add(time, value, histogram);
    sendIfFull();
  }

  private void add(long time, double value, @Nullable FloatHistogram histogram) {
    if (histogram == null) {
      batch.value(time, value);
    } else {
      batch.histogram(time, histogram);
    }
    minTime = Math.min(minTime, time);
    maxTime = Math.max(maxTime, time);
  }

  private void sendIfFull() {
    if (batch.rowCount() >= BATCH_ROWS) {
      send();
      if (unflushed >= FLUSH_ROWS) {
        flush();
      }
    }
  }

  private void send() {
    var full = batch.build();
    batch = SampleBatch.of(new Origin.Import());
    unflushed += full.rowCount();
    var before = pending;
    pending = appender.append(full);
    settle(before);
  }

  private void settle(@Nullable CompletableFuture<AppendResult> appended) {
    if (appended == null) {
      return;
    }
    var result = appended.join();
    samples += result.samples();
    histograms += result.histograms();
    for (var rejection : result.rejections()) {
      skip(
          "samples refused: " + rejection.reason().text() + ", such as " + rejection.example(),
          rejection.count());
    }
  }

  /** Sends what is left and has the store write it to blocks. */
  public void flush() {
    if (batch.rowCount() > 0) {
      send();
    }
    settle(pending);
    pending = null;
    unflushed = 0;
    store.flush();
  }

  /** Counts what cannot be taken over. */
  void skip(String what, long count) {
    skipped.merge(what, count, Long::sum);
  }

  /** Remembers damage; the rest is imported. */
  void fault(String what) {
    faultCount++;
    if (faults.size() < MAX_FAULTS) {
      faults.add(what);
    }
  }

  /** What was imported until now. */
  public ImportSummary summary() {
    return new ImportSummary(
        seriesHashes.size(), samples, histograms, minTime, maxTime, skipped, faultCount, faults);
  }
}
