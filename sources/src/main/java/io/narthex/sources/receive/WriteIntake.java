package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.wire.DecodedWrite;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerResponse;

/**
 * The way of a pushed request from its bytes to the durable batch, whatever its protocol: room in
 * the channel, decoding away from the event loop, waiting for the store, the answer.
 */
final class WriteIntake implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriteIntake.class);
  private static final int WAITING_REQUESTS = 1024;

  private final String name;
  private final WriteChannel channel;
  private final AckRegistry acks;
  private final RemoteWriteReceiver.Limits limits;
  private final Scheduler decoding;
  private final RequestBody.Room bodies;

  WriteIntake(
      String name, WriteChannel channel, AckRegistry acks, RemoteWriteReceiver.Limits limits) {
    this.name = name;
    this.channel = channel;
    this.acks = acks;
    this.limits = limits;
    this.bodies =
        new RequestBody.Room(
            Math.max(2L * limits.maxBodyBytes(), Runtime.getRuntime().maxMemory() / 8));
    this.decoding =
        Schedulers.newBoundedElastic(
            Runtime.getRuntime().availableProcessors(), WAITING_REQUESTS, name);
  }

  @Override
  public void close() {
    decoding.dispose();
  }

  /**
   * What is sent and waited for.
   *
   * @param decoded with what decoding had to leave out
   */
  record Accepted<T>(CompletableFuture<AppendResult> result, T decoded) {}

  /** A body to read a request into. */
  RequestBody body() {
    return new RequestBody(limits.maxBodyBytes(), bodies);
  }

  /** Runs a step that is too long for the event loop. */
  <T> Mono<T> decoding(Callable<T> step) {
    return Mono.fromCallable(step).subscribeOn(decoding);
  }

  /**
   * Decodes a request, once there is room for it, and sends it on.
   *
   * @param bytes of the request, decompressed
   * @param write the part of what was decoded that is sent
   * @throws FaultException {@link Fault#UNAVAILABLE} if there is no room
   */
  <T> Accepted<T> accept(long bytes, Supplier<T> decoder, Function<T, DecodedWrite> write) {
    if (!channel.reserve(bytes)) {
      throw new FaultException(Fault.UNAVAILABLE, "too much is being written, try again later");
    }
    boolean sent = false;
    try {
      T decoded = decoder.get();
      var result = send(write.apply(decoded).batch(), bytes);
      sent = true;
      return new Accepted<>(result, decoded);
    } finally {
      if (!sent) { // by whatever was thrown
        channel.release(bytes);
      }
    }
  }

  private CompletableFuture<AppendResult> send(SampleBatch batch, long bytes) {
    if (batch.rowCount() == 0 && batch.exemplars().isEmpty() && batch.metadata().isEmpty()) {
      channel.release(bytes);
      return CompletableFuture.completedFuture(new AppendResult(0, 0, 0, List.of()));
    }
    var pending = acks.open();
    long held = channel.hold(bytes, batch.sizeInBytes());
    pending.result().whenComplete((result, error) -> channel.release(held));
    channel.send(batch.withAckId(pending.id()));
    return pending.result();
  }

  /** What became of a batch, once it is durable. */
  Mono<AppendResult> stored(Accepted<?> accepted) {
    return Mono.fromFuture(accepted.result(), true).timeout(limits.patience());
  }

  /** The one place that makes an answer of what went wrong. */
  WriteOutcome failure(Throwable error) {
    if (error instanceof FaultException fault) {
      return new WriteOutcome(fault.fault().httpStatus(), fault.getMessage());
    }
    if (error instanceof RejectedExecutionException) {
      return new WriteOutcome(503, "too many requests wait to be decoded, try again later");
    }
    if (error instanceof TimeoutException) {
      return new WriteOutcome(503, "the samples are not durable yet, try again later");
    }
    if (error instanceof AbortedException || error instanceof IOException) {
      LOG.debug("{}: the client hung up", name, error); // clients can do so as often as they like
      return new WriteOutcome(400, "the connection was closed before the request had come");
    }
    LOG.error("{} failed", name, error);
    return new WriteOutcome(500, String.valueOf(error.getMessage()));
  }

  Mono<Void> answer(HttpServerResponse response, WriteOutcome outcome) {
    int status = outcome.status();
    response.status(status);
    if (status == 503) {
      response.header(HttpHeaderNames.RETRY_AFTER, String.valueOf(limits.retryAfter().toSeconds()));
    }
    if (status == 204) {
      return response.send();
    }
    return response
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff")
        .sendString(Mono.just(outcome.text() + "\n"))
        .then();
  }
}
