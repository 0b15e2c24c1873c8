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
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of rules as bytes, big-endian; texts and label sets have a length (i32) before them.
 *
 * <pre>{@code
 * version u8 | groups i32 | { key, name, nextTick i64, nextSampleTime i64, orphans,
 *   rules i32, { key, alerts, outputs } × rules } × groups
 * orphans, outputs: count i32 | label sets
 * }</pre>
 */
final class RuleSnapshot {
  private static final int VERSION = 1;

  private RuleSnapshot() {}

  /**
   * The state of a group.
   *
   * @param rules by their keys
   * @param orphans series to be ended at the next tick
   */
  record Group(
      String name,
      long nextTick,
      long nextSampleTime,
      Map<String, GroupEvaluator.RuleState> rules,
      Set<Labels> orphans) {
    static Group of(GroupEvaluator group) {
      return new Group(
          group.definition().name(),
          group.nextTick(),
          group.nextSampleTime(),
          group.states(),
          group.orphans());
    }
  }

  static byte[] write(List<GroupEvaluator> groups) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(groups.size());
      for (var evaluator : groups) {
        var group = Group.of(evaluator);
        write(out, evaluator.definition().key().getBytes(StandardCharsets.UTF_8));
        write(out, group.name().getBytes(StandardCharsets.UTF_8));
        out.writeLong(group.nextTick());
        out.writeLong(group.nextSampleTime());
        write(out, group.orphans());
        out.writeInt(group.rules().size());
        for (var rule : group.rules().entrySet()) {
          write(out, rule.getKey().getBytes(StandardCharsets.UTF_8));
          write(out, rule.getValue().alerts().toBytes());
          write(out, rule.getValue().outputs());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Groups by their keys.
   *
   * @throws UncheckedIOException if the bytes are no snapshot
   */
  static Map<String, Group> read(byte[] snapshot) {
    try (var in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
      int version = in.readUnsignedByte();
      if (version != VERSION) {
        throw new IOException("rule state of version " + version + ", known is " + VERSION);
      }
      var groups = new HashMap<String, Group>();
      for (int left = in.readInt(); left > 0; left--) {
        String key = text(in);
        String name = text(in);
        long nextTick = in.readLong();
        long nextSampleTime = in.readLong();
        Set<Labels> orphans = labelSets(in);
        var rules = new HashMap<String, GroupEvaluator.RuleState>();
        for (int rule = in.readInt(); rule > 0; rule--) {
          String ruleKey = text(in);
          var alerts = AlertRuleState.ofBytes(bytes(in));
          rules.put(ruleKey, new GroupEvaluator.RuleState(alerts, labelSets(in)));
        }
        groups.put(key, new Group(name, nextTick, nextSampleTime, rules, orphans));
      }
      return groups;
    } catch (IOException e) {
      throw new UncheckedIOException("the state of the rules cannot be read", e);
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static void write(DataOutputStream out, Set<Labels> series) throws IOException {
    out.writeInt(series.size());
    for (var labels : series) {
      write(out, labels.bytes());
    }
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException("the state ends too early");
    }
    return bytes;
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static Set<Labels> labelSets(DataInputStream in) throws IOException {
    var series = new LinkedHashSet<Labels>();
    for (int left = in.readInt(); left > 0; left--) {
      byte[] bytes = bytes(in);
      series.add(Labels.ofCanonical(bytes, 0, bytes.length));
    }
    return series;
  }
}
