package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.Secret;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;

/**
 * Headers by which a client identifies itself. Values that are given as files are read for each
 * request, off the event loop, so that rotated secrets count at once.
 */
final class Credentials {
  private Credentials() {}

  static HttpClient apply(HttpClient client, HttpClientConfig config) {
    var with =
        readsFiles(config)
            ? client.headersWhen(
                headers ->
                    Mono.fromCallable(() -> fill(headers, config))
                        .subscribeOn(Schedulers.boundedElastic()))
            : client.headers(headers -> fill(headers, config));
    var oauth2 = config.oauth2();
    if (oauth2 == null) {
      return with;
    }
    var tokens = new OAuth2Tokens(oauth2);
    return with.headersWhen(
        headers ->
            tokens
                .get()
                .map(token -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token)));
  }

  /** The text of a secret: given, or in a file without the space around it. */
  static String read(@Nullable Secret secret, @Nullable String file) {
    if (file != null) {
      return read(file);
    }
    return secret == null ? "" : secret.value();
  }

  private static HttpHeaders fill(HttpHeaders headers, HttpClientConfig config) {
    var basic = config.basicAuth();
    if (basic != null) {
      String user = basic.usernameFile() == null ? basic.username() : read(basic.usernameFile());
      String pair = user + ":" + read(basic.password(), basic.passwordFile());
      var encoded = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
      headers.set(HttpHeaderNames.AUTHORIZATION, "Basic " + encoded);
    }
    var authorization = config.authorization();
    if (authorization != null) {
      String secret = read(authorization.credentials(), authorization.credentialsFile());
      headers.set(HttpHeaderNames.AUTHORIZATION, (authorization.type() + " " + secret).strip());
    }
    config
        .headers()
        .forEach(
            (name, values) -> {
              headers.remove(name);
              values.forEach(value -> headers.add(name, text(value)));
            });
    return headers;
  }

  private static String text(HttpClientConfig.HeaderValue value) {
    return value.value() != null ? value.value() : read(value.secret(), value.file());
  }

  private static boolean readsFiles(HttpClientConfig config) {
    var basic = config.basicAuth();
    var authorization = config.authorization();
    return (basic != null && (basic.usernameFile() != null || basic.passwordFile() != null))
        || (authorization != null && authorization.credentialsFile() != null)
        || config.headers().values().stream()
            .anyMatch(values -> values.stream().anyMatch(value -> value.file() != null));
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("unable to read the secret file " + file, e);
    }
  }
}
