package io.narthex.jobs.server;

import io.narthex.pipeline.telemetry.BuildInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build wrote down about itself. */
public final class ThisBuild {
  private ThisBuild() {}

  /** Version and commit; {@code unknown} and empty outside of a build by Maven in a repository. */
  public static BuildInfo info() {
    var properties = new Properties();
    try (var in = ThisBuild.class.getResourceAsStream("/narthex-build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BuildInfo(
        properties.getProperty("version", "unknown"),
        filled(properties.getProperty("revision", "")),
        filled(properties.getProperty("branch", "")),
        "",
        "",
        BuildInfo.currentRuntime());
  }

  /** A property that nobody filled in still has its placeholder. */
  private static String filled(String value) {
    return value.startsWith("${") ? "" : value;
  }
}
