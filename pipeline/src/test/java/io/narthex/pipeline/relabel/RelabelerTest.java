package io.narthex.pipeline.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.RelabelRule.Action;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelabelerTest {
  @Test
  void apply_noRules_returnsTheSameObject() {
    var labels = Labels.of("a", "1");
    assertThat(Relabeler.compile(List.of()).apply(labels)).isSameAs(labels);
  }

  @Test
  void apply_ruleChangesNothing_returnsTheSameObject() {
    var labels = Labels.of("a", "1");
    assertThat(relabeler(rule(Action.KEEP, "1", "", "$1", "a")).apply(labels)).isSameAs(labels);
  }

  @Test
  void apply_nameWithoutBraces_takesAllLettersThatFollow() {
    var joined = rule(Action.REPLACE, "(.)", "t", "$1x|${1}x|$$|$|${|$-", "a");
    assertThat(relabeler(joined).apply(Labels.of("a", "v")))
        .isEqualTo(Labels.of("a", "v", "t", "|vx|$|$|${|$-"));
  }

  @Test
  void apply_groupZeroAndLeadingZeros_areTheMatchAndNothing() {
    var zero = rule(Action.REPLACE, "a(.*)", "t", "<$0|$01|$7>", "a");
    assertThat(relabeler(zero).apply(Labels.of("a", "abc")))
        .isEqualTo(Labels.of("a", "abc", "t", "<abc||>"));
  }

  @Test
  void apply_defaultRegex_matchesEmptyInputAndNewlines() {
    var copy = rule(Action.REPLACE, RelabelRule.DEFAULT_REGEX, "t", "<$1>", "a", "b");
    assertThat(relabeler(copy).apply(Labels.of("a", "x\ny")))
        .isEqualTo(Labels.of("a", "x\ny", "t", "<x\ny;>"));
    assertThat(relabeler(copy).apply(Labels.EMPTY)).isEqualTo(Labels.of("t", "<;>"));
  }

  @Test
  void apply_emptyReplacement_removesTheLabel() {
    var remove = rule(Action.REPLACE, RelabelRule.DEFAULT_REGEX, "a", "", "b");
    assertThat(relabeler(remove).apply(Labels.of("a", "1", "c", "2")))
        .isEqualTo(Labels.of("c", "2"));
  }

  @Test
  void apply_upperAndLowerCase_mapEachLetterAlone() {
    var upper = rule(Action.UPPERCASE, RelabelRule.DEFAULT_REGEX, "up", "$1", "a");
    var lower = rule(Action.LOWERCASE, RelabelRule.DEFAULT_REGEX, "low", "$1", "a");
    assertThat(relabeler(upper, lower).apply(Labels.of("a", "Straße ΟΔΟΣ")))
        .isEqualTo(Labels.of("a", "Straße ΟΔΟΣ", "up", "STRAßE ΟΔΟΣ", "low", "straße οδοσ"));
  }

  @Test
  void apply_twoNamesMapToOne_labelSetLastWins() {
    var set = rule(Action.REPLACE, "(.*)", "m_a", "late", "none");
    var map = rule(Action.LABELMAP, "m_(.).*", "", "$1");
    assertThat(relabeler(set, map).apply(Labels.of("m_ab", "early")))
        .isEqualTo(Labels.of("m_ab", "early", "m_a", "late", "a", "late"));
  }

  @Test
  void apply_legacyNames_leavesOutResultsThatAreNoNames() {
    var replace = rule(Action.REPLACE, "(.*)", "$1", "v", "a");
    var labels = Labels.of("a", "with-dash");
    assertThat(Relabeler.compile(List.of(replace), false).apply(labels)).isEqualTo(labels);
    assertThat(relabeler(replace).apply(labels))
        .isEqualTo(Labels.of("a", "with-dash", "with-dash", "v"));
  }

  @Test
  void apply_hashModuloOfLargeModulus_isUnsigned() {
    var hash = new RelabelRule(List.of("a"), ";", "(.*)", -1, "h", "$1", Action.HASHMOD);
    assertThat(relabeler(hash).apply(Labels.EMPTY))
        .isEqualTo(Labels.of("h", Long.toUnsignedString(0xe9800998ecf8427eL)));
  }

  @Test
  void steps_droppedByTheSecondRule_showsWhatEachRuleLeft() {
    var set = rule(Action.REPLACE, "(.*)", "b", "$1", "a");
    var drop = rule(Action.DROP, "1", "", "$1", "b");
    var more = rule(Action.REPLACE, "(.*)", "c", "$1", "a");
    assertThat(relabeler(set, drop, more).steps(Labels.of("a", "1")))
        .containsExactly(
            new Relabeler.Step(set, Labels.of("a", "1", "b", "1"), true),
            new Relabeler.Step(drop, Labels.EMPTY, false),
            new Relabeler.Step(more, Labels.EMPTY, false));
  }

  @Test
  void compile_invalidRule_isRefusedWithTheReason() {
    assertThatThrownBy(() -> relabeler(rule(Action.REPLACE, "(", "t", "$1", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("error parsing regexp");
    assertThatThrownBy(() -> RelabelRules.action("repalce"))
        .hasMessage(
            "unknown relabel action \"repalce\", must be one of replace, lowercase, uppercase,"
                + " keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep");
    assertThat(RelabelRules.action("KeepEqual")).isEqualTo(Action.KEEPEQUAL);
  }

  private static Relabeler relabeler(RelabelRule... rules) {
    return Relabeler.compile(List.of(rules));
  }

  private static RelabelRule rule(
      Action action, String regex, String target, String replacement, String... sources) {
    return new RelabelRule(List.of(sources), ";", regex, 0, target, replacement, action);
  }
}
