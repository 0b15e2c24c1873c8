package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.http.LiveHttpClient;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/** Posts over HTTP with the TLS, the credentials and the proxy of one configuration. */
final class HttpTransport implements AlertTransport {
  private static final Logger LOG = LoggerFactory.getLogger(HttpTransport.class);

  private static final int MOST_TEXT = 512;

  private final LiveHttpClient client;

  HttpTransport(HttpClientConfig config) {
    client = new LiveHttpClient(config);
    // The first alert is not to wait for the making of a client, which may take seconds.
    client
        .get()
        .flatMap(HttpClient::warmup)
        .subscribe(
            warm -> {},
            fault -> LOG.warn("no HTTP client for an Alertmanager: {}", fault.toString()));
  }

  @Override
  public Mono<Answer> post(String url, byte[] body) {
    return client
        .get()
        .flatMap(
            http ->
                http.headers(
                        headers ->
                            headers.set(
                                HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON))
                    .post()
                    .uri(url)
                    .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
                    .response(HttpTransport::answer)
                    .next());
  }

  private static Mono<Answer> answer(HttpClientResponse response, ByteBufFlux body) {
    int status = response.status().code();
    if (status / 100 == 2) {
      return body.then(Mono.just(new Answer(status, "")));
    }
    return body.asString(StandardCharsets.UTF_8)
        .reduce(
            new StringBuilder(),
            (text, part) ->
                text.append(part, 0, Math.min(part.length(), MOST_TEXT - text.length())))
        .map(text -> new Answer(status, text.toString().strip()));
  }
}
