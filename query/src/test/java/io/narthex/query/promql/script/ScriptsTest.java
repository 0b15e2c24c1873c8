package io.narthex.query.promql.script;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the project's own PromQL scripts: one test for each evaluation. */
class ScriptsTest {

  @TestFactory
  List<DynamicTest> selectors_eachEvaluation_givesWhatIsExpected() throws IOException {
    return ScriptTests.of(read("selectors"), false);
  }

  @TestFactory
  List<DynamicTest> windows_eachEvaluation_givesWhatIsExpected() throws IOException {
    return ScriptTests.of(read("windows"), false);
  }

  @TestFactory
  List<DynamicTest> matching_eachEvaluation_givesWhatIsExpected() throws IOException {
    return ScriptTests.of(read("matching"), false);
  }

  private static String read(String name) throws IOException {
    try (InputStream in = ScriptsTest.class.getResourceAsStream("/promql/" + name + ".test")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
