package io.narthex.operators.rules;

import io.narthex.operators.rules.plan.Interests;
import io.narthex.operators.rules.window.LabelTable;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import java.util.Arrays;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Hands on the series that rules read, without the rows that the store refused, so that rules see
 * what queries see; a batch without any ends here. Whether a series is read is remembered by its
 * label bytes.
 */
public final class RuleRouter extends RichFlatMapFunction<SampleBatch, SampleBatch> {
  private static final long serialVersionUID = 1;

  /** Bytes of labels that are remembered; beyond them all is forgotten and found again. */
  private static final long MOST_BYTES = 64L << 20;

  private final Provider<RuleServices> services;
  private transient @Nullable LiveRules live;
  private transient @Nullable Interests interests;
  private transient @Nullable LabelTable<Boolean> known;
  private transient long knownBytes;
  private transient boolean[] read = new boolean[0];

  public RuleRouter(Provider<RuleServices> services) {
    this.services = services;
  }

  @Override
  public void open(OpenContext context) {
    live = services.get().rules();
    known = new LabelTable<>();
    read = new boolean[0];
  }

  @Override
  public void flatMap(SampleBatch batch, Collector<SampleBatch> out) {
    if (live == null || known == null) {
      throw new IllegalStateException("flatMap before open");
    }
    var wanted = live.current().interests();
    if (wanted != interests) {
      interests = wanted;
      known.clear();
      knownBytes = 0;
    }
    if (wanted.isEmpty() || batch.rowCount() == 0) {
      return;
    }
    int count = mark(batch, wanted, known);
    if (count == batch.seriesCount() && !batch.hasRefused()) {
      out.collect(batch.withAckId(SampleBatch.NO_ACK));
    } else if (count > 0) {
      var marked = marked(batch);
      if (marked.rowCount() > 0) {
        out.collect(marked);
      }
    }
  }

  /** Notes which series are read, and says how many. */
  private int mark(SampleBatch batch, Interests wanted, LabelTable<Boolean> table) {
    int series = batch.seriesCount();
    if (read.length < series) {
      read = new boolean[series];
    }
    byte[] bytes = batch.labelBytes();
    int count = 0;
    for (int s = 0; s < series; s++) {
      int from = batch.labelFrom(s);
      int to = batch.labelTo(s);
      Boolean answer = table.get(bytes, from, to, batch.hash(s));
      if (answer == null) {
        answer = wanted.any(batch.labels(s));
        remember(Arrays.copyOfRange(bytes, from, to), batch.hash(s), answer, table);
      }
      read[s] = answer;
      count += answer ? 1 : 0;
    }
    return count;
  }

  private void remember(byte[] key, long hash, Boolean answer, LabelTable<Boolean> table) {
    if (knownBytes > MOST_BYTES) {
      table.clear();
      knownBytes = 0;
    }
    table.put(key, hash, answer);
    knownBytes += key.length;
  }

  private SampleBatch marked(SampleBatch batch) {
    var selected = SampleBatch.of(batch.origin());
    for (int s = 0; s < batch.seriesCount(); s++) {
      if (!read[s]) {
        continue;
      }
      int row = batch.firstRow(s);
      int end = batch.firstRow(s + 1);
      while (row < end && batch.isRefused(row)) {
        row++;
      }
      if (row == end) {
        continue;
      }
      selected.series(batch.labelBytes(), batch.labelFrom(s), batch.labelTo(s), batch.hash(s));
      for (; row < end; row++) {
        if (batch.isRefused(row)) {
          continue;
        }
        var histogram = batch.histogram(row);
        if (histogram == null) {
          selected.value(batch.timestamp(row), batch.value(row));
        } else {
          selected.histogram(batch.timestamp(row), histogram);
        }
        if (batch.hasStartTimestamps()) {
          selected.startTimestamp(batch.startTimestamp(row));
        }
      }
    }
    return selected.build();
  }
}
