package io.narthex.operators.rules.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleSnapshotTest {
  private static final Set<Labels> ONE = Set.of(Labels.of(Map.of("__name__", "a", "x", "1")));
  private static final Set<Labels> OTHER = Set.of(Labels.of(Map.of("__name__", "a", "x", "2")));

  @Test
  void read_whatWasWritten_isTheSame() {
    var first = new RuleState(AlertRuleState.EMPTY, ONE);
    var then = new RuleState(AlertRuleState.EMPTY, OTHER);
    var history =
        List.of(
            new SavedTick(10, 9, List.of(first, RuleState.NONE)),
            new SavedTick(20, 19, List.of(first, then)),
            new SavedTick(30, 29, List.of(then, then)));
    var group =
        new SavedGroup("g", 40, 39, List.of("p", "q"), List.of(then, first), OTHER, history);
    var state = new SavedRules(Map.of("f;g", group), new SeenSamples(1, 2, Map.of("[s]", 7L)));

    assertThat(RuleSnapshot.read(RuleSnapshot.write(state))).isEqualTo(state);
  }

  @Test
  void write_statesThatStay_takeNoRoomAtEachTick() {
    var keys = new ArrayList<String>();
    var states = new ArrayList<RuleState>();
    for (int rule = 0; rule < 200; rule++) {
      keys.add("record of rule " + rule);
      states.add(new RuleState(AlertRuleState.EMPTY, rule % 2 == 0 ? ONE : OTHER));
    }
    var history = new ArrayList<SavedTick>();
    for (int tick = 0; tick < 300; tick++) {
      history.add(new SavedTick(tick, tick, List.copyOf(states)));
    }
    var group = new SavedGroup("g", 301, 301, keys, states, Set.of(), history);

    byte[] bytes = RuleSnapshot.write(new SavedRules(Map.of("f;g", group), SeenSamples.NONE));

    assertThat(bytes).hasSizeLessThan(16_384);
    var read = RuleSnapshot.read(bytes).groups().get("f;g");
    assertThat(read).isNotNull();
    assertThat(read.history()).hasSize(300);
    assertThat(read.history().get(299).rules()).isEqualTo(states);
  }

  @Test
  void read_versionTwo_isUnderstood() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeByte(2);
    out.writeInt(1);
    text(out, "f;g");
    text(out, "g");
    out.writeLong(40);
    out.writeLong(39);
    out.writeInt(0); // orphans
    out.writeInt(1);
    text(out, "p");
    out.writeInt(0);
    byte[] empty = AlertRuleState.EMPTY.toBytes();
    out.writeInt(empty.length);
    out.write(empty);
    out.writeInt(0);
    out.writeInt(1);
    byte[] labels = ONE.iterator().next().bytes();
    out.writeInt(labels.length);
    out.write(labels);
    out.writeInt(1); // history
    out.writeLong(30);
    out.writeLong(29);
    out.writeInt(1);
    text(out, "p");
    out.writeInt(0);
    out.writeInt(0);
    out.writeLong(1);
    out.writeLong(2);
    out.writeInt(0);

    var state = new RuleState(AlertRuleState.EMPTY, ONE);
    var past = List.of(new SavedTick(30, 29, List.of(state)));
    assertThat(RuleSnapshot.read(bytes.toByteArray()))
        .isEqualTo(
            new SavedRules(
                Map.of(
                    "f;g",
                    new SavedGroup("g", 40, 39, List.of("p"), List.of(state), Set.of(), past)),
                new SeenSamples(1, 2, Map.of())));
  }

  @Test
  void read_unknownVersion_isRefused() {
    assertThatThrownBy(() -> RuleSnapshot.read(new byte[] {9}))
        .isInstanceOf(UncheckedIOException.class)
        .cause()
        .hasMessage("rule state of version 9, known is 3");
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
