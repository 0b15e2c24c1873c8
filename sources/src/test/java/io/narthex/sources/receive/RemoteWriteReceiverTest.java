package io.narthex.sources.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.LabelBytes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.pipeline.storage.AppendResult.Rejection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.xerial.snappy.Snappy;
import reactor.core.Disposable;
import reactor.netty.DisposableServer;
import reactor.netty.channel.AbortedException;

class RemoteWriteReceiverTest {
  private static final Labels SERIES = Labels.of("__name__", "m", "a", "b");

  private final AckRegistry acks = new AckRegistry();
  private final PushClock clock = new PushClock(Clock.systemUTC(), Duration.ofSeconds(10));
  private final BlockingQueue<SampleBatch> received = new LinkedBlockingQueue<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private WriteChannel channel;
  private WriteFlow flow;
  private Disposable reading;
  private RemoteWriteReceiver receiver;
  private DisposableServer server;

  @BeforeEach
  void serve() {
    serve(
        1 << 20,
        new RemoteWriteReceiver.Limits(
            1 << 16, 1 << 18, Duration.ofSeconds(20), Duration.ofSeconds(5)));
  }

  private void serve(long channelBytes, RemoteWriteReceiver.Limits limits) {
    channel = new WriteChannel(channelBytes, acks, clock);
    flow = new WriteFlow(channel);
    reading = flow.batches().subscribe(received::add);
    receiver = new RemoteWriteReceiver(channel, acks, limits, KnownSeries.NONE);
    server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "/p", List.of(receiver))
            .bindNow();
  }

  @AfterEach
  void close() {
    server.disposeNow();
    receiver.close();
    reading.dispose();
    flow.close();
  }

  private HttpRequest.Builder request(byte[] body) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.port() + "/p/api/v1/write"))
        .header("Content-Encoding", "snappy")
        .header("Content-Type", "application/x-protobuf")
        .POST(BodyPublishers.ofByteArray(body));
  }

  private CompletableFuture<HttpResponse<String>> send(HttpRequest request) {
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  private static byte[] samples(Labels labels, int count) throws IOException {
    var series = new ByteArrayOutputStream();
    series.writeBytes(labels.bytes());
    for (int i = 0; i < count; i++) {
      var sample = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
      sample.put((byte) 0x09).putDouble(i).put((byte) 0x10);
      long time = System.currentTimeMillis() + i;
      for (; (time & ~0x7FL) != 0; time >>>= 7) {
        sample.put((byte) (time | 0x80));
      }
      sample.put((byte) time);
      series.write(0x12);
      series.write(sample.position());
      series.write(sample.array(), 0, sample.position());
    }
    var out = new ByteArrayOutputStream();
    out.write(LabelBytes.TAG_LABEL);
    int length = series.size();
    for (; (length & ~0x7F) != 0; length >>>= 7) {
      out.write(length & 0x7F | 0x80);
    }
    out.write(length);
    out.writeBytes(series.toByteArray());
    return Snappy.compress(out.toByteArray());
  }

  private SampleBatch take() throws InterruptedException {
    var batch = received.poll(20, TimeUnit.SECONDS);
    assertThat(batch).isNotNull();
    return batch;
  }

  private static void expect(HttpResponse<String> response, int status, String text) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.body()).isEqualTo(text.isEmpty() ? "" : text + "\n");
  }

  @Test
  void failure_clientThatHungUp_isNoErrorOfTheServer() {
    var told = new ListAppender<ILoggingEvent>();
    var logger = (Logger) LoggerFactory.getLogger(WriteIntake.class);
    told.start();
    logger.addAppender(told);
    try (var intake =
        new WriteIntake("remote-write", channel, acks, RemoteWriteReceiver.Limits.DEFAULT)) {
      var outcome = intake.failure(new AbortedException("Connection has been closed"));
      assertThat(outcome.status()).isEqualTo(400);
    }
    logger.detachAppender(told);
    assertThat(told.list).allMatch(event -> event.getLevel().equals(Level.DEBUG));
  }

  @Test
  void write_goodRequest_isAnsweredOnlyOnceDurable() throws Exception {
    var answer = send(request(samples(SERIES, 3)).build());
    var batch = take();
    assertThat(batch.rowCount()).isEqualTo(3);
    assertThat(batch.labels(0)).isEqualTo(SERIES);
    assertThat(batch.ackId()).isNotZero();
    assertThat(answer).isNotDone();
    assertThat(channel.reservedBytes()).isPositive();
    acks.durable(batch.ackId(), new AppendResult(3, 0, 0, List.of()));
    expect(answer.get(), 204, "");
    assertThat(channel.reservedBytes()).isZero();
    assertThat(acks.size()).isZero();
  }

  @Test
  void write_rejectedSamples_are400WithTheReasons() throws Exception {
    var answer = send(request(samples(SERIES, 3)).build());
    acks.durable(
        take().ackId(),
        new AppendResult(
            1,
            0,
            0,
            List.of(
                new Rejection(Reason.OUT_OF_ORDER, 1, "{__name__=\"m\"}"),
                new Rejection(Reason.DUPLICATE_TIMESTAMP, 2, "{__name__=\"m\"}"))));
    expect(
        answer.get(),
        400,
        "out of order sample: 1 sample, series {__name__=\"m\"}\n"
            + "duplicate sample for timestamp: 2 samples, such as series {__name__=\"m\"}");
  }

  @Test
  void write_invalidSeriesBesideGoodOnes_isToldTheSender() throws Exception {
    var answer = send(request(samples(SERIES, 1)).build());
    acks.durable(
        take().ackId(),
        new AppendResult(1, 0, 0, List.of(new Rejection(Reason.INVALID_LABELS, 1, "{}"))));
    expect(answer.get(), 400, "invalid labels: 1 sample, series {}");
    var nameless = send(request(samples(Labels.of("a", "b"), 1)).build()).get();
    assertThat(nameless.statusCode()).isEqualTo(400);
    assertThat(nameless.body()).contains("{a=\"b\"}");
  }

  @Test
  void write_storeFails_is503AndComesAgain() throws Exception {
    var answer = send(request(samples(SERIES, 1)).build());
    acks.failed(take().ackId(), new FaultException(Fault.UNAVAILABLE, "disk full"));
    expect(answer.get(), 503, "disk full");
    assertThat(answer.get().headers().firstValue("Retry-After")).contains("5");
    var second = send(request(samples(SERIES, 1)).build());
    acks.failed(take().ackId(), new IllegalStateException("no"));
    expect(second.get(), 500, "no");
  }

  @Test
  void write_readerEnds_failsThoseWhoWait() throws Exception {
    var answer = send(request(samples(SERIES, 1)).build());
    take();
    reading.dispose();
    flow.close();
    expect(answer.get(), 503, "the pipeline restarts, try again");
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_channelFull_is503() throws Exception {
    close();
    serve(2000, RemoteWriteReceiver.Limits.DEFAULT);
    var first = send(request(samples(SERIES, 80)).build());
    var batch = take();
    var second = send(request(samples(SERIES, 80)).build()).get();
    expect(second, 503, "too much is being written, try again later");
    assertThat(second.headers().firstValue("Retry-After")).contains("5");
    acks.durable(batch.ackId(), new AppendResult(80, 0, 0, List.of()));
    expect(first.get(), 204, "");
  }

  @Test
  void write_notDurableInTime_is503() throws Exception {
    close();
    serve(
        1 << 20,
        new RemoteWriteReceiver.Limits(
            1 << 16, 1 << 16, Duration.ofMillis(50), Duration.ofSeconds(5)));
    var answer = send(request(samples(SERIES, 1)).build());
    expect(answer.get(), 503, "the samples are not durable yet, try again later");
    assertThat(channel.reservedBytes()).isPositive(); // it may be stored yet
    acks.durable(take().ackId(), new AppendResult(1, 0, 0, List.of()));
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_emptyRequest_is204WithoutABatch() throws Exception {
    expect(send(request(Snappy.compress(new byte[0])).build()).get(), 204, "");
    assertThat(received).isEmpty();
  }

  @Test
  void write_garbage_is400() throws Exception {
    var notSnappy = send(request("hello world, this is text".getBytes(UTF_8)).build()).get();
    assertThat(notSnappy.statusCode()).isEqualTo(400);
    assertThat(notSnappy.body()).startsWith("snappy: ");
    var notProtobuf = send(request(Snappy.compress("hello world".getBytes(UTF_8))).build()).get();
    assertThat(notProtobuf.statusCode()).isEqualTo(400);
    var empty = send(request(new byte[0]).build()).get();
    expect(empty, 400, "snappy: corrupt input");
    assertThat(channel.reservedBytes()).isZero();
  }

  @Test
  void write_largerThanAllowed_isRefused() throws Exception {
    assertThat(send(request(new byte[(1 << 16) + 1]).build()).get().statusCode()).isEqualTo(413);
    var bomb = send(request(Snappy.compress(new byte[(1 << 18) + 1])).build()).get();
    expect(bomb, 400, "snappy: decoded block is too large: 262145 > 262144");
  }

  @Test
  void write_otherMediaTypes_are415() throws Exception {
    byte[] body = samples(SERIES, 1);
    expect(
        send(request(body).setHeader("Content-Type", "application/json").build()).get(),
        415,
        "expected application/x-protobuf as the first (media) part, got application/json"
            + " content-type");
    expect(
        send(request(body).setHeader("Content-Encoding", "gzip").build()).get(),
        415,
        "gzip encoding (compression) is not accepted by this server; only snappy is acceptable");
    expect(
        send(request(body).setHeader("Content-Type", "application/x-protobuf;proto=x.Y").build())
            .get(),
        415,
        "got application/x-protobuf;proto=x.Y content type; unknown type for remote write protobuf"
            + " message x.Y, supported: prometheus.WriteRequest, io.prometheus.write.v2.Request");
  }

  @Test
  void write_version2_tellsWhatWasWritten() throws Exception {
    byte[] request = {
      0x22,
      0,
      0x22,
      8,
      '_',
      '_',
      'n',
      'a',
      'm',
      'e',
      '_',
      '_',
      0x22,
      1,
      'm', // symbols
      0x2A,
      17,
      0x0A,
      2,
      1,
      2, // series: references of labels
      0x12,
      11,
      0x09,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xF0,
      0x3F,
      0x10,
      5 // sample 1.0 at 5
    };
    var answer =
        send(
            request(Snappy.compress(request))
                .setHeader(
                    "Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
                .build());
    var batch = take();
    assertThat(batch.labels(0)).isEqualTo(Labels.of("__name__", "m"));
    assertThat(batch.value(0)).isEqualTo(1);
    acks.durable(
        batch.ackId(),
        new AppendResult(1, 0, 0, List.of(new Rejection(Reason.INVALID_LABELS, 1, "{}"))));
    expect(answer.get(), 400, "invalid labels: 1 sample, series {}");
    assertThat(answer.get().headers().firstValue("X-Prometheus-Remote-Write-Samples-Written"))
        .contains("1");
  }

  @Test
  void write_headersLeftOut_areTakenForGranted() throws Exception {
    var bare =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/p/api/v1/write"))
            .POST(BodyPublishers.ofByteArray(samples(SERIES, 1)))
            .build();
    var answer = send(bare);
    acks.durable(take().ackId(), new AppendResult(1, 0, 0, List.of()));
    expect(answer.get(), 204, "");
  }

  @Test
  void anything_elsewhere_isAJson404() throws Exception {
    var other =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/nothing"))
            .build();
    var answer = send(other).get();
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("\"status\":\"error\"");
  }
}
