package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Access tokens of the client credentials grant, each used until shortly before it ends. Source:
 * RFC 6749, sections 4.4 and 5.1.
 */
final class OAuth2Tokens {
  private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"\\\\]+)\"");
  private static final Pattern EXPIRY = Pattern.compile("\"expires_in\"\\s*:\\s*\"?(\\d{1,9})");
  private static final Duration MARGIN = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MOST_BYTES = 1 << 20;

  private final HttpClientConfig.OAuth2 config;
  private final HttpClient client;
  private final Mono<Token> token;

  private record Token(String text, Duration lifetime) {}

  OAuth2Tokens(HttpClientConfig.OAuth2 config) {
    this.config = config;
    this.client = ClientTls.apply(Proxies.apply(HttpClient.create(), config.proxy()), config.tls());
    this.token =
        Mono.defer(this::fetch).cacheInvalidateWhen(token -> Mono.delay(token.lifetime()).then());
  }

  Mono<String> get() {
    return token.map(Token::text);
  }

  private Mono<Token> fetch() {
    return Mono.fromCallable(
            () -> Credentials.read(config.clientSecret(), config.clientSecretFile()))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMap(this::request)
        .timeout(TIMEOUT);
  }

  private Mono<Token> request(String secret) {
    String pair = encode(config.clientId()) + ":" + encode(secret);
    String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return client
        .headers(
            headers ->
                headers
                    .set(
                        HttpHeaderNames.CONTENT_TYPE,
                        HttpHeaderValues.APPLICATION_X_WWW_FORM_URLENCODED)
                    .set(HttpHeaderNames.AUTHORIZATION, "Basic " + basic))
        .post()
        .uri(config.tokenUrl())
        .send((request, out) -> out.send(Mono.fromSupplier(this::form)))
        .responseSingle(this::answer);
  }

  private ByteBuf form() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "client_credentials");
    if (!config.scopes().isEmpty()) {
      fields.put("scope", String.join(" ", config.scopes()));
    }
    fields.putAll(config.endpointParams());
    String text =
        fields.entrySet().stream()
            .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
            .collect(Collectors.joining("&"));
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private Mono<Token> answer(HttpClientResponse response, ByteBufMono body) {
    return body.asString(StandardCharsets.UTF_8)
        .defaultIfEmpty("")
        .map(
            text -> {
              var token = TOKEN.matcher(text);
              if (response.status().code() / 100 != 2
                  || text.length() > MOST_BYTES
                  || !token.find()) {
                throw new IllegalStateException(
                    "oauth2: cannot fetch token: "
                        + response.status()
                        + " from "
                        + config.tokenUrl());
              }
              var expiry = EXPIRY.matcher(text);
              long seconds = expiry.find() ? Long.parseLong(expiry.group(1)) : 3600;
              return new Token(token.group(1), lifetime(Duration.ofSeconds(seconds)));
            });
  }

  private static Duration lifetime(Duration granted) {
    var left = granted.minus(MARGIN);
    return left.isNegative() ? Duration.ZERO : left;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
