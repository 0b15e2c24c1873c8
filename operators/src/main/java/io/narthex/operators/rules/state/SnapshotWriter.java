package io.narthex.operators.rules.state;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Writes one snapshot, see {@link RuleSnapshot}. */
final class SnapshotWriter {
  private final DataOutputStream out;
  private final IdentityHashMap<AlertRuleState, Integer> alerts = new IdentityHashMap<>();
  private final IdentityHashMap<Set<Labels>, Integer> outputs = new IdentityHashMap<>();

  SnapshotWriter(DataOutputStream out) {
    this.out = out;
  }

  void write(SavedRules state) throws IOException {
    out.writeByte(RuleSnapshot.VERSION);
    out.writeInt(state.groups().size());
    for (var entry : state.groups().entrySet()) {
      text(entry.getKey());
      group(entry.getValue());
    }
    var seen = state.seen();
    out.writeLong(seen.from());
    out.writeLong(seen.to());
    out.writeInt(seen.rows().size());
    for (var rows : seen.rows().entrySet()) {
      text(rows.getKey());
      out.writeLong(rows.getValue());
    }
  }

  private void group(SavedGroup group) throws IOException {
    text(group.name());
    out.writeLong(group.nextTick());
    out.writeLong(group.nextSampleTime());
    labelSets(group.orphans());
    out.writeInt(group.ruleKeys().size());
    for (String key : group.ruleKeys()) {
      text(key);
    }
    List<RuleState> before = List.of();
    out.writeInt(group.history().size());
    for (var past : group.history()) {
      out.writeLong(past.tick());
      out.writeLong(past.at());
      changes(before, past.rules());
      before = past.rules();
    }
    changes(before, group.rules());
  }

  private void changes(List<RuleState> before, List<RuleState> now) throws IOException {
    int count = 0;
    for (int rule = 0; rule < now.size(); rule++) {
      count += isChanged(before, now, rule) ? 1 : 0;
    }
    out.writeInt(count);
    for (int rule = 0; rule < now.size(); rule++) {
      if (isChanged(before, now, rule)) {
        out.writeInt(rule);
        state(now.get(rule));
      }
    }
  }

  /** Ticks share a state while it stays as it is, so that contents need not be compared. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isChanged(List<RuleState> before, List<RuleState> now, int rule) {
    var was = before.isEmpty() ? RuleState.NONE : before.get(rule);
    return was.alerts() != now.get(rule).alerts() || was.outputs() != now.get(rule).outputs();
  }

  private void state(RuleState state) throws IOException {
    Integer known = alerts.putIfAbsent(state.alerts(), alerts.size());
    out.writeInt(known == null ? alerts.size() - 1 : known);
    if (known == null) {
      bytes(state.alerts().toBytes());
    }
    known = outputs.putIfAbsent(state.outputs(), outputs.size());
    out.writeInt(known == null ? outputs.size() - 1 : known);
    if (known == null) {
      labelSets(state.outputs());
    }
  }

  private void labelSets(Set<Labels> series) throws IOException {
    out.writeInt(series.size());
    for (var labels : series) {
      bytes(labels.bytes());
    }
  }

  private void text(String text) throws IOException {
    bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
