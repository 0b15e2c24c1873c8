package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;

/** TLS of clients: trust, own certificate, versions, expected name. */
final class ClientTls {
  private static final List<String> VERSIONS = List.of("TLS10", "TLS11", "TLS12", "TLS13");

  private ClientTls() {}

  static HttpClient apply(HttpClient client, HttpClientConfig.Tls tls) {
    var context = context(tls);
    return client.secure(
        spec -> {
          var provider = spec.sslContext(context);
          provider.handlerConfigurator(
              handler -> {
                SSLParameters parameters = handler.engine().getSSLParameters();
                if (tls.insecureSkipVerify()) {
                  parameters.setEndpointIdentificationAlgorithm(null);
                }
                if (!tls.serverName().isEmpty()) {
                  parameters.setServerNames(List.of(new SNIHostName(tls.serverName())));
                }
                handler.engine().setSSLParameters(parameters);
              });
        });
  }

  private static SslContext context(HttpClientConfig.Tls tls) {
    var builder = SslContextBuilder.forClient();
    try {
      if (tls.insecureSkipVerify()) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (tls.ca() != null || tls.caFile() != null) {
        try (var ca = open(tls.ca(), tls.caFile())) {
          builder.trustManager(ca);
        }
      }
      var key = tls.key() == null ? null : tls.key().value();
      if (tls.cert() != null || tls.certFile() != null) {
        try (var chain = open(tls.cert(), tls.certFile());
            var secret = open(key, tls.keyFile())) {
          builder.keyManager(chain, secret);
        }
      }
      builder.protocols(versions(tls));
      return builder.build();
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("unable to use the TLS configuration: " + reason(e), e);
    }
  }

  private static String reason(Exception e) {
    var cause = e instanceof SSLException && e.getCause() != null ? e.getCause() : e;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private static List<String> versions(HttpClientConfig.Tls tls) {
    String from = tls.minVersion() == null ? "TLS12" : tls.minVersion();
    String to = tls.maxVersion() == null ? "TLS13" : tls.maxVersion();
    var enabled = new ArrayList<String>();
    for (int i = version(from); i <= version(to); i++) {
      enabled.add(i == 0 ? "TLSv1" : "TLSv1." + i);
    }
    if (enabled.isEmpty()) {
      throw new IllegalArgumentException("min_version " + from + " is above max_version " + to);
    }
    return enabled;
  }

  private static int version(String name) {
    int at = VERSIONS.indexOf(name);
    if (at < 0) {
      throw new IllegalArgumentException("unknown TLS version " + name + ", known: " + VERSIONS);
    }
    return at;
  }

  private static InputStream open(@Nullable String text, @Nullable String file) throws IOException {
    if (text != null) {
      return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
    if (file == null) {
      throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
    }
    return Files.newInputStream(Path.of(file));
  }
}
