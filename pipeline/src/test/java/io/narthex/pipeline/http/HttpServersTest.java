package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

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
}
