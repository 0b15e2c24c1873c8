package io.narthex.pipeline.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The configuration of a server that was given none. */
public final class BuiltInConfiguration {
  private static final String RESOURCE = "self-scrape.yml";

  private BuiltInConfiguration() {}

  /**
   * A commented file by which the server scrapes itself; {@link ConfigurationLoader} takes it.
   *
   * @param address where the server listens, as host:port
   * @param metricsPath where its own metrics are, behind its route prefix
   */
  public static String selfScrape(String address, String metricsPath) {
    try (InputStream resource = BuiltInConfiguration.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing in this build");
      }
      return new String(resource.readAllBytes(), UTF_8)
          .replace("@address@", quoted(address))
          .replace("@path@", quoted(metricsPath));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
    }
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder();
    Names.quote(quoted, text);
    return quoted.toString();
  }
}
