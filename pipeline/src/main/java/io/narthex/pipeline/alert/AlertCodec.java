package io.narthex.pipeline.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the parts of alerts are written: in checkpoints, between tasks, on the disk. */
public final class AlertCodec {
  private static final int MOST_BYTES = 64 << 20; // more than that is damage, not a label set

  private AlertCodec() {}

  /** {@code length i32 | UTF-8}. */
  public static void writeText(DataOutput out, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  public static String readText(DataInput in) throws IOException {
    return new String(readBytes(in), UTF_8);
  }

  /** {@code length i32 | canonical bytes}. */
  public static void writeLabels(DataOutput out, Labels labels) throws IOException {
    out.writeInt(labels.bytes().length);
    out.write(labels.bytes());
  }

  public static Labels readLabels(DataInput in) throws IOException {
    byte[] bytes = readBytes(in);
    try {
      return Labels.ofCanonical(bytes, 0, bytes.length);
    } catch (IllegalArgumentException e) {
      throw new IOException("damaged labels of an alert", e);
    }
  }

  /** {@code count i32 | { name, value }}, in the map's order. */
  public static void writeTexts(DataOutput out, Map<String, String> texts) throws IOException {
    out.writeInt(texts.size());
    for (var text : texts.entrySet()) {
      writeText(out, text.getKey());
      writeText(out, text.getValue());
    }
  }

  public static Map<String, String> readTexts(DataInput in) throws IOException {
    int count = checked(in.readInt());
    if (count == 0) {
      return Map.of();
    }
    var texts = new LinkedHashMap<String, String>();
    for (int i = 0; i < count; i++) {
      String name = readText(in);
      texts.put(name, readText(in));
    }
    return Collections.unmodifiableMap(texts);
  }

  /** A state as one byte. */
  public static void writeState(DataOutput out, AlertState state) throws IOException {
    out.writeByte(
        switch (state) {
          case INACTIVE -> 0;
          case PENDING -> 1;
          case FIRING -> 2;
        });
  }

  public static AlertState readState(DataInput in) throws IOException {
    int code = in.readUnsignedByte();
    return switch (code) {
      case 0 -> AlertState.INACTIVE;
      case 1 -> AlertState.PENDING;
      case 2 -> AlertState.FIRING;
      default -> throw new IOException("unknown state of an alert: " + code);
    };
  }

  public static void writeNotification(DataOutput out, AlertNotification notification)
      throws IOException {
    writeLabels(out, notification.labels());
    writeTexts(out, notification.annotations());
    out.writeLong(notification.startsAt());
    out.writeLong(notification.resolvedAt());
    out.writeLong(notification.tick());
    out.writeLong(notification.validMillis());
    writeText(out, notification.generatorUrl());
  }

  public static AlertNotification readNotification(DataInput in) throws IOException {
    return new AlertNotification(
        readLabels(in),
        readTexts(in),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        readText(in));
  }

  public static void writeTransition(DataOutput out, AlertTransition transition)
      throws IOException {
    writeLabels(out, transition.labels());
    writeState(out, transition.from());
    writeState(out, transition.to());
    writeText(out, transition.cause().name());
    out.writeDouble(transition.value());
    out.writeLong(transition.tick());
    out.writeLong(transition.sampleTime());
    out.writeLong(transition.evaluatedAt());
    out.writeLong(transition.activeAt());
  }

  public static AlertTransition readTransition(DataInput in) throws IOException {
    return new AlertTransition(
        readLabels(in),
        readState(in),
        readState(in),
        cause(readText(in)),
        in.readDouble(),
        in.readLong(),
        in.readLong(),
        in.readLong(),
        in.readLong());
  }

  public static void writeRule(DataOutput out, AlertRuleId rule) throws IOException {
    writeText(out, rule.file());
    writeText(out, rule.group());
    writeText(out, rule.rule());
  }

  public static AlertRuleId readRule(DataInput in) throws IOException {
    return new AlertRuleId(readText(in), readText(in), readText(in));
  }

  private static AlertTransition.Cause cause(String name) throws IOException {
    try {
      return AlertTransition.Cause.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IOException("unknown cause of an alert's change: " + name, e);
    }
  }

  private static byte[] readBytes(DataInput in) throws IOException {
    byte[] bytes = new byte[checked(in.readInt())];
    in.readFully(bytes);
    return bytes;
  }

  private static int checked(int length) throws IOException {
    if (length < 0 || length > MOST_BYTES) {
      throw new IOException("damaged length of an alert's part: " + length);
    }
    return length;
  }
}
