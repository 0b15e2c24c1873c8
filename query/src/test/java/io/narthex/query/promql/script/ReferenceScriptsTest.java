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
import org.junit.jupiter.api.TestFactory;

/** Runs Prometheus' own PromQL scripts: one test for each evaluation. */
class ReferenceScriptsTest {

  @TestFactory
  List<DynamicNode> script_eachEvaluation_givesWhatPrometheusGives() throws IOException {
    Path folder = Reference.path("promql-tests");
    var files = new ArrayList<DynamicNode>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".test")).sorted().toList()) {
        boolean labels = path.getFileName().toString().startsWith("type_and_unit");
        files.add(
            DynamicContainer.dynamicContainer(
                path.getFileName().toString(), ScriptTests.of(Files.readString(path), labels)));
      }
    }
    return files;
  }
}
