package io.narthex.operators.rules;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertBatchTypeInfo;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates rules on the stream of what they read. The output is what rules write; {@link #ALERTS}
 * beside it is what alerts tell. A {@link RuleWorker} does the work on a thread of its own; here
 * are Flink's side of it and the state, which is one array of bytes. Runs with a parallelism of
 * one.
 */
public final class RuleOperator extends AbstractStreamOperator<SampleBatch>
    implements OneInputStreamOperator<SampleBatch, SampleBatch> {
  /** What alerting rules tell. */
  public static final OutputTag<AlertBatch> ALERTS =
      new OutputTag<>("alerts", AlertBatchTypeInfo.INSTANCE);

  private static final long serialVersionUID = 1;
  private static final Logger LOGGER = LoggerFactory.getLogger(RuleOperator.class);

  private final transient Provider<RuleServices> services;
  private final transient MailboxExecutor mailbox;
  private final transient AtomicBoolean mailUnderWay = new AtomicBoolean();
  private transient @Nullable ListState<byte[]> state;
  private transient byte @Nullable [] snapshot;
  private transient @Nullable RuleWorker worker;

  private RuleOperator(
      StreamOperatorParameters<SampleBatch> parameters, Provider<RuleServices> services) {
    super(parameters);
    this.services = services;
    mailbox = parameters.getMailboxExecutor();
  }

  /**
   * Makes the operator, to be given to {@code transform}.
   *
   * @param services asked for where the operator runs
   */
  public static OneInputStreamOperatorFactory<SampleBatch, SampleBatch> factory(
      Provider<RuleServices> services) {
    return new Factory(services);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("rules", BytePrimitiveArraySerializer.INSTANCE));
    for (byte[] restored : state.get()) {
      snapshot = restored;
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    worker = new RuleWorker(services.get(), snapshot, this::mail, this::fail);
    worker.start();
  }

  @Override
  public void processElement(StreamRecord<SampleBatch> element) {
    worker().exchange().offer(element.getValue());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    worker().exchange().watermark(mark.getTimestamp());
    super.processWatermark(mark);
  }

  /** Results that the snapshot stands for go out before the barrier. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    worker().exchange().checkpointBegun(checkpointId);
    var checkpoint = worker().checkpoint();
    emit(checkpoint.results());
    snapshot = checkpoint.snapshot();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    if (state == null) {
      throw new IllegalStateException("a snapshot before the state");
    }
    state.update(snapshot == null ? List.of() : List.of(snapshot));
    snapshot = null;
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    worker().exchange().checkpointComplete(checkpointId);
  }

  @Override
  public void close() throws Exception {
    if (worker != null) {
      worker.close();
    }
    super.close();
  }

  private RuleWorker worker() {
    if (worker == null) {
      throw new IllegalStateException("not open");
    }
    return worker;
  }

  private void emit(List<RuleResult> results) {
    for (var result : results) {
      if (result instanceof RuleResult.Samples samples) {
        output.collect(new StreamRecord<>(samples.batch()));
      } else if (result instanceof RuleResult.Alerts alerts) {
        output.collect(ALERTS, new StreamRecord<>(alerts.batch()));
      }
    }
  }

  /** Called by the worker. */
  private void mail() {
    if (mailUnderWay.compareAndSet(false, true)) {
      post(
          () -> {
            mailUnderWay.set(false);
            emit(worker().exchange().results());
          });
    }
  }

  /** Called by the worker. */
  private void fail(Throwable cause) {
    post(
        () -> {
          throw new IllegalStateException("the evaluation of rules failed", cause);
        });
  }

  private void post(org.apache.flink.util.function.ThrowingRunnable<Exception> mail) {
    try {
      mailbox.execute(mail, "results of rules");
    } catch (RejectedExecutionException e) {
      LOGGER.debug("the task ends, its results come again after a restart", e);
    }
  }

  private static final class Factory extends AbstractStreamOperatorFactory<SampleBatch>
      implements OneInputStreamOperatorFactory<SampleBatch, SampleBatch> {
    private static final long serialVersionUID = 1;

    private final Provider<RuleServices> services;

    Factory(Provider<RuleServices> services) {
      this.services = services;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as Flink declares it
    public <T extends StreamOperator<SampleBatch>> T createStreamOperator(
        StreamOperatorParameters<SampleBatch> parameters) {
      return (T) new RuleOperator(parameters, services);
    }

    @Override
    @SuppressWarnings("rawtypes") // as it is declared
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return RuleOperator.class;
    }
  }
}
