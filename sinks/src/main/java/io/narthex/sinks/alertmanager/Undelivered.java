package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertCodec;
import io.narthex.pipeline.alert.AlertNotification;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** What a checkpoint keeps of the sink: notifications that are still on their way, in order. */
public record Undelivered(List<AlertNotification> notifications) {

  public Undelivered {
    notifications = List.copyOf(notifications);
  }

  /** {@code count i32 | notifications}, as {@link AlertCodec} writes them. */
  static final class Serializer implements SimpleVersionedSerializer<Undelivered> {
    static final Serializer INSTANCE = new Serializer();
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(Undelivered state) throws IOException {
      var bytes = new ByteArrayOutputStream();
      try (var out = new DataOutputStream(bytes)) {
        out.writeInt(state.notifications().size());
        for (var notification : state.notifications()) {
          AlertCodec.writeNotification(out, notification);
        }
      }
      return bytes.toByteArray();
    }

    @Override
    public Undelivered deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) {
        throw new IOException(
            "undelivered alerts of version " + version + " are not known to this build");
      }
      try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
        var notifications = new ArrayList<AlertNotification>();
        for (int left = in.readInt(); left > 0; left--) {
          notifications.add(AlertCodec.readNotification(in));
        }
        return new Undelivered(notifications);
      }
    }
  }
}
