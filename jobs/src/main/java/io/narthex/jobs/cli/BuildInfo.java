package io.narthex.jobs.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build wrote down about itself. */
public final class BuildInfo {
  private static final Properties BUILD = read();

  private BuildInfo() {}

  public static String version() {
    return BUILD.getProperty("version", "unknown");
  }

  /** The commit that was built; {@code unknown} outside of a repository. */
  public static String revision() {
    return BUILD.getProperty("revision", "unknown");
  }

  public static String branch() {
    return BUILD.getProperty("branch", "unknown");
  }

  private static Properties read() {
    var properties = new Properties();
    try (var in = BuildInfo.class.getResourceAsStream("/narthex-build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
