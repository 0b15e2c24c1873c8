package io.narthex.pipeline.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.Secret;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import reactor.netty.http.server.HttpServerRequest;

/**
 * By which a process fetches its own metrics where others must show a password. It is a random
 * number of this process, and opens nothing but GET of one path.
 */
public final class SelfScrapeKey {
  private static final int BYTES = 32;

  private final String path;
  private final String token;

  private SelfScrapeKey(String path, String token) {
    this.path = path;
    this.token = token;
  }

  /**
   * A new key.
   *
   * @param path which it opens, with the server's prefix
   */
  public static SelfScrapeKey random(String path) {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new SelfScrapeKey(path, HexFormat.of().formatHex(bytes));
  }

  /** What is sent as bearer token. */
  public Secret token() {
    return new Secret(token);
  }

  /** Whether a request shows the key and asks for nothing else; the token decides in equal time. */
  boolean opens(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.GET) || !HttpServers.path(request).equals(path)) {
      return false;
    }
    String shown = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION, "");
    return MessageDigest.isEqual(("Bearer " + token).getBytes(US_ASCII), shown.getBytes(UTF_8));
  }
}
