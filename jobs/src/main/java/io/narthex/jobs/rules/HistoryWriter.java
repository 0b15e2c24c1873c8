package io.narthex.jobs.rules;

import io.narthex.operators.rules.evaluation.RuleOutput;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.pipeline.storage.StoreAdmin;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes what rules give over history to the store: at any age, over what may stand there already.
 * One batch is under way at a time, and the store is told to flush every so often, so that memory
 * stays small. Confined to one thread.
 */
final class HistoryWriter implements RuleOutput {
  private static final long FLUSH_ROWS = 5_000_000;
  private static final Origin ORIGIN = new Origin.Import();

  private final SampleAppender appender;
  private final StoreAdmin admin;
  private final Map<String, Long> refused = new TreeMap<>();
  private @Nullable CompletableFuture<AppendResult> pending;
  private long unflushed;

  HistoryWriter(SampleAppender appender, StoreAdmin admin) {
    this.appender = appender;
    this.admin = admin;
  }

  @Override
  public void samples(SampleBatch batch) {
    var before = pending;
    pending = appender.append(batch.withOrigin(ORIGIN));
    settle(before);
    unflushed += batch.rowCount();
    if (unflushed >= FLUSH_ROWS) {
      finish();
    }
  }

  @Override
  public void alerts(AlertBatch batch) {}

  /** Makes everything durable. */
  void finish() {
    settle(pending);
    pending = null;
    unflushed = 0;
    admin.flush();
  }

  /** What the store did not take: how many points, by reason. */
  Map<String, Long> refused() {
    return refused;
  }

  private void settle(@Nullable CompletableFuture<AppendResult> appended) {
    if (appended != null) {
      for (var rejection : appended.join().rejections()) {
        String reason = rejection.reason().text() + ", such as " + rejection.example();
        refused.merge(reason, (long) rejection.count(), Long::sum);
      }
    }
  }
}
