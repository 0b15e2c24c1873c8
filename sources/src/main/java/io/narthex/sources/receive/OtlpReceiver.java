package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.wire.OtlpDecoder;
import io.narthex.pipeline.wire.OtlpJson;
import io.narthex.pipeline.wire.OtlpOptions;
import io.narthex.pipeline.wire.OtlpReply;
import io.narthex.pipeline.wire.OtlpWrite;
import io.narthex.sources.receive.WriteIntake.Accepted;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Receives metrics of OpenTelemetry at {@code POST /api/v1/otlp/v1/metrics}, as protobuf or JSON,
 * plain or in gzip. A request becomes one batch, and is answered with 200 once the store has made
 * it durable. Points that cannot become series are left out, and the answer's {@code
 * partial_success} counts them; what the store refuses makes it 400, with Prometheus' texts. If
 * there is no room, the answer is 503 with {@code Retry-After}.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP/HTTP</a>
 */
public final class OtlpReceiver implements Routes, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpReceiver.class);
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";

  private final WriteIntake intake;
  private final RemoteWriteReceiver.Limits limits;
  private final @Nullable Supplier<OtlpOptions> options;

  /**
   * A receiver that sends into the channel and waits by the registry.
   *
   * @param options those in effect now, asked for each request; null if nothing is to be received
   */
  public OtlpReceiver(
      WriteChannel channel,
      AckRegistry acks,
      RemoteWriteReceiver.Limits limits,
      @Nullable Supplier<OtlpOptions> options) {
    this.intake = new WriteIntake("otlp", channel, acks, limits);
    this.limits = limits;
    this.options = options;
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes.post(prefix + "/api/v1/otlp/v1/metrics", this::write);
  }

  @Override
  public void close() {
    intake.close();
  }

  private Mono<Void> write(HttpServerRequest request, HttpServerResponse response) {
    if (options == null) {
      return intake.answer(
          response,
          new WriteOutcome(
              404, "otlp write receiver needs to be enabled with --web.enable-otlp-receiver"));
    }
    String type = orEmpty(request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE));
    String encoding = orEmpty(request.requestHeaders().get(HttpHeaderNames.CONTENT_ENCODING));
    String refusal = refusal(type, encoding);
    if (refusal != null) {
      return intake.answer(response, new WriteOutcome(400, refusal));
    }
    boolean json = type.equals(JSON);
    var now = options.get();
    var body = intake.body();
    return body.read(request)
        .flatMap(read -> intake.decoding(() -> accept(body, !encoding.isEmpty(), json, now)))
        .flatMap(
            accepted ->
                intake
                    .stored(accepted)
                    .map(result -> WriteOutcome.of(result, accepted.decoded().decoded()))
                    .flatMap(outcome -> answer(response, outcome, accepted.decoded(), json)))
        .onErrorResume(error -> intake.answer(response, intake.failure(error)))
        .then()
        .doFinally(end -> body.release());
  }

  private static @Nullable String refusal(String type, String encoding) {
    if (!type.equals(PROTOBUF) && !type.equals(JSON)) {
      return "unsupported content type: %s, supported: [%s, %s]".formatted(type, JSON, PROTOBUF);
    }
    return encoding.isEmpty() || encoding.equals("gzip")
        ? null
        : "unsupported compression: %s. Only \"gzip\" or no compression supported"
            .formatted(encoding);
  }

  private Accepted<OtlpWrite> accept(
      RequestBody body, boolean gzip, boolean json, OtlpOptions now) {
    byte[] plain = gzip ? decompressed(body) : Arrays.copyOf(body.bytes(), body.length());
    return intake.accept(
        plain.length,
        () -> {
          byte[] message = json ? OtlpJson.toProtobuf(plain, 0, plain.length) : plain;
          return new OtlpDecoder(now).decode(message, 0, message.length);
        },
        OtlpWrite::decoded);
  }

  private byte[] decompressed(RequestBody body) {
    int most = limits.maxDecodedBytes();
    try (var in = new GZIPInputStream(new ByteArrayInputStream(body.bytes(), 0, body.length()))) {
      byte[] plain = in.readNBytes(most + 1);
      if (plain.length > most) {
        throw new FaultException(Fault.BAD_DATA, "gzip: decoded body is larger than " + most);
      }
      return plain;
    } catch (IOException e) {
      throw new FaultException(Fault.BAD_DATA, "gzip: invalid header or data: " + e.getMessage());
    }
  }

  private Mono<Void> answer(
      HttpServerResponse response, WriteOutcome outcome, OtlpWrite write, boolean json) {
    var reasons = write.decoded().reasons();
    if (!reasons.isEmpty()) {
      LOG.warn("otlp: left out {} points: {}", write.rejectedPoints(), reasons);
    }
    if (outcome.status() != 204) {
      return intake.answer(response, outcome);
    }
    String reason = String.join("; ", reasons);
    byte[] body =
        json
            ? OtlpReply.json(write.rejectedPoints(), reason).getBytes(StandardCharsets.UTF_8)
            : OtlpReply.protobuf(write.rejectedPoints(), reason);
    return response
        .status(200)
        .header(HttpHeaderNames.CONTENT_TYPE, json ? JSON : PROTOBUF)
        .sendByteArray(Mono.just(body))
        .then();
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
