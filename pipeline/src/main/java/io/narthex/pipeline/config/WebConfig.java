package io.narthex.pipeline.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the HTTP server protects itself: the file of {@code --web.config.file}.
 *
 * @param file where it was read, for messages
 * @param tls null if the server speaks plain HTTP
 * @param http2 whether HTTP/2 is offered over TLS
 * @param headers added to each answer
 * @param users name to bcrypt hash of the password; empty if no password is asked for
 * @param rateLimit null if requests are not limited
 * @see <a
 *     href="https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md">
 *     the format</a>
 */
public record WebConfig(
    String file,
    @Nullable Tls tls,
    boolean http2,
    Map<String, String> headers,
    Map<String, Secret> users,
    @Nullable RateLimit rateLimit) {

  /** Plain HTTP for everybody. */
  public static final WebConfig OPEN = new WebConfig("", null, true, Map.of(), Map.of(), null);

  public WebConfig {
    headers = Map.copyOf(headers);
    users = Map.copyOf(new LinkedHashMap<>(users));
  }

  /** What a client must show of itself in the TLS handshake. */
  public enum ClientAuth {
    /** No certificate is asked for. */
    NONE,
    /** Asked for, neither required nor verified. */
    REQUEST,
    /** Required, not verified. */
    REQUIRE_ANY,
    /** Verified if there is one. */
    VERIFY_IF_GIVEN,
    /** Required and verified. */
    REQUIRE_AND_VERIFY
  }

  /**
   * TLS of the server. Of each text and its file one is there, or none; files are absolute.
   *
   * @param line of the section in the file, for messages
   * @param clientAllowedSans subject alternative names of which a client must have one; empty for
   *     any
   * @param minVersion as {@code TLS12}
   * @param maxVersion as {@code TLS13}
   * @param cipherSuites for versions up to 1.2, by their names of IANA; empty for the JDK's
   * @param preferServerCipherSuites whether the server's order counts
   * @param curves {@code CurveP256} and the like, in order of preference; empty for the JDK's
   */
  public record Tls(
      int line,
      @Nullable String cert,
      @Nullable String certFile,
      @Nullable Secret key,
      @Nullable String keyFile,
      ClientAuth clientAuth,
      @Nullable String clientCa,
      @Nullable String clientCaFile,
      List<String> clientAllowedSans,
      String minVersion,
      String maxVersion,
      List<String> cipherSuites,
      boolean preferServerCipherSuites,
      List<String> curves) {

    public Tls {
      clientAllowedSans = List.copyOf(clientAllowedSans);
      cipherSuites = List.copyOf(cipherSuites);
      curves = List.copyOf(curves);
    }
  }

  /**
   * A token bucket for all requests together.
   *
   * @param interval after which one more request is allowed
   * @param burst requests that are allowed at once
   */
  public record RateLimit(Duration interval, int burst) {}
}
