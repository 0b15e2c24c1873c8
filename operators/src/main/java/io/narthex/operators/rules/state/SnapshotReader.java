package io.narthex.operators.rules.state;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one snapshot, see {@link RuleSnapshot}. */
final class SnapshotReader {
  private final DataInputStream in;
  private final int version;
  private final List<AlertRuleState> alerts = new ArrayList<>();
  private final List<Set<Labels>> outputs = new ArrayList<>();

  SnapshotReader(DataInputStream in, int version) {
    this.in = in;
    this.version = version;
  }

  SavedRules read() throws IOException {
    var groups = new HashMap<String, SavedGroup>();
    for (int left = in.readInt(); left > 0; left--) {
      groups.put(text(), version == RuleSnapshot.NAMED_VERSION ? namedGroup() : group());
    }
    return new SavedRules(groups, seen());
  }

  private SavedGroup group() throws IOException {
    String name = text();
    long nextTick = in.readLong();
    long nextSampleTime = in.readLong();
    Set<Labels> orphans = labelSets();
    var keys = new ArrayList<String>();
    for (int left = in.readInt(); left > 0; left--) {
      keys.add(text());
    }
    List<RuleState> states = Collections.nCopies(keys.size(), RuleState.NONE);
    var history = new ArrayList<SavedTick>();
    for (int left = in.readInt(); left > 0; left--) {
      long tick = in.readLong();
      long at = in.readLong();
      states = changed(states);
      history.add(new SavedTick(tick, at, states));
    }
    return new SavedGroup(name, nextTick, nextSampleTime, keys, changed(states), orphans, history);
  }

  private List<RuleState> changed(List<RuleState> before) throws IOException {
    int changes = in.readInt();
    if (changes == 0) {
      return before;
    }
    var states = new ArrayList<>(before);
    for (int left = changes; left > 0; left--) {
      int rule = in.readInt();
      at(states, rule);
      states.set(rule, state());
    }
    return states;
  }

  /** A group as version 2 had it. */
  private SavedGroup namedGroup() throws IOException {
    String name = text();
    long nextTick = in.readLong();
    long nextSampleTime = in.readLong();
    Set<Labels> orphans = labelSets();
    var now = namedStates();
    List<String> keys = List.copyOf(now.keySet());
    var history = new ArrayList<SavedTick>();
    for (int left = in.readInt(); left > 0; left--) {
      history.add(new SavedTick(in.readLong(), in.readLong(), inOrder(keys, namedStates())));
    }
    return new SavedGroup(
        name, nextTick, nextSampleTime, keys, inOrder(keys, now), orphans, history);
  }

  private Map<String, RuleState> namedStates() throws IOException {
    var rules = new HashMap<String, RuleState>();
    for (int left = in.readInt(); left > 0; left--) {
      rules.put(text(), state());
    }
    return rules;
  }

  private static List<RuleState> inOrder(List<String> keys, Map<String, RuleState> states) {
    return keys.stream().map(key -> states.getOrDefault(key, RuleState.NONE)).toList();
  }

  private RuleState state() throws IOException {
    int number = in.readInt();
    if (number == alerts.size()) {
      alerts.add(AlertRuleState.ofBytes(bytes()));
    }
    var alertState = at(alerts, number);
    number = in.readInt();
    if (number == outputs.size()) {
      outputs.add(labelSets());
    }
    return new RuleState(alertState, at(outputs, number));
  }

  private SeenSamples seen() throws IOException {
    long from = in.readLong();
    long to = in.readLong();
    var rows = new LinkedHashMap<String, Long>();
    for (int left = in.readInt(); left > 0; left--) {
      rows.put(text(), in.readLong());
    }
    return new SeenSamples(from, to, rows);
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
    int count = in.readInt();
    if (count == 0) {
      return Set.of();
    }
    var series = new LinkedHashSet<Labels>();
    for (int left = count; left > 0; left--) {
      byte[] bytes = bytes();
      series.add(Labels.ofCanonical(bytes, 0, bytes.length));
    }
    return series;
  }
}
