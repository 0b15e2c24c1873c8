package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.runtime.Provider;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Hands notifications to the sender. What no Alertmanager has answered for is in the checkpoint,
 * and is sent again after a restart: delivery is at least once, and Alertmanagers take an alert
 * twice without harm. The sender belongs to the process, so the sink runs with a parallelism of
 * one.
 */
public final class AlertSink
    implements Sink<AlertBatch>, SupportsWriterState<AlertBatch, Undelivered> {
  private static final long serialVersionUID = 1;

  private final Provider<AlertmanagerSender> sender;
  private final Provider<AlertHistory> history;

  /**
   * Makes a sink.
   *
   * @param sender asked for when the writer is made
   * @param history where changes of state are noted; asked for likewise
   */
  public AlertSink(Provider<AlertmanagerSender> sender, Provider<AlertHistory> history) {
    this.sender = sender;
    this.history = history;
  }

  @Override
  public SinkWriter<AlertBatch> createWriter(WriterInitContext context) {
    return restoreWriter(context, List.of());
  }

  @Override
  public StatefulSinkWriter<AlertBatch, Undelivered> restoreWriter(
      WriterInitContext context, Collection<Undelivered> states) {
    int parallelism = context.getTaskInfo().getNumberOfParallelSubtasks();
    if (parallelism != 1) {
      throw new IllegalStateException(
          "the alert sink runs with parallelism " + parallelism + "; set it to 1");
    }
    return new AlertWriter(sender.get(), history.get(), states);
  }

  @Override
  public SimpleVersionedSerializer<Undelivered> getWriterStateSerializer() {
    return Undelivered.Serializer.INSTANCE;
  }
}
