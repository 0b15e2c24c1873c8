package io.narthex.jobs.cluster;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertCodec;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.pipeline.status.StatusBoard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a job tells query servers of rules, alerts and Alertmanagers, as bytes in the parts of
 * {@link AlertCodec}:
 *
 * <pre>{@code
 * version u8 | groups i32, { name, file, interval f64, limit i32, duration f64, tick i64, samples i32,
 *     rules i32, { rule } × rules } × groups
 *   | active i32, { url } × active | dropped i32, { url } × dropped
 * rule: name, query, labels, failed u8 [error], duration f64, tick i64,
 *   way, reason, plain ticks i64, shared i32, { part } × shared,
 *   alerting u8 [for f64, keep firing for f64, annotations, state u8, alerts i32, { alert } × alerts]
 * alert: labels, annotations, state u8, value f64, active at i64, keep firing since i64
 * }</pre>
 */
record StatusDocument(List<RuleGroupStatus> groups, StatusBoard.Alertmanagers alertmanagers) {
  private static final int VERSION = 1;

  byte[] toBytes() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeByte(VERSION);
    out.writeInt(groups.size());
    for (var group : groups) {
      write(out, group);
    }
    writeAll(out, alertmanagers.active());
    writeAll(out, alertmanagers.dropped());
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #toBytes} gave.
   *
   * @throws IOException if the bytes are damaged or of a version that this build does not know
   */
  static StatusDocument ofBytes(byte[] bytes) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("status document version " + version + " is not known to this build");
    }
    var groups = new ArrayList<RuleGroupStatus>();
    for (int left = in.readInt(); left > 0; left--) {
      groups.add(readGroup(in));
    }
    return new StatusDocument(groups, new StatusBoard.Alertmanagers(readAll(in), readAll(in)));
  }

  private static void write(DataOutputStream out, RuleGroupStatus group) throws IOException {
    AlertCodec.writeText(out, group.name());
    AlertCodec.writeText(out, group.file());
    out.writeDouble(group.intervalSeconds());
    out.writeInt(group.limit());
    out.writeDouble(group.lastDurationSeconds());
    out.writeLong(group.lastEvaluation());
    out.writeInt(group.lastSamples());
    out.writeInt(group.rules().size());
    for (var rule : group.rules()) {
      write(out, rule);
    }
  }

  private static RuleGroupStatus readGroup(DataInputStream in) throws IOException {
    String name = AlertCodec.readText(in);
    String file = AlertCodec.readText(in);
    double interval = in.readDouble();
    int limit = in.readInt();
    double duration = in.readDouble();
    long tick = in.readLong();
    int samples = in.readInt();
    var rules = new ArrayList<RuleStatus>();
    for (int left = in.readInt(); left > 0; left--) {
      rules.add(readRule(in));
    }
    return new RuleGroupStatus(name, file, interval, limit, rules, duration, tick, samples);
  }

  private static void write(DataOutputStream out, RuleStatus rule) throws IOException {
    AlertCodec.writeText(out, rule.name());
    AlertCodec.writeText(out, rule.query());
    AlertCodec.writeTexts(out, rule.labels());
    String error = rule.lastError();
    out.writeBoolean(error != null);
    if (error != null) {
      AlertCodec.writeText(out, error);
    }
    out.writeDouble(rule.lastDurationSeconds());
    out.writeLong(rule.lastEvaluation());
    AlertCodec.writeText(out, rule.evaluation().way());
    AlertCodec.writeText(out, rule.evaluation().reason());
    out.writeLong(rule.evaluation().plainTicks());
    writeAll(out, rule.evaluation().shared());
    var alerting = rule.alerting();
    out.writeBoolean(alerting != null);
    if (alerting != null) {
      out.writeDouble(alerting.holdSeconds());
      out.writeDouble(alerting.keepFiringSeconds());
      AlertCodec.writeTexts(out, alerting.annotations());
      AlertCodec.writeState(out, alerting.state());
      var alerts = alerting.alerts().get();
      out.writeInt(alerts.size());
      for (var alert : alerts) {
        write(out, alert);
      }
    }
  }

  private static RuleStatus readRule(DataInputStream in) throws IOException {
    String name = AlertCodec.readText(in);
    String query = AlertCodec.readText(in);
    var labels = AlertCodec.readTexts(in);
    String error = in.readBoolean() ? AlertCodec.readText(in) : null;
    double duration = in.readDouble();
    long tick = in.readLong();
    String way = AlertCodec.readText(in);
    String reason = AlertCodec.readText(in);
    long plainTicks = in.readLong();
    var evaluation = new RuleStatus.Evaluation(way, readAll(in), reason, plainTicks);
    var alerting = in.readBoolean() ? readAlerting(in) : null;
    return new RuleStatus(name, query, labels, error, duration, tick, evaluation, alerting);
  }

  private static RuleStatus.Alerting readAlerting(DataInputStream in) throws IOException {
    double hold = in.readDouble();
    double keepFiring = in.readDouble();
    var annotations = AlertCodec.readTexts(in);
    var state = AlertCodec.readState(in);
    var alerts = new ArrayList<ActiveAlert>();
    for (int left = in.readInt(); left > 0; left--) {
      alerts.add(
          new ActiveAlert(
              AlertCodec.readLabels(in),
              AlertCodec.readTexts(in),
              AlertCodec.readState(in),
              in.readDouble(),
              in.readLong(),
              in.readLong()));
    }
    var read = List.copyOf(alerts);
    return new RuleStatus.Alerting(hold, keepFiring, annotations, state, () -> read);
  }

  private static void write(DataOutputStream out, ActiveAlert alert) throws IOException {
    AlertCodec.writeLabels(out, alert.labels());
    AlertCodec.writeTexts(out, alert.annotations());
    AlertCodec.writeState(out, alert.state());
    out.writeDouble(alert.value());
    out.writeLong(alert.activeAt());
    out.writeLong(alert.keepFiringSince());
  }

  private static void writeAll(DataOutputStream out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      AlertCodec.writeText(out, text);
    }
  }

  private static List<String> readAll(DataInputStream in) throws IOException {
    var texts = new ArrayList<String>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.add(AlertCodec.readText(in));
    }
    return texts;
  }
}
