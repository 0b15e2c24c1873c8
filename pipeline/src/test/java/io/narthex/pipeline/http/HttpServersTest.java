package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufMono;

class HttpServersTest {
  @Test
  void create_answersAtOnceAndLaterOnOneConnection_areAllRead() throws Exception {
    Routes parts =
        (routes, prefix) ->
            routes
                .get("/now", (request, response) -> HttpServers.text(response, 200, "now"))
                .get(
                    "/later",
                    (request, response) ->
                        Mono.just("later")
                            .publishOn(Schedulers.boundedElastic())
                            .flatMap(text -> HttpServers.text(response, 200, text)));
    var server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "", List.of(parts)).bindNow();
    try {
      var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      for (int i = 0; i < 2_000; i++) {
        String text = i % 2 == 0 ? "now" : "later";
        var uri = URI.create("http://127.0.0.1:" + server.port() + "/" + text);
        var answer = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo(text);
      }
    } finally {
      server.disposeNow();
    }
  }

  /** Otherwise the next head on the connection could take as long as it likes. */
  @Test
  void create_manyRequestsOnOneConnection_noneCountsAsUnanswered() throws Exception {
    var connection = new AtomicReference<Channel>();
    Routes parts =
        (routes, prefix) ->
            routes.get(
                "/later",
                (request, response) -> {
                  request.withConnection(own -> connection.set(own.channel()));
                  return Mono.just("later")
                      .publishOn(Schedulers.boundedElastic())
                      .flatMap(
                          text ->
                              response
                                  .header("Content-Length", "5")
                                  .send(ByteBufMono.fromString(Mono.just(text)))
                                  .then());
                });
    var server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "", List.of(parts)).bindNow();
    try {
      var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      var uri = URI.create("http://127.0.0.1:" + server.port() + "/later");
      for (int i = 0; i < 500; i++) {
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());
      }
      var channel = connection.get();
      int answering = 1;
      for (int turn = 0;
          answering > 0 && turn < 10_000;
          turn++) { // the last may not be counted yet
        answering = channel.eventLoop().submit(() -> SlowClients.answering(channel)).get();
      }
      assertThat(answering).isZero();
    } finally {
      server.disposeNow();
    }
  }
}
