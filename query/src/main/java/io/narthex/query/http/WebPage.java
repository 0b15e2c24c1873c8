package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Serves the web page from memory. All its addresses deliver the same document, which finds its
 * scripts relative to itself and so works behind any prefix; files with a content hash in their
 * name may be kept forever. Nothing of it may load from elsewhere.
 */
final class WebPage {
  /** Addresses of the page, those of Prometheus' page among them. */
  private static final List<String> ADDRESSES =
      List.of(
          "/",
          "/graph",
          "/query",
          "/alerts",
          "/rules",
          "/targets",
          "/service-discovery",
          "/alertmanager-discovery",
          "/pipeline",
          "/queries",
          "/status",
          "/tsdb-status",
          "/flags",
          "/config");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'"
          + " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
          + " 'self'";

  private static final byte[] NOT_BUILT =
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Narthex</title>
      <h1>Narthex</h1>
      <p>The web page was not built: it needs Node.js 20 or newer and npm at build time.
      The HTTP API answers all the same, for example <a href="api/v1/targets">api/v1/targets</a>.</p>
      """
          .getBytes(UTF_8);

  private final Map<String, PageFiles.PageFile> files = new HashMap<>();

  WebPage() {
    var loaded = new ArrayList<>(PageFiles.load());
    if (loaded.isEmpty()) {
      loaded.add(
          new PageFiles.PageFile(
              "index.html", "text/html; charset=utf-8", "\"not-built\"", NOT_BUILT, null));
    }
    for (var file : loaded) {
      if (file.isIndex()) {
        ADDRESSES.forEach(address -> files.put(address, file));
      } else {
        files.put("/" + file.path(), file);
      }
    }
  }

  /** The file at a path without the route prefix; null if it is none of the page's. */
  PageFiles.@Nullable PageFile find(String path) {
    return files.get(path);
  }

  static Publisher<Void> send(
      PageFiles.PageFile file, HttpServerRequest request, HttpServerResponse response) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    if (!head && !request.method().equals(HttpMethod.GET)) {
      return response.status(405).header(HttpHeaderNames.ALLOW, "GET, HEAD").send();
    }
    response
        .compression(false)
        .header(HttpHeaderNames.ETAG, file.tag())
        .header(HttpHeaderNames.VARY, "Accept-Encoding")
        .header(
            HttpHeaderNames.CACHE_CONTROL,
            file.isIndex() ? "no-cache" : "public, max-age=31536000, immutable")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin");
    String known = request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH, "");
    if (known.contains(file.tag())) {
      return response.status(304).send();
    }
    byte[] packed = acceptsGzip(request) ? file.gzip() : null;
    byte[] body = packed == null ? file.body() : packed;
    if (packed != null) {
      response.header(HttpHeaderNames.CONTENT_ENCODING, "gzip");
    }
    response
        .header(HttpHeaderNames.CONTENT_TYPE, file.contentType())
        .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
    return head
        ? response.send()
        : response.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body))).then();
  }

  private static boolean acceptsGzip(HttpServerRequest request) {
    for (String coding :
        request.requestHeaders().get(HttpHeaderNames.ACCEPT_ENCODING, "").split(",")) {
      String[] parts = coding.strip().split(";", 2);
      if (parts[0].strip().equalsIgnoreCase("gzip")) {
        return parts.length == 1 || !parts[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
  }
}
