package io.narthex.sources.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.config.OtlpConfig.Translation;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.pipeline.storage.AppendResult.Rejection;
import io.narthex.pipeline.testkit.ProtoWriter;
import io.narthex.pipeline.wire.DeltaStreams;
import io.narthex.pipeline.wire.OtlpOptions;
import io.narthex.pipeline.wire.OtlpOptions.Deltas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.Disposable;
import reactor.netty.DisposableServer;

class OtlpReceiverTest {
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";
  private static final int MOST_BODY = 1 << 16;
  private static final int MOST_DECODED = 1 << 18;

  private final AckRegistry acks = new AckRegistry();
  private final PushClock clock = new PushClock(Clock.systemUTC(), Duration.ofSeconds(10));
  private final BlockingQueue<SampleBatch> received = new LinkedBlockingQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private WriteChannel channel;
  private WriteFlow flow;
  private Disposable reading;
  private OtlpReceiver receiver;
  private DisposableServer server;

  @BeforeEach
  void serve() {
    serve(1 << 20, () -> options(Deltas.REFUSED));
  }

  private void serve(long channelBytes, @Nullable Supplier<OtlpOptions> options) {
    channel = new WriteChannel(channelBytes, acks, clock);
    flow = new WriteFlow(channel);
    reading = flow.batches().subscribe(received::add);
    var limits =
        new RemoteWriteReceiver.Limits(
            MOST_BODY, MOST_DECODED, Duration.ofMinutes(2), Duration.ofSeconds(5));
    receiver = new OtlpReceiver(channel, acks, limits, options);
    server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "/p", List.of(receiver))
            .bindNow();
  }

  private void restart(long channelBytes, @Nullable Supplier<OtlpOptions> options) {
    close();
    serve(channelBytes, options);
  }

  @AfterEach
  void close() {
    server.disposeNow();
    receiver.close();
    reading.dispose();
    flow.close();
  }

  private static OtlpOptions options(Deltas deltas) {
    var config =
        new OtlpConfig(
            false,
            List.of(),
            List.of(),
            Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES,
            false,
            false,
            false,
            true,
            true);
    return new OtlpOptions(config, deltas, null, false, Duration.ofMinutes(5));
  }

  private CompletableFuture<HttpResponse<byte[]>> send(
      byte[] body, String type, String... headers) {
    var request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.port() + "/p/api/v1/otlp/v1/metrics"))
            .POST(BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
  }

  private static void expect(HttpResponse<byte[]> response, int status, String text) {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    assertThat(text(response)).contains(text);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }

  /** A gauge {@code load} and a sum {@code calls} of this temporality, with one point each. */
  private static byte[] protobuf(int temporality) {
    long now = System.currentTimeMillis() * 1_000_000;
    return new ProtoWriter()
        .message(
            1,
            r ->
                r.message(
                    2,
                    s ->
                        s.message(
                                2,
                                m ->
                                    m.string(1, "load")
                                        .message(5, g -> g.message(1, p -> point(p, now, 1.5))))
                            .message(
                                2,
                                m ->
                                    m.string(1, "calls")
                                        .message(
                                            7,
                                            sum ->
                                                sum.message(1, p -> point(p, now, 2))
                                                    .varint(2, temporality)
                                                    .varint(3, 1)))))
        .toBytes();
  }

  private static void point(ProtoWriter out, long time, double value) {
    out.raw(3 << 3 | 1).fixedBits(time).fixed(4, value);
  }

  private static byte[] json(String metrics) {
    return ("{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[" + metrics + "]}]}]}")
        .getBytes(UTF_8);
  }

  private static String gauge(String name) {
    long now = System.currentTimeMillis();
    return "{\"name\":\""
        + name
        + "\",\"gauge\":{\"dataPoints\":[{\"asInt\":\"7\",\"timeUnixNano\":\""
        + now
        + "000000\"}]}}";
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void write_protobuf_isAnsweredWithAnEmptyMessageOnceDurable() throws Exception {
    var answer = send(protobuf(2), PROTOBUF);
    var batch = received.take();
    assertThat(batch.rowCount()).isEqualTo(2);
    assertThat(batch.labels(0)).hasToString("{__name__=\"load\"}");
    assertThat(batch.labels(1)).hasToString("{__name__=\"calls_total\"}");
    assertThat(answer).isNotDone();
    assertThat(channel.reservedBytes()).isPositive();
    acks.durable(batch.ackId(), new AppendResult(2, 0, 0, List.of()));
    expect(answer.get(), 200, "");
    assertThat(answer.get().body()).isEmpty();
    assertThat(answer.get().headers().firstValue("Content-Type")).hasValue(PROTOBUF);
    assertThat(channel.reservedBytes()).isZero();
    assertThat(acks.size()).isZero();
  }

  @Test
  void write_jsonInGzip_isReadAndAnsweredInJson() throws Exception {
    var answer = send(gzip(json(gauge("a.b"))), JSON, "Content-Encoding", "gzip");
    var batch = received.take();
    assertThat(batch.labels(0)).hasToString("{__name__=\"a_b\"}");
    assertThat(batch.value(0)).isEqualTo(7);
    acks.durable(batch.ackId(), new AppendResult(1, 0, 0, List.of()));
    expect(answer.get(), 200, "{}");
    assertThat(answer.get().headers().firstValue("Content-Type")).hasValue(JSON);
  }

  @Test
  void write_pointsThatAreNoSeries_restIsStoredAndTheAnswerCountsThem() throws Exception {
    var answer = send(protobuf(1), PROTOBUF);
    var batch = received.take();
    assertThat(batch.rowCount()).isEqualTo(1);
    acks.durable(batch.ackId(), new AppendResult(1, 0, 0, List.of()));
    String reason = "invalid temporality and type combination for metric \"calls\"";
    byte[] partial = new ProtoWriter().message(1, p -> p.varint(1, 1).string(2, reason)).toBytes();
    assertThat(answer.get().statusCode()).isEqualTo(200);
    assertThat(answer.get().body()).isEqualTo(partial);

    var inJson =
        send(
            json(
                "{\"name\":\"calls\",\"sum\":{\"aggregationTemporality\":1,"
                    + "\"dataPoints\":[{\"asInt\":1},{\"asInt\":2}]}}"),
            JSON);
    expect(
        inJson.get(),
        200,
        "{\"partialSuccess\":{\"rejectedDataPoints\":\"2\",\"errorMessage\":\"invalid temporality");
  }

  @Test
  void write_nothingInIt_isAnsweredAtOnce() throws Exception {
    expect(send(new byte[0], PROTOBUF).get(), 200, "");
    expect(send("{}".getBytes(UTF_8), JSON).get(), 200, "{}");
    assertThat(received).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          text/plain             |         | {}  | 400 | unsupported content type: text/plain, supported: [application/json, application/x-protobuf]
          ''                     |         | {}  | 400 | unsupported content type: , supported
          application/json       | zstd    | {}  | 400 | unsupported compression: zstd. Only "gzip" or no compression supported
          application/json       | gzip    | {}  | 400 | gzip: invalid header
          application/json       |         | {   | 400 | not an OTLP metrics request in JSON: Unexpected end-of-input
          application/json       |         | []  | 400 | the request is not an object
          application/x-protobuf |         | {}  | 400 | OTLP metrics request
          """)
  void write_badRequest_isRefusedWithTheReason(
      String type, @Nullable String encoding, String body, int status, String text)
      throws Exception {
    var headers = encoding == null ? new String[0] : new String[] {"Content-Encoding", encoding};
    expect(send(body.getBytes(UTF_8), type, headers).get(), status, text);
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_tooLarge_isRefusedPlainAndDecompressed() throws Exception {
    expect(
        send(new byte[MOST_BODY + 1], PROTOBUF).get(),
        413,
        "the request body exceeds " + MOST_BODY + " bytes");
    expect(
        send(gzip(new byte[MOST_DECODED + 1]), PROTOBUF, "Content-Encoding", "gzip").get(),
        400,
        "gzip: decoded body is larger than " + MOST_DECODED);
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_randomBytes_areRefusedOrTakenButNeverAnInternalError() throws Exception {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    byte[] good = protobuf(1);
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      var answer = send(bad, PROTOBUF);
      while (!answer.isDone()) {
        var batch = received.poll();
        if (batch != null) {
          acks.durable(batch.ackId(), new AppendResult(batch.rowCount(), 0, 0, List.of()));
        }
        Thread.onSpinWait();
      }
      assertThat(answer.get().statusCode()).as("-Dtest.seed=%d", seed).isIn(200, 400);
    }
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_storeRefuses_isBadRequestAndStoreFails_isUnavailable() throws Exception {
    var refused = send(protobuf(2), PROTOBUF);
    var batch = received.take();
    acks.durable(
        batch.ackId(),
        new AppendResult(1, 0, 0, List.of(new Rejection(Reason.TOO_OLD, 1, "{a=\"b\"}"))));
    assertThat(refused.get().statusCode()).isEqualTo(400);

    var failed = send(protobuf(2), PROTOBUF);
    acks.failed(received.take().ackId(), new FaultException(Fault.UNAVAILABLE, "the disk is full"));
    expect(failed.get(), 503, "the disk is full");
    assertThat(failed.get().headers().firstValue("Retry-After")).hasValue("5");
  }

  @Test
  void write_deltaSentAgainAfterTheStoreFailed_isStoredOnce() throws Exception {
    var streams = new DeltaStreams(1 << 20);
    var config = options(Deltas.REFUSED).config();
    var options = new OtlpOptions(config, Deltas.ADDED_UP, streams, false, Duration.ofMinutes(5));
    restart(1 << 20, () -> options);
    byte[] body = protobuf(1);
    var failed = send(body, PROTOBUF);
    acks.failed(received.take().ackId(), new FaultException(Fault.UNAVAILABLE, "the disk is full"));
    expect(failed.get(), 503, "the disk is full");

    var again = send(body, PROTOBUF);
    var batch = received.take();
    assertThat(batch.rowCount()).isEqualTo(2);
    assertThat(batch.labels(1)).hasToString("{__name__=\"calls_total\"}");
    assertThat(batch.value(1)).isEqualTo(2);
    acks.durable(batch.ackId(), new AppendResult(2, 0, 0, List.of()));
    expect(again.get(), 200, "");
    assertThat(again.get().body()).isEmpty();
  }

  @Test
  void write_noRoom_isToldToComeAgain() throws Exception {
    restart(10, () -> options(Deltas.REFUSED));
    var first = send(protobuf(2), PROTOBUF); // alone it is taken, however large
    var batch = received.take();
    var answer = send(protobuf(2), PROTOBUF).get();
    expect(answer, 503, "too much is being written");
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    acks.durable(batch.ackId(), new AppendResult(2, 0, 0, List.of()));
    assertThat(first.get().statusCode()).isEqualTo(200);
  }

  @Test
  void write_notEnabled_isNotFoundWithPrometheusText() throws Exception {
    restart(1 << 20, null);
    expect(
        send(protobuf(2), PROTOBUF).get(),
        404,
        "otlp write receiver needs to be enabled with --web.enable-otlp-receiver");
  }

  @Test
  void write_optionsChange_holdForTheNextRequest() throws Exception {
    var deltas = new Deltas[] {Deltas.REFUSED};
    restart(1 << 20, () -> options(deltas[0]));
    for (int rows = 1; rows <= 2; rows++) {
      var answer = send(protobuf(1), PROTOBUF);
      var batch = received.take();
      assertThat(batch.rowCount()).isEqualTo(rows);
      acks.durable(batch.ackId(), new AppendResult(rows, 0, 0, List.of()));
      assertThat(answer.get().statusCode()).isEqualTo(200);
      deltas[0] = Deltas.KEPT;
    }
  }
}
