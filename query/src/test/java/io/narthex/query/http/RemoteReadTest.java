package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.query.promql.QueryProgress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

class RemoteReadTest {
  private static final Labels A = Labels.of("__name__", "up", "job", "a");
  private static final Labels B = Labels.of("__name__", "up", "job", "b");
  private ApiServer server = server(ApiOptions.DEFAULT);

  private static ApiServer server(ApiOptions options) {
    var server =
        new ApiServer(
            request -> {
              throw new AssertionError("no query");
            },
            options,
            A,
            B);
    for (var series : List.of(A, B)) {
      var samples = new SampleBuffer();
      for (int i = 0; i < 300; i++) {
        samples.add(1000L * i, i);
      }
      server.store.samples.put(series, samples);
    }
    return server;
  }

  @AfterEach
  void close() {
    assertThat(server.store.open).hasValue(0);
    server.close();
  }

  @Test
  void read_severalLargeAnswers_doNotTakeMoreThanTheirMemory() throws Exception {
    server.close();
    var memory = new AnswerMemory(40_000);
    server = new ApiServer(memory, A, B);
    var samples = new SampleBuffer();
    for (int i = 0; i < 600; i++) {
      samples.add(1000L * i, i);
    }
    server.store.samples.put(A, samples);
    byte[] all = query(0, 10_000_000, matcher(0, "job", "a"));
    assertThat(read(all).statusCode()).isEqualTo(200);
    while (memory.held() > 0) { // until the server has seen that the answer is over
      Thread.onSpinWait();
    }
    try (var held = new HeldMemory(memory, 30_000)) {
      var refused = read(all);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("try again later");
    }
  }

  /** Memory that another answer holds. */
  private static final class HeldMemory implements AutoCloseable {
    private final QueryProgress progress = QueryProgress.keepingResult();

    HeldMemory(AnswerMemory memory, long bytes) {
      memory.open(progress).hold(bytes);
    }

    @Override
    public void close() {
      progress.close();
    }
  }

  /** One field of protobuf: number, wire type, value. */
  private static byte[] field(int number, byte[] value) {
    var out = new ByteArrayOutputStream();
    out.write(number << 3 | 2);
    varint(out, value.length);
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static byte[] field(int number, long value) {
    var out = new ByteArrayOutputStream();
    out.write(number << 3);
    varint(out, value);
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
      out.write((int) (rest & 0x7F | 0x80));
    }
    out.write((int) rest);
  }

  private static byte[] join(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] matcher(int type, String name, String value) {
    return field(
        3,
        join(
            type == 0 ? new byte[0] : field(1, type),
            field(2, name.getBytes(StandardCharsets.UTF_8)),
            field(3, value.getBytes(StandardCharsets.UTF_8))));
  }

  private static byte[] query(long from, long to, byte[]... matchers) {
    return field(1, join(field(1, from), field(2, to), join(matchers)));
  }

  private HttpResponse<byte[]> read(byte[]... message) throws Exception {
    return send(Snappy.compress(join(message)));
  }

  private HttpResponse<byte[]> send(byte[] body) throws IOException, InterruptedException {
    return server.client.send(
        HttpRequest.newBuilder(server.uri("/api/v1/read"))
            .header("Content-Encoding", "snappy")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void read_samples_areOneMessage() throws Exception {
    var answer = read(query(1000, 2000, matcher(0, "__name__", "up"), matcher(3, "job", "b.*")));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-protobuf");
    assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("snappy");
    byte[] one = HexFormat.of().parseHex("09000000000000f03f10e807"); // 1.0 at 1000
    byte[] two = HexFormat.of().parseHex("09000000000000004010d00f");
    byte[] series = join(A.bytes(), field(2, one), field(2, two));
    assertThat(Snappy.uncompress(answer.body())).isEqualTo(field(1, field(1, series)));
  }

  @Test
  void read_chunks_areFramesWithChecksums() throws Exception {
    var small = new RemoteReadOptions(10, 1, 200);
    server.close();
    server = server(ApiOptions.DEFAULT.withRemoteRead(small));
    for (int again = 0; again < 3; again++) { // the only place is given back each time
      var answer =
          read(query(0, 500_000, matcher(0, "__name__", "up")), field(2, new byte[] {1, 0}));
      assertThat(answer.headers().firstValue("Content-Type"))
          .hasValue("application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
      var frames = frames(answer.body());
      assertThat(frames).hasSize(4);
      assertThat(new String(frames.get(0), StandardCharsets.UTF_8)).contains("job").contains("a");
    }
  }

  private static List<byte[]> frames(byte[] body) {
    var in = ByteBuffer.wrap(body);
    var frames = new ArrayList<byte[]>();
    while (in.hasRemaining()) {
      int length = 0;
      for (int shift = 0; ; shift += 7) {
        int next = in.get();
        length |= (next & 0x7F) << shift;
        if (next >= 0) {
          break;
        }
      }
      int checksum = in.getInt();
      byte[] frame = new byte[length];
      in.get(frame);
      var crc = new CRC32C();
      crc.update(frame);
      assertThat((int) crc.getValue()).isEqualTo(checksum);
      frames.add(frame);
    }
    return frames;
  }

  @Test
  void read_externalLabels_areAddedAndMatched() throws Exception {
    server.configuration =
        ConfigurationLoader.load("global: {external_labels: {dc: x}}", Path.of("."));
    var answer = read(query(0, 0, matcher(0, "job", "a"), matcher(0, "dc", "x")));
    assertThat(new String(Snappy.uncompress(answer.body()), StandardCharsets.UTF_8))
        .contains("dc")
        .contains("job");
    answer = read(query(0, 0, matcher(0, "dc", "y")));
    assertThat(Snappy.uncompress(answer.body())).isEqualTo(field(1, new byte[0]));
  }

  @Test
  void read_faults_arePlainText() throws Exception {
    server.close();
    server = server(ApiOptions.DEFAULT.withRemoteRead(new RemoteReadOptions(100, 1, 200)));
    assertFault(
        read(query(0, 500_000, matcher(0, "__name__", "up"))), "exceeded sample limit (100)");
    assertFault(read(field(2, 9)), "does not support any of the requested response types: [9]");
    assertFault(read(query(0, 1, matcher(2, "job", "("))), "matcher of label job");
    assertFault(read(query(0, 1, matcher(7, "job", ""))), "unknown type of matcher 7");
    assertFault(read(new byte[] {10, 5}), "not a remote read request: truncated field");
    assertFault(send(new byte[] {1, 2, 3}), "snappy: corrupt input");
    assertFault(send(new byte[0]), "snappy: corrupt input");
  }

  private static void assertFault(HttpResponse<byte[]> answer, String message) {
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains(message).endsWith("\n");
  }
}
