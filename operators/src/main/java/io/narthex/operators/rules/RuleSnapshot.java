package io.narthex.operators.rules;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of rules as bytes, big-endian; texts and label sets have a length (i32) before them.
 * Alerts and outputs that are the same at several ticks are written once: a number, and if it is
 * the next free one, what it stands for.
 *
 * <pre>{@code
 * version u8 | groups i32 | { key, name, nextTick i64, nextSampleTime i64, orphans, states,
 *   history i32, { tick i64, sampleTime i64, states } × history } × groups
 *   | from i64 | to i64 | selections i32 | { selector, rows i64 } × selections
 * states: rules i32, { key, number of alerts i32 [alerts], number of outputs i32 [outputs] } × rules
 * orphans, outputs: count i32 | label sets
 * }</pre>
 *
 * Version 1 had {@code { key, alerts, outputs }} as states, no history and no selections.
 */
final class RuleSnapshot {
  private static final int VERSION = 2;
  private static final int FIRST_VERSION = 1;

  private RuleSnapshot() {}

  /**
   * The state of all rules.
   *
   * @param groups by their keys
   * @param seen which samples the history was computed from
   */
  record State(Map<String, Group> groups, Seen seen) {
    static final State NONE = new State(Map.of(), Seen.NONE);
  }

  /**
   * How many samples windows held in {@code [from, to]}, so that it is known later whether more
   * have come.
   *
   * @param rows by selector
   */
  record Seen(long from, long to, Map<String, Long> rows) {
    static final Seen NONE = new Seen(Long.MAX_VALUE, Long.MIN_VALUE, Map.of());
  }

  /** A former tick. */
  record Past(long tick, long at, Map<String, GroupEvaluator.RuleState> rules) {}

  /**
   * The state of a group.
   *
   * @param rules by their keys
   * @param orphans series to be ended at the next tick
   * @param history former ticks in order
   */
  record Group(
      String name,
      long nextTick,
      long nextSampleTime,
      Map<String, GroupEvaluator.RuleState> rules,
      Set<Labels> orphans,
      List<Past> history) {
    static Group of(GroupEvaluator group) {
      var history = new ArrayList<Past>();
      for (var past : group.history()) {
        history.add(new Past(past.tick(), past.at(), past.states(group.rules())));
      }
      return new Group(
          group.definition().name(),
          group.nextTick(),
          group.nextSampleTime(),
          group.states(),
          group.orphans(),
          history);
    }
  }

  static byte[] write(List<GroupEvaluator> groups, Seen seen) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      new Writer(out).write(groups, seen);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a snapshot.
   *
   * @throws UncheckedIOException if the bytes are no snapshot
   */
  static State read(byte[] snapshot) {
    try (var in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
      int version = in.readUnsignedByte();
      if (version != VERSION && version != FIRST_VERSION) {
        throw new IOException("rule state of version " + version + ", known is " + VERSION);
      }
      return new Reader(in, version).read();
    } catch (IOException e) {
      throw new UncheckedIOException("the state of the rules cannot be read", e);
    }
  }

  private static final class Writer {
    private final DataOutputStream out;
    private final IdentityHashMap<AlertRuleState, Integer> alerts = new IdentityHashMap<>();
    private final IdentityHashMap<Set<Labels>, Integer> outputs = new IdentityHashMap<>();

    Writer(DataOutputStream out) {
      this.out = out;
    }

    void write(List<GroupEvaluator> groups, Seen seen) throws IOException {
      out.writeByte(VERSION);
      out.writeInt(groups.size());
      for (var evaluator : groups) {
        var group = Group.of(evaluator);
        text(evaluator.definition().key());
        text(group.name());
        out.writeLong(group.nextTick());
        out.writeLong(group.nextSampleTime());
        labelSets(group.orphans());
        states(group.rules());
        out.writeInt(group.history().size());
        for (var past : group.history()) {
          out.writeLong(past.tick());
          out.writeLong(past.at());
          states(past.rules());
        }
      }
      out.writeLong(seen.from());
      out.writeLong(seen.to());
      out.writeInt(seen.rows().size());
      for (var rows : seen.rows().entrySet()) {
        text(rows.getKey());
        out.writeLong(rows.getValue());
      }
    }

