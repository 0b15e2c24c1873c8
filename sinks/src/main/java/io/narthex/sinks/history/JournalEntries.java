package io.narthex.sinks.history;

import io.narthex.pipeline.alert.AlertCodec;
import io.narthex.pipeline.alert.AlertHistory.Change;
import io.narthex.pipeline.alert.AlertHistory.Notified;
import io.narthex.pipeline.alert.AlertHistory.Sending;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Entries of the audit trail as bytes, in the parts of {@link AlertCodec}:
 *
 * <pre>{@code
 * version u8 | kind u8 | change: rule, transition
 *                      | notification: labels, tick i64, startsAt i64, resolvedAt i64, to, at i64, taken u8, answer
 * }</pre>
 */
final class JournalEntries {
  private static final int VERSION = 1;
  private static final int CHANGE = 1;
  private static final int NOTIFICATION = 2;

  private JournalEntries() {}

  /** Takes what an entry says. */
  interface Reader {
    void change(Change change);

    void notification(Notified notified);
  }

  static byte[] encode(Change change) {
    return encode(
        CHANGE,
        out -> {
          AlertCodec.writeRule(out, change.rule());
          AlertCodec.writeTransition(out, change.transition());
        });
  }

  static byte[] encode(Notified notified) {
    return encode(
        NOTIFICATION,
        out -> {
          AlertCodec.writeLabels(out, notified.labels());
          out.writeLong(notified.tick());
          out.writeLong(notified.startsAt());
          out.writeLong(notified.resolvedAt());
          var sending = notified.sending();
          AlertCodec.writeText(out, sending.to());
          out.writeLong(sending.at());
          out.writeBoolean(sending.taken());
          AlertCodec.writeText(out, sending.answer());
        });
  }

  /** Reads an entry; one of a later version is passed over. */
  static void decode(byte[] bytes, Reader reader) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readUnsignedByte() != VERSION) {
        return;
      }
      switch (in.readUnsignedByte()) {
        case CHANGE ->
            reader.change(new Change(AlertCodec.readRule(in), AlertCodec.readTransition(in)));
        case NOTIFICATION ->
            reader.notification(
                new Notified(
                    AlertCodec.readLabels(in),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    new Sending(
                        AlertCodec.readText(in),
                        in.readLong(),
                        in.readBoolean(),
                        AlertCodec.readText(in))));
        default -> throw new IOException("unknown entry in the trail of alerts");
      }
    }
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] encode(int kind, Writing writing) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeByte(kind);
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
    return bytes.toByteArray();
  }
}
