package io.narthex.query.promql.script;

import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs Prometheus' own PromQL scripts: one test for each evaluation. */
class ReferenceScriptsTest {

  @TestFactory
  List<DynamicNode> script_eachEvaluation_givesWhatPrometheusGives() throws IOException {
    Path folder = Reference.path("promql-tests");
    var files = new ArrayList<DynamicNode>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".test")).sorted().toList()) {
        files.add(DynamicContainer.dynamicContainer(path.getFileName().toString(), tests(path)));
      }
    }
    return files;
  }

  private static List<DynamicTest> tests(Path path) throws IOException {
    Script script = ScriptReader.read(Files.readString(path));
    var runner = new ScriptRunner(path.getFileName().toString().startsWith("type_and_unit"));
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
