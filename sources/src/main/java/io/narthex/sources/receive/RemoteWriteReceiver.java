package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.wire.DecodedWrite;
import io.narthex.pipeline.wire.RemoteWrite2Decoder;
import io.narthex.pipeline.wire.RemoteWriteDecoder;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Receives remote write 1.0 and 2.0 at {@code POST /api/v1/write}. A request is decoded away from
 * the event loop, becomes one batch, and is answered with 204 once the store has made the batch
 * durable. What the store refuses makes it 400, with Prometheus' texts; what was accepted of the
 * request stays stored. If there is no room, the answer is 503 with {@code Retry-After}.
 *
 * <p>Answers to 2.0 carry how much was written. There, invalid series make the answer 400 as well;
 * for 1.0 they are left out without a word to the sender, as in Prometheus.
 *
 * <p>A client that hangs up takes nothing back: its batch is stored all the same.
 *
 * @see <a href="https://prometheus.io/docs/specs/prw/remote_write_spec/">Remote-Write 1.0</a>
 */
public final class RemoteWriteReceiver implements Routes, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWriteReceiver.class);
  private static final int WAITING_REQUESTS = 1024;
  private static final String WRITTEN = "X-Prometheus-Remote-Write-";

  private final WriteChannel channel;
  private final AckRegistry acks;
  private final Limits limits;
  private final Scheduler decoding;
  private final Queue<RemoteWriteDecoder> decoders = new ConcurrentLinkedQueue<>();
  private final Queue<RemoteWrite2Decoder> decoders2 = new ConcurrentLinkedQueue<>();

  /**
   * What a request may ask.
   *
   * @param maxBodyBytes of the compressed body
   * @param maxDecodedBytes of the body decompressed
   * @param patience how long a request waits for its batch to be durable
   * @param retryAfter what a refused sender is told to wait
   */
  public record Limits(
      int maxBodyBytes, int maxDecodedBytes, Duration patience, Duration retryAfter) {
    public static final Limits DEFAULT =
        new Limits(32 << 20, 32 << 20, Duration.ofSeconds(25), Duration.ofSeconds(5));
  }

  /** A receiver that sends into the channel and waits by the registry. */
  public RemoteWriteReceiver(WriteChannel channel, AckRegistry acks, Limits limits) {
    this.channel = channel;
    this.acks = acks;
    this.limits = limits;
    this.decoding =
        Schedulers.newBoundedElastic(
            Runtime.getRuntime().availableProcessors(), WAITING_REQUESTS, "remote-write");
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes.post(prefix + "/api/v1/write", this::write);
  }

  @Override
  public void close() {
    decoding.dispose();
  }

  private Mono<Void> write(HttpServerRequest request, HttpServerResponse response) {
    var headers = request.requestHeaders();
    var protocol =
        WriteHeaders.read(
            headers.get(HttpHeaderNames.CONTENT_TYPE),
            headers.get(HttpHeaderNames.CONTENT_ENCODING));
    if (protocol.refusal() != null) {
      return answer(response, 415, protocol.refusal());
    }
    boolean version2 = protocol.version2();
    var body = new RequestBody(limits.maxBodyBytes());
    return body.read(request)
        .flatMap(read -> Mono.fromCallable(() -> accept(body, version2)).subscribeOn(decoding))
        .flatMap(accepted -> awaited(accepted, version2, response))
        .flatMap(outcome -> answer(response, outcome))
        .onErrorResume(error -> answer(response, failure(error)))
        .then();
  }

  /** What is sent and waited for, and what decoding had to leave out. */
  private record Accepted(CompletableFuture<AppendResult> result, DecodedWrite decoded) {}

  private Accepted accept(RequestBody body, boolean version2) {
    long bytes = body.decodedBytes();
    if (bytes > limits.maxDecodedBytes()) {
      throw new FaultException(
          Fault.BAD_DATA,
          "snappy: decoded block is too large: " + bytes + " > " + limits.maxDecodedBytes());
    }
    if (!channel.reserve(bytes)) {
      throw new FaultException(Fault.UNAVAILABLE, "too much is being written, try again later");
    }
    try {
      return send(version2 ? decode2(body) : decode(body), bytes);
    } catch (RuntimeException e) {
      channel.release(bytes);
      throw e;
    }
  }

  private DecodedWrite decode(RequestBody body) {
    var decoder = decoders.poll();
    if (decoder == null) {
      decoder = new RemoteWriteDecoder(limits.maxDecodedBytes());
    }
    var decoded = decoder.decode(body.bytes(), 0, body.length());
    decoders.add(
        decoder); // one for each decoding thread at most; one that failed is not used again
    return decoded;
  }

  private DecodedWrite decode2(RequestBody body) {
    var decoder = decoders2.poll();
    if (decoder == null) {
      decoder = new RemoteWrite2Decoder(limits.maxDecodedBytes());
    }
    var decoded = decoder.decode(body.bytes(), 0, body.length());
    decoders2.add(decoder);
    return decoded;
  }

  private Accepted send(DecodedWrite decoded, long bytes) {
    SampleBatch batch = decoded.batch();
    if (batch.rowCount() == 0 && batch.exemplars().isEmpty() && batch.metadata().isEmpty()) {
      channel.release(bytes);
      var nothing = CompletableFuture.completedFuture(new AppendResult(0, 0, 0, List.of()));
      return new Accepted(nothing, decoded);
    }
    var pending = acks.open();
    long held = channel.hold(bytes, batch.sizeInBytes());
    pending.result().whenComplete((result, error) -> channel.release(held));
    channel.send(batch.withAckId(pending.id()));
    return new Accepted(pending.result(), decoded);
  }

  private Mono<WriteOutcome> awaited(
      Accepted accepted, boolean version2, HttpServerResponse response) {
    var decoded = accepted.decoded();
    if (decoded.rejectedSeries() > 0) {
      LOG.warn(
          "remote write: left out {} series with invalid labels: {}",
          decoded.rejectedSeries(),
          decoded.reasons());
    }
    return Mono.fromFuture(accepted.result(), true)
        .timeout(limits.patience())
        .map(
            result -> {
              if (version2) {
                response
                    .header(WRITTEN + "Samples-Written", String.valueOf(result.samples()))
                    .header(WRITTEN + "Histograms-Written", String.valueOf(result.histograms()))
                    .header(WRITTEN + "Exemplars-Written", String.valueOf(result.exemplars()));
              }
              return WriteOutcome.of(result, decoded);
            });
  }

  /** The one place that makes an answer of what went wrong. */
  private static WriteOutcome failure(Throwable error) {
    if (error instanceof FaultException fault) {
      return new WriteOutcome(fault.fault().httpStatus(), fault.getMessage());
    }
    if (error instanceof RejectedExecutionException) {
      return new WriteOutcome(503, "too many requests wait to be decoded, try again later");
    }
    if (error instanceof TimeoutException) {
      return new WriteOutcome(503, "the samples are not durable yet, try again later");
    }
    LOG.error("remote write failed", error);
    return new WriteOutcome(500, String.valueOf(error.getMessage()));
  }

  private Mono<Void> answer(HttpServerResponse response, WriteOutcome outcome) {
    return answer(response, outcome.status(), outcome.text());
  }

  private Mono<Void> answer(HttpServerResponse response, int status, String text) {
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
        .sendString(Mono.just(text + "\n"))
        .then();
  }
}
