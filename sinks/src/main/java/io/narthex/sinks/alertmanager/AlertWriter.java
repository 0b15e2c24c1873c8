package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertBatch;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;

/** The writer of {@link AlertSink}. It never waits for an Alertmanager. */
final class AlertWriter implements StatefulSinkWriter<AlertBatch, Undelivered> {
  private final AlertmanagerSender sender;

  AlertWriter(AlertmanagerSender sender, Collection<Undelivered> restored) {
    this.sender = sender;
    restored.forEach(state -> sender.send(state.notifications()));
  }

  @Override
  public void write(AlertBatch batch, Context context) {
    if (!batch.notifications().isEmpty()) {
      sender.send(batch.notifications());
    }
  }

  @Override
  public List<Undelivered> snapshotState(long checkpointId) {
    var left = sender.undelivered();
    return left.isEmpty() ? List.of() : List.of(new Undelivered(left));
  }

  /** Nothing to wait for: the state of the writer holds what is not delivered. */
  @Override
  public void flush(boolean endOfInput) {}

  @Override
  public void close() {}
}
