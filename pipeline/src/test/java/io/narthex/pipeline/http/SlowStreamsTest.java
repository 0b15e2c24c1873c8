package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

class SlowStreamsTest {
  private static final HttpServers.Limits LIMITS =
      new HttpServers.Limits(
          8192,
          8192,
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ofMillis(300));

  @Test
  void stream_windowLeftClosed_isCutAndOthersOfTheConnectionAreServed() {
    var ended = new CompletableFuture<SignalType>();
    Routes routes =
        (all, prefix) -> {
          all.get(
              "/large",
              (request, response) ->
                  response
                      .sendByteArray(Flux.just(new byte[64 << 10]).repeat(100))
                      .then()
                      .doFinally(ended::complete));
          all.get("/small", (request, response) -> response.sendString(Mono.just("")));
        };
    var server =
        HttpServers.create("127.0.0.1:0", LIMITS, "", List.of(routes))
            .protocol(HttpProtocol.H2C)
            .bindNow();
    try {
      var client =
          HttpClient.newConnection()
              .baseUrl("http://127.0.0.1:" + server.port())
              .protocol(HttpProtocol.H2C)
              .http2Settings(settings -> settings.initialWindowSize(0));
      var large = client.get().uri("/large").responseContent().subscribe();
      assertThat(ended.join()).isNotEqualTo(SignalType.ON_COMPLETE);
      large.dispose();
      assertThat(client.get().uri("/small").response().block().status().code()).isEqualTo(200);
    } finally {
      server.disposeNow();
    }
  }
}
