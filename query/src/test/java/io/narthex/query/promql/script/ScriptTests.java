package io.narthex.query.promql.script;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;

/** Makes tests of scripts. */
final class ScriptTests {
  private ScriptTests() {}

  /** One test for each evaluation, to be run in order. */
  static List<DynamicTest> of(String text, boolean typeAndUnitLabels) {
    Script script = ScriptReader.read(text);
    var runner = new ScriptRunner(typeAndUnitLabels);
    var tests = new ArrayList<DynamicTest>();
    var pending = new ArrayList<Script.Command>();
    for (Script.Command command : script.commands()) {
      if (!(command instanceof Script.Eval eval)) {
        pending.add(command);
        continue;
      }
      var before = List.copyOf(pending);
      pending.clear();
      tests.add(
          DynamicTest.dynamicTest(
              "line " + eval.line() + ": " + eval.query(),
              () -> {
                before.forEach(setUp -> apply(runner, setUp));
                runner.eval(eval);
              }));
    }
    return tests;
  }

  private static void apply(ScriptRunner runner, Script.Command command) {
    if (command instanceof Script.Load load) {
      runner.load(load);
    } else {
      runner.clear();
    }
  }
}
