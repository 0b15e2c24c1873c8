package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.wire.DecodedWrite;
import io.narthex.pipeline.wire.RemoteWrite2Decoder;
import io.narthex.pipeline.wire.RemoteWriteDecoder;
import io.narthex.sources.receive.WriteIntake.Accepted;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Receives remote write 1.0 and 2.0 at {@code POST /api/v1/write}. A request is decoded away from
 * the event loop, becomes one batch, and is answered with 204 once the store has made the batch
 * durable. What the store refuses makes it 400, with Prometheus' texts; what was accepted of the
 * request stays stored. If there is no room, the answer is 503 with {@code Retry-After}.
 *
 * <p>Invalid series make the answer 400 in both versions; Prometheus leaves those of 1.0 out
 * without a word to the sender. Answers to 2.0 carry how much was written.
 *
 * <p>A client that hangs up takes nothing back: its batch is stored all the same.
 *
 * @see <a href="https://prometheus.io/docs/specs/prw/remote_write_spec/">Remote-Write 1.0</a>
 */
public final class RemoteWriteReceiver implements Routes, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteWriteReceiver.class);
  private static final String WRITTEN = "X-Prometheus-Remote-Write-";

  private final Limits limits;
  private final WriteIntake intake;
  private final KnownSeries known;
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

  /**
   * A receiver that sends into the channel and waits by the registry.
   *
   * @param known what the store of this process has; {@link KnownSeries#NONE} if that is elsewhere
   */
  public RemoteWriteReceiver(
      WriteChannel channel, AckRegistry acks, Limits limits, KnownSeries known) {
    this.limits = limits;
    this.known = known;
    this.intake = new WriteIntake("remote-write", channel, acks, limits);
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes.post(prefix + "/api/v1/write", this::write);
  }

  @Override
  public void close() {
    intake.close();
  }

  private Mono<Void> write(HttpServerRequest request, HttpServerResponse response) {
    var headers = request.requestHeaders();
    var protocol =
        WriteHeaders.read(
            headers.get(HttpHeaderNames.CONTENT_TYPE),
            headers.get(HttpHeaderNames.CONTENT_ENCODING));
    if (protocol.refusal() != null) {
      return intake.answer(response, new WriteOutcome(415, protocol.refusal()));
    }
    boolean version2 = protocol.version2();
    var body = intake.body();
    return body.read(request)
        .flatMap(read -> intake.decoding(() -> accept(body, version2)))
        .flatMap(accepted -> awaited(accepted, version2, response))
        .flatMap(outcome -> intake.answer(response, outcome))
        .onErrorResume(error -> intake.answer(response, intake.failure(error)))
        .then()
        .doFinally(end -> body.release());
  }

  private Accepted<DecodedWrite> accept(RequestBody body, boolean version2) {
    long bytes = body.decodedBytes();
    if (bytes > limits.maxDecodedBytes()) {
      throw new FaultException(
          Fault.BAD_DATA,
          "snappy: decoded block is too large: " + bytes + " > " + limits.maxDecodedBytes());
    }
    return intake.accept(
        bytes, () -> version2 ? decode2(body) : decode(body), UnaryOperator.identity());
  }

  private DecodedWrite decode(RequestBody body) {
    var decoder = decoders.poll();
    if (decoder == null) {
      decoder = new RemoteWriteDecoder(limits.maxDecodedBytes(), known);
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

  private Mono<WriteOutcome> awaited(
      Accepted<DecodedWrite> accepted, boolean version2, HttpServerResponse response) {
    var decoded = accepted.decoded();
    if (decoded.rejectedSeries() > 0) {
      LOG.warn(
          "remote write: left out {} series with invalid labels: {}",
          decoded.rejectedSeries(),
          decoded.reasons());
    }
    return intake
        .stored(accepted)
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
}