    private void states(Map<String, GroupEvaluator.RuleState> states) throws IOException {
      out.writeInt(states.size());
      for (var rule : states.entrySet()) {
        text(rule.getKey());
        Integer known = alerts.putIfAbsent(rule.getValue().alerts(), alerts.size());
        out.writeInt(known == null ? alerts.size() - 1 : known);
        if (known == null) {
          bytes(rule.getValue().alerts().toBytes());
        }
        known = outputs.putIfAbsent(rule.getValue().outputs(), outputs.size());
        out.writeInt(known == null ? outputs.size() - 1 : known);
        if (known == null) {
          labelSets(rule.getValue().outputs());
        }
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

  private static final class Reader {
    private final DataInputStream in;
    private final int version;
    private final List<AlertRuleState> alerts = new ArrayList<>();
    private final List<Set<Labels>> outputs = new ArrayList<>();

    Reader(DataInputStream in, int version) {
      this.in = in;
      this.version = version;
    }

    State read() throws IOException {
      var groups = new HashMap<String, Group>();
      for (int left = in.readInt(); left > 0; left--) {
        String key = text();
        String name = text();
        long nextTick = in.readLong();
        long nextSampleTime = in.readLong();
        Set<Labels> orphans = labelSets();
        var rules = states();
        var history = new ArrayList<Past>();
        for (int past = version == FIRST_VERSION ? 0 : in.readInt(); past > 0; past--) {
          history.add(new Past(in.readLong(), in.readLong(), states()));
        }
        groups.put(key, new Group(name, nextTick, nextSampleTime, rules, orphans, history));
      }
      return new State(groups, version == FIRST_VERSION ? Seen.NONE : seen());
    }

    private Seen seen() throws IOException {
      long from = in.readLong();
      long to = in.readLong();
      var rows = new LinkedHashMap<String, Long>();
      for (int left = in.readInt(); left > 0; left--) {
        rows.put(text(), in.readLong());
      }
      return new Seen(from, to, rows);
    }

    private Map<String, GroupEvaluator.RuleState> states() throws IOException {
      var rules = new HashMap<String, GroupEvaluator.RuleState>();
      for (int left = in.readInt(); left > 0; left--) {
        String key = text();
        rules.put(key, new GroupEvaluator.RuleState(alertState(), outputSet()));
      }
      return rules;
    }

    private AlertRuleState alertState() throws IOException {
      if (version == FIRST_VERSION) {
        return AlertRuleState.ofBytes(bytes());
      }
      int number = in.readInt();
      if (number == alerts.size()) {
        alerts.add(AlertRuleState.ofBytes(bytes()));
      }
      return at(alerts, number);
    }

    private Set<Labels> outputSet() throws IOException {
      if (version == FIRST_VERSION) {
        return labelSets();
      }
      int number = in.readInt();
      if (number == outputs.size()) {
        outputs.add(labelSets());
      }
      return at(outputs, number);
    }

    private static <T> T at(List<T> known, int number) throws IOException {
      if (number < 0 || number >= known.size()) {
        throw new IOException("the state names something that it does not hold: " + number);
      }
      return known.get(number);
    }

    private byte[] bytes() throws IOException {
      int length = in.readInt();
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new IOException("the state ends too early");
      }
      return bytes;
    }

    private String text() throws IOException {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    private Set<Labels> labelSets() throws IOException {
      var series = new LinkedHashSet<Labels>();
      for (int left = in.readInt(); left > 0; left--) {
        byte[] bytes = bytes();
        series.add(Labels.ofCanonical(bytes, 0, bytes.length));
      }
      return series;
    }
  }
}
