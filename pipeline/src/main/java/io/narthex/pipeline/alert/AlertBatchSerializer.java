package io.narthex.pipeline.alert;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Flink's serializer of {@link AlertBatch}. Each record begins with the version of its layout; an
 * unknown version is refused.
 *
 * <pre>{@code
 * version u8 | rule | count i32 | transitions | count i32 | notifications
 * }</pre>
 *
 * The parts are those of {@link AlertCodec}.
 */
public final class AlertBatchSerializer extends TypeSerializerSingleton<AlertBatch> {
  public static final AlertBatchSerializer INSTANCE = new AlertBatchSerializer();

  private static final long serialVersionUID = 1;
  private static final int VERSION = 1;

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  public AlertBatch createInstance() {
    return new AlertBatch(new AlertRuleId("", "", ""), List.of(), List.of());
  }

  @Override
  public AlertBatch copy(AlertBatch from) {
    return from;
  }

  @Override
  public AlertBatch copy(AlertBatch from, AlertBatch reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public void serialize(AlertBatch batch, DataOutputView out) throws IOException {
    out.writeByte(VERSION);
    AlertCodec.writeRule(out, batch.rule());
    out.writeInt(batch.transitions().size());
    for (var transition : batch.transitions()) {
      AlertCodec.writeTransition(out, transition);
    }
    out.writeInt(batch.notifications().size());
    for (var notification : batch.notifications()) {
      AlertCodec.writeNotification(out, notification);
    }
  }

  @Override
  public AlertBatch deserialize(DataInputView in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("alert batch version " + version + " is not known to this build");
    }
    var rule = AlertCodec.readRule(in);
    var transitions = new ArrayList<AlertTransition>();
    for (int left = in.readInt(); left > 0; left--) {
      transitions.add(AlertCodec.readTransition(in));
    }
    var notifications = new ArrayList<AlertNotification>();
    for (int left = in.readInt(); left > 0; left--) {
      notifications.add(AlertCodec.readNotification(in));
    }
    return new AlertBatch(rule, transitions, notifications);
  }

  @Override
  public AlertBatch deserialize(AlertBatch reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public void copy(DataInputView in, DataOutputView out) throws IOException {
    serialize(deserialize(in), out);
  }

  @Override
  public TypeSerializerSnapshot<AlertBatch> snapshotConfiguration() {
    return new Snapshot();
  }

  /** What checkpoints keep of the serializer. */
  public static final class Snapshot extends SimpleTypeSerializerSnapshot<AlertBatch> {
    public Snapshot() {
      super(() -> INSTANCE);
    }
  }
}
