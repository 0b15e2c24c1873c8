package io.narthex.sources.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

class RequestBodyTest {
  private final RequestBody.Room room = new RequestBody.Room(100_000);
  private final RequestBody held = new RequestBody(80_000, room);
  private final DisposableServer server =
      HttpServer.create()
          .host("127.0.0.1")
          .port(0)
          .route(
              routes ->
                  routes
                      .post("/hold", (in, out) -> out.sendString(text(held.read(in))))
                      .post(
                          "/read",
                          (in, out) -> {
                            var body = new RequestBody(80_000, room);
                            return out.sendString(
                                text(body.read(in)).doFinally(end -> body.release()));
                          }))
          .bindNow();

  @AfterEach
  void close() {
    server.disposeNow();
  }

  private static Mono<String> text(Mono<RequestBody> read) {
    return read.map(body -> "read " + body.length())
        .onErrorResume(FaultException.class, e -> Mono.just(e.fault() + " " + e.getMessage()));
  }

  private void expect(String path, int bytes, String answer) {
    StepVerifier.create(
            HttpClient.create()
                .post()
                .uri("http://127.0.0.1:" + server.port() + path)
                .send(ByteBufFlux.fromInbound(Mono.just(new byte[bytes])))
                .responseContent()
                .aggregate()
                .asString())
        .expectNext(answer)
        .verifyComplete();
  }

  @Test
  void read_bodiesThatAreHeld_leaveTheOthersWhatIsOver() {
    expect("/hold", 70_000, "read 70000");
    assertThat(room.left()).isLessThanOrEqualTo(30_000);
    expect("/read", 40_000, "UNAVAILABLE too many bytes are being received, try again later");
    expect("/read", 10_000, "read 10000");
    held.release();
    assertThat(room.left()).isEqualTo(100_000);
    expect("/read", 40_000, "read 40000");
    assertThat(room.left()).isEqualTo(100_000);
  }

  @Test
  void read_largerThanAllowed_isRefused() {
    expect("/read", 80_001, "TOO_LARGE the request body exceeds 80000 bytes");
  }
}
