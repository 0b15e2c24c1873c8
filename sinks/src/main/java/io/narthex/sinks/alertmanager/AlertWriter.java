package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertHistory;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;

/** The writer of {@link AlertSink}. It never waits for an Alertmanager. */
final class AlertWriter implements StatefulSinkWriter<AlertBatch, Undelivered> {
  private final AlertmanagerSender sender;
  private final AlertHistory history;

  AlertWriter(AlertmanagerSender sender, AlertHistory history, Collection<Undelivered> restored) {
    this.sender = sender;
    this.history = history;
    restored.forEach(state -> sender.restore(state.notifications()));
  }

  @Override
  public void write(AlertBatch batch, Context context) {
    if (!batch.transitions().isEmpty()) {
      history.changed(batch.rule(), batch.transitions());
    }
    if (!batch.notifications().isEmpty()) {
      sender.send(batch.notifications());
    }
    if (batch.isCaughtUp()) {
      sender.caughtUp();
    }
  }

  @Override
  public List<Undelivered> snapshotState(long checkpointId) {
    var left = sender.undelivered();
    return left.isEmpty() ? List.of() : List.of(new Undelivered(left));
  }

  /** Waits for the trail only: the state of the writer holds what is not delivered. */
  @Override
  public void flush(boolean endOfInput) throws InterruptedException {
    history.flush();
  }

  @Override
  public void close() {}
}
