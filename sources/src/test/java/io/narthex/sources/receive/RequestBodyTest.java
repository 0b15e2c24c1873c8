package io.narthex.sources.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class RequestBodyTest {
  private static final int PART = 5_000;

  private final RequestBody.Room room = new RequestBody.Room(100_000);

  private static Flux<ByteBuf> parts(int bytes) {
    return Flux.range(0, bytes / PART).map(part -> Unpooled.wrappedBuffer(new byte[PART]));
  }

  private RequestBody body() {
    return new RequestBody(80_000, room);
  }

  private static void expectRead(RequestBody body, int bytes) {
    StepVerifier.create(body.read(16_000, parts(bytes))).expectNext(body).verifyComplete();
    assertThat(body.length()).isEqualTo(bytes);
  }

  private static void expectFault(RequestBody body, int bytes, Fault fault, String message) {
    StepVerifier.create(body.read(16_000, parts(bytes)))
        .verifyErrorSatisfies(
            e -> {
              assertThat(e).isInstanceOf(FaultException.class).hasMessage(message);
              assertThat(((FaultException) e).fault()).isEqualTo(fault);
            });
  }

  @Test
  void read_bodiesThatAreHeld_leaveTheOthersWhatIsOver() {
    var held = body();
    expectRead(held, 70_000);
    assertThat(room.left()).isBetween(20_000L, 30_000L);
    var second = body();
    expectFault(
        second, 40_000, Fault.UNAVAILABLE, "too many bytes are being received, try again later");
    second.release();
    var third = body();
    expectRead(third, 10_000);
    third.release();
    held.release();
    assertThat(room.left()).isEqualTo(100_000);
    var fourth = body();
    expectRead(fourth, 40_000);
    fourth.release();
    fourth.release();
    assertThat(room.left()).isEqualTo(100_000);
  }

  @Test
  void read_largerThanAllowed_isRefused() {
    expectFault(body(), 85_000, Fault.TOO_LARGE, "the request body exceeds 80000 bytes");
  }
}
