package io.narthex.pipeline.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Names;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** The configuration of a server that was given none. */
public final class BuiltInConfiguration {
  private static final String RESOURCE = "self-scrape.yml";

  private BuiltInConfiguration() {}

  /**
   * How the server gets at its own metrics.
   *
   * @param tls whether it speaks HTTPS; its certificate is not verified then, since it need not
   *     name the address
   * @param certificate of the server itself, shown where clients must show one; null for none
   * @param token shown as bearer token; null for none
   */
  public record Access(boolean tls, @Nullable Certificate certificate, @Nullable Secret token) {
    /** Plain HTTP for everybody. */
    public static final Access OPEN = new Access(false, null, null);
  }

  /** A certificate and its key, by their files. */
  public record Certificate(String certFile, String keyFile) {}

  /** As below, over plain HTTP. */
  public static String selfScrape(String address, String metricsPath) {
    return selfScrape(address, metricsPath, Access.OPEN);
  }

  /**
   * A commented file by which the server scrapes itself; {@link ConfigurationLoader} takes it.
   *
   * @param address where the server listens, as host:port
   * @param metricsPath where its own metrics are, behind its route prefix
   * @param access what it takes to get at them
   */
  public static String selfScrape(String address, String metricsPath, Access access) {
    try (InputStream resource = BuiltInConfiguration.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException("the resource " + RESOURCE + " is missing in this build");
      }
      return new String(resource.readAllBytes(), UTF_8)
          .replace("@address@", quoted(address))
          .replace("@path@", quoted(metricsPath))
          .replace("@access@", lines(access));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
    }
  }

  private static String lines(Access access) {
    var lines = new StringBuilder();
    if (access.tls()) {
      lines.append("    scheme: https\n    tls_config:\n      insecure_skip_verify: true\n");
      var certificate = access.certificate();
      if (certificate != null) {
        lines.append("      cert_file: ").append(quoted(certificate.certFile())).append('\n');
        lines.append("      key_file: ").append(quoted(certificate.keyFile())).append('\n');
      }
    }
    if (access.token() != null) {
      String token = access.token().value();
      lines.append("    authorization:\n      credentials: ").append(quoted(token)).append('\n');
    }
    return lines.toString();
  }

  private static String quoted(String text) {
    var quoted = new StringBuilder();
    Names.quote(quoted, text);
    return quoted.toString();
  }
}
