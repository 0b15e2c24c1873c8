package io.narthex.operators.alert;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertCodec;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.model.Labels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All alerts of one rule between two evaluations: active ones, and resolved ones that are still
 * told. Immutable, so that states of former ticks can be kept and evaluation can go on from any of
 * them. What follows from an evaluation depends on nothing else.
 *
 * <p>In checkpoints it is
 *
 * <pre>{@code
 * version u8 | count i32 | { labels, annotations, state u8, value f64, activeAt i64, firedAt i64, resolvedAt i64,
 *   lastSentAt i64, keepFiringSince i64 } × count
 * }</pre>
 */
public final class AlertRuleState {
  /** A rule that was never evaluated, or has no alerts. */
  public static final AlertRuleState EMPTY = new AlertRuleState(Map.of());

  private static final int VERSION = 1;

  private final Map<Labels, AlertInstance> alerts; // in order of their first appearance

  private AlertRuleState(Map<Labels, AlertInstance> alerts) {
    this.alerts = alerts;
  }

  /** Takes the map over. */
  static AlertRuleState of(Map<Labels, AlertInstance> alerts) {
    return alerts.isEmpty() ? EMPTY : new AlertRuleState(Collections.unmodifiableMap(alerts));
  }

  /** All alerts, the resolved ones that are still told among them. */
  public Collection<AlertInstance> alerts() {
    return alerts.values();
  }

  /** The pending and firing alerts, as the API shows them. */
  public List<ActiveAlert> active() {
    if (alerts.isEmpty()) {
      return List.of();
    }
    var active = new ArrayList<ActiveAlert>();
    for (var alert : alerts.values()) {
      if (alert.isActive()) {
        active.add(alert.shown());
      }
    }
    return active;
  }

  /** The most severe state among the alerts. */
  public AlertState severest() {
    var severest = AlertState.INACTIVE;
    for (var alert : alerts.values()) {
      if (alert.state().compareTo(severest) > 0) {
        severest = alert.state();
      }
    }
    return severest;
  }

  /**
   * Whether evaluation goes on from both in the same way: nothing but values, and annotations that
   * follow from them, differ.
   */
  public boolean isSameButForValues(AlertRuleState other) {
    if (alerts.size() != other.alerts.size()) {
      return false;
    }
    var others = other.alerts.values().iterator();
    for (var alert : alerts.values()) {
      if (!alert.isSameButForValue(others.next())) {
        return false;
      }
    }
    return true;
  }

  /**
   * The same with no time after one: what is ahead of a clock that was set back counts as of now.
   *
   * @param time milliseconds
   */
  public AlertRuleState notAfter(long time) {
    var before = copy();
    before.replaceAll((labels, alert) -> alert.notAfter(time));
    return of(before);
  }

  public boolean isEmpty() {
    return alerts.isEmpty();
  }

  @Nullable AlertInstance get(Labels labels) {
    return alerts.get(labels);
  }

  Map<Labels, AlertInstance> copy() {
    return new LinkedHashMap<>(alerts);
  }

  /** Writes the state as checkpoints keep it. */
  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeInt(alerts.size());
    for (var alert : alerts.values()) {
      AlertCodec.writeLabels(out, alert.labels());
      AlertCodec.writeTexts(out, alert.annotations());
      AlertCodec.writeState(out, alert.state());
      out.writeLong(Double.doubleToRawLongBits(alert.value()));
      out.writeLong(alert.activeAt());
      out.writeLong(alert.firedAt());
      out.writeLong(alert.resolvedAt());
      out.writeLong(alert.lastSentAt());
      out.writeLong(alert.keepFiringSince());
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if the bytes are damaged or of a version that this build does not know
   */
  public static AlertRuleState read(DataInput in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("alert state version " + version + " is not known to this build");
    }
    var alerts = new LinkedHashMap<Labels, AlertInstance>();
    for (int left = in.readInt(); left > 0; left--) {
      var alert =
          new AlertInstance(
              AlertCodec.readLabels(in),
              AlertCodec.readTexts(in),
              AlertCodec.readState(in),
              Double.longBitsToDouble(in.readLong()),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong(),
              in.readLong());
      alerts.put(alert.labels(), alert);
    }
    return of(alerts);
  }

  /** The state as bytes, see {@link #write}. */
  public byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try {
      write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("an array does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The state that {@link #toBytes} gave.
   *
   * @throws IOException if the bytes are damaged or of a version that this build does not know
   */
  public static AlertRuleState ofBytes(byte[] bytes) throws IOException {
    return read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AlertRuleState state && alerts.equals(state.alerts);
  }

  @Override
  public int hashCode() {
    return alerts.hashCode();
  }

  @Override
  public String toString() {
    return "AlertRuleState" + alerts.values();
  }
}
