package io.narthex.jobs.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.http.HttpClients;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Asks the HTTP API of Prometheus at one server. Calls block; every failure is an {@link
 * ApiFailure}.
 */
public final class ApiClient {
  /** Media type of an Arrow IPC stream. */
  public static final String ARROW = "application/vnd.apache.arrow.stream";

  private static final int MAX_ANSWER_BYTES = 1 << 30;
  private static final int MAX_EVENT_BYTES = 64 << 20;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final String base;
  private final HttpClient client;

  private ApiClient(String base, HttpClient client) {
    this.base = base;
    this.client = client;
  }

  /**
   * A client of one server.
   *
   * @param url where the server is found, such as {@code http://127.0.0.1:9090/prefix}
   * @throws ApiFailure if the address or a certificate cannot be used
   */
  public static ApiClient of(String url, HttpClientConfig config) {
    try {
      var uri = URI.create(url);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!web || uri.getHost() == null || uri.getRawQuery() != null) {
        throw new ApiFailure(
            "--url: " + url + " is no address of a server; one such as http://127.0.0.1:9090 is");
      }
      return new ApiClient(url.replaceAll("/+$", ""), HttpClients.create(config).compress(true));
    } catch (IllegalArgumentException e) {
      throw new ApiFailure(url + ": " + e.getMessage());
    }
  }

  /** What a server answered: {@code data}, and what it remarked on it. */
  public record Answer(JsonNode data, List<String> remarks) {}

  /**
   * Posts a form.
   *
   * @param path below the server's root, such as {@code /api/v1/query}
   * @param parameters names and values; a name may come more than once
   */
  public Answer post(String path, List<Map.Entry<String, String>> parameters) {
    var request =
        client.headers(headers -> headers.set(HttpHeaderNames.ACCEPT, "application/json"));
    return answer(ask(request, path, parameters, "").body());
  }

  /** Gets {@code data} of an address without parameters of a form. */
  public Answer get(String path, List<Map.Entry<String, String>> parameters) {
    String query = parameters.isEmpty() ? "" : "?" + form(parameters);
    return answer(
        block(
                client
                    .headers(headers -> headers.set(HttpHeaderNames.ACCEPT, "application/json"))
                    .get()
                    .uri(base + path + query)
                    .responseSingle(
                        (response, body) ->
                            body.asByteArray()
                                .defaultIfEmpty(new byte[0])
                                .map(bytes -> checked(response, bytes, path, ""))))
            .body());
  }

  /**
   * The bytes of an Arrow IPC stream.
   *
   * @throws ApiFailure as well if the server answers in another format
   */
  public byte[] arrow(String path, List<Map.Entry<String, String>> parameters) {
    var request = client.headers(headers -> headers.set(HttpHeaderNames.ACCEPT, ARROW));
    return ask(request, path, parameters, ARROW).body();
  }

  /** The data of server-sent events, as long as the server sends them. */
  public Flux<Answer> events(String path, List<Map.Entry<String, String>> parameters) {
    return client
        .compress(false)
        .headers(headers -> headers.set(HttpHeaderNames.ACCEPT, "text/event-stream"))
        .get()
        .uri(base + path + "?" + form(parameters))
        .response(
            (response, body) ->
                response.status().code() == 200
                    ? lines(body)
                    : body.aggregate()
                        .asByteArray()
                        .defaultIfEmpty(new byte[0])
                        .flatMapMany(bytes -> Flux.error(failure(response, bytes, path))))
        .onErrorMap(failure -> !(failure instanceof ApiFailure), this::unreachable)
        .map(line -> answer(line.getBytes(UTF_8)));
  }

  private static Flux<String> lines(ByteBufFlux body) {
    return Flux.defer(
        () -> {
          var events = new EventLines(MAX_EVENT_BYTES);
          return body.asByteArray().concatMapIterable(events::take);
        });
  }

  private record Whole(byte[] body) {}

  private Whole ask(
      HttpClient request,
      String path,
      List<Map.Entry<String, String>> parameters,
      String wantedType) {
    byte[] form = form(parameters).getBytes(UTF_8);
    return block(
        request
            .headers(
                headers ->
                    headers
                        .set(HttpHeaderNames.CONTENT_TYPE, "application/x-www-form-urlencoded")
                        .set(HttpHeaderNames.CONTENT_LENGTH, form.length))
            .request(HttpMethod.POST)
            .uri(base + path)
            .send(ByteBufFlux.fromInbound(Mono.just(form)))
            .response(
                (response, body) ->
                    body.asByteArray()
                        .collect(ByteArrayOutputStream::new, ApiClient::gather)
                        .map(bytes -> checked(response, bytes.toByteArray(), path, wantedType)))
            .single());
  }

  private <T> T block(Mono<T> answer) {
    try {
      var value = answer.block();
      if (value == null) {
        throw new ApiFailure(base + " closed the connection without an answer");
      }
      return value;
    } catch (ApiFailure failure) {
      throw failure;
    } catch (RuntimeException failure) {
      throw unreachable(Exceptions.unwrap(failure));
    }
  }

  private ApiFailure unreachable(Throwable failure) {
    return failure instanceof ApiFailure known
        ? known
        : new ApiFailure(base + " cannot be asked: " + failure.getMessage());
  }

  private static void gather(ByteArrayOutputStream body, byte[] part) {
    if (body.size() + (long) part.length > MAX_ANSWER_BYTES) {
      throw new ApiFailure(
          "the answer is larger than " + (MAX_ANSWER_BYTES >> 20) + " MiB; ask for less");
    }
    body.writeBytes(part);
  }

  private Whole checked(HttpClientResponse response, byte[] body, String path, String wantedType) {
    if (response.status().code() / 100 != 2) {
      throw failure(response, body, path);
    }
    String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (!wantedType.isEmpty() && !type.startsWith(wantedType)) {
      throw new ApiFailure(base + " does not answer as " + wantedType + ", but as " + type);
    }
    return new Whole(body);
  }

  private ApiFailure failure(HttpClientResponse response, byte[] body, String path) {
    int code = response.status().code();
    var told = parsed(body);
    if (told != null && told.path("error").isTextual()) {
      return new ApiFailure(told.get("error").asText());
    }
    return new ApiFailure(
        switch (code) {
          case 401 -> base + " wants to know who asks (--user, --token-file)";
          case 403 -> base + " does not allow this";
          case 404 -> base + " has no " + path;
          default -> base + " answered " + response.status();
        });
  }

  private Answer answer(byte[] body) {
    var tree = parsed(body);
    if (tree == null) {
      throw new ApiFailure(base + " did not answer as JSON; is it a Prometheus?");
    }
    if (tree.path("status").asText().equals("error")) {
      throw new ApiFailure(tree.path("error").asText());
    }
    var remarks = new java.util.ArrayList<String>();
    tree.path("warnings").forEach(text -> remarks.add("warning: " + text.asText()));
    tree.path("infos").forEach(text -> remarks.add("info: " + text.asText()));
    return new Answer(tree.has("data") ? tree.get("data") : tree, remarks);
  }

  private static @Nullable JsonNode parsed(byte[] body) {
    try {
      return body.length == 0 ? null : JSON.readTree(new String(body, UTF_8));
    } catch (JsonProcessingException e) {
      return null; // of something else than the API: the caller says so
    }
  }

  private static String form(List<Map.Entry<String, String>> parameters) {
    return parameters.stream()
        .map(one -> encoded(one.getKey()) + "=" + encoded(one.getValue()))
        .collect(Collectors.joining("&"));
  }

  /** A text as it stands in an address. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }
}
