package io.narthex.pipeline.http;

import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.ConfigurationFault;
import io.narthex.pipeline.config.WebConfig;
import io.narthex.pipeline.config.WebConfigLoader;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A web configuration that is ready for use: its certificates and keys are read. */
public final class WebSecurity {
  private final WebConfig config;
  private final @Nullable ServerTls tls;
  private final @Nullable PasswordCheck passwords;
  private final @Nullable TokenBucket limit;

  private WebSecurity(WebConfig config, @Nullable ServerTls tls) {
    this.config = config;
    this.tls = tls;
    passwords = config.users().isEmpty() ? null : new PasswordCheck(config.users());
    var rate = config.rateLimit();
    limit = rate == null ? null : new TokenBucket(rate, System::nanoTime);
  }

  /** Plain HTTP for everybody. */
  static WebSecurity open() {
    return new WebSecurity(WebConfig.OPEN, null);
  }

  /**
   * Reads a file and what it names.
   *
   * @throws ConfigurationException if any of it cannot be used
   */
  public static WebSecurity load(Path file) {
    return of(WebConfigLoader.load(file));
  }

  static WebSecurity of(WebConfig config) {
    var tls = config.tls();
    if (tls == null) {
      return new WebSecurity(config, null);
    }
    try {
      if (!tls.curves().isEmpty() && !NamedGroups.isSupported()) {
        throw new IllegalArgumentException("curve_preferences needs Java 20 or newer");
      }
      return new WebSecurity(config, ServerTls.of(tls, config.http2()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          List.of(
              new ConfigurationFault(
                  config.file(), tls.line(), 1, "tls_server_config", "" + e.getMessage())));
    }
  }

  WebConfig config() {
    return config;
  }

  /** Null if the server speaks plain HTTP. */
  @Nullable ServerTls tls() {
    return tls;
  }

  /** Null if no password is asked for. */
  @Nullable PasswordCheck passwords() {
    return passwords;
  }

  /** Null if requests are not limited. */
  @Nullable TokenBucket limit() {
    return limit;
  }

  /** Whether a client must show a password or a certificate. */
  public boolean asksWho() {
    var section = config.tls();
    return passwords != null
        || (section != null && section.clientAuth() == WebConfig.ClientAuth.REQUIRE_AND_VERIFY);
  }

  public boolean isTls() {
    return tls != null;
  }
}
