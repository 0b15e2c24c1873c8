package io.narthex.pipeline.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The reference cases, read from where system property {@code narthex.reference} points. They are
 * not part of the project; a test that needs them is skipped, and says so, where they are missing.
 */
public final class Reference {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Reference() {}

  /** A file or folder of the reference; skips the test if it is missing. */
  public static Path path(String relative) {
    var root = Path.of(System.getProperty("narthex.reference", "../shared/reference"));
    var path = root.resolve(relative);
    assumeTrue(
        Files.exists(path),
        () -> "reference cases are missing: " + path + " (set -Dnarthex.reference=DIR)");
    return path;
  }

  /** A table of cases, such as {@code go-tables/relabel.json}. */
  public static JsonNode table(String relative) {
    try {
      return JSON.readTree(Files.readAllBytes(path(relative)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
