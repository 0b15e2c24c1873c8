package io.narthex.jobs.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.http.HttpServers;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.DisposableServer;

class ProfileRoutesTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final DisposableServer server =
      HttpServers.create(
              "127.0.0.1:0", HttpServers.Limits.DEFAULT, "/p", List.of(new ProfileRoutes()))
          .bindNow();

  @AfterEach
  void close() {
    server.disposeNow();
  }

  private CompletableFuture<HttpResponse<byte[]>> get(String path) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  @Test
  void profile_whileAThreadRuns_showsItInPprofsFormatOneAtATime() throws Exception {
    var stop = new AtomicBoolean();
    var busy = new Thread(() -> spin(stop), "spinner");
    busy.start();
    try {
      var first = get("/p/debug/pprof/profile?seconds=1");
      var second = get("/p/debug/pprof/profile?seconds=1");
      var statuses = List.of(first.get().statusCode(), second.get().statusCode());
      assertThat(statuses).containsExactlyInAnyOrder(200, 503);
      byte[] body = (first.get().statusCode() == 200 ? first : second).get().body();
      String profile =
          new String(new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes(), UTF_8);
      assertThat(profile)
          .contains("nanoseconds", "spinner", ProfileRoutesTest.class.getName() + ".spin");
    } finally {
      stop.set(true);
      busy.join();
    }
  }

  private static long spin(AtomicBoolean stop) {
    long sum = 0;
    while (!stop.get()) {
      sum += sum ^ System.nanoTime();
    }
    return sum;
  }

  @Test
  void write_twoStacks_areCountedAndNamedOnce() throws Exception {
    var profile = new Pprof(Duration.ofMillis(10));
    var leaf = new Pprof.Line("A.leaf", 7);
    var root = new Pprof.Line("A.root", 3);
    profile.add("t", List.of(leaf, root));
    profile.add("t", List.of(leaf, root));
    profile.add("u", List.of(root));
    byte[] packed = profile.write(Instant.EPOCH, Duration.ofSeconds(1));
    byte[] plain = new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    String text = new String(plain, java.nio.charset.StandardCharsets.ISO_8859_1);
    // locations 1 and 2, seen twice for 20 ms, of thread t
    assertThat(text).contains("\n\2\1\2\22\5\2\200\332\304\11");
    assertThat(text.split("A.leaf", -1)).as("strings are kept once").hasSize(2);
  }

  @Test
  void others_areExplained() throws Exception {
    assertThat(text(get("/p/debug/pprof/").get())).contains("/p/debug/pprof/profile?seconds=30");
    var heap = get("/p/debug/pprof/heap").get();
    assertThat(heap.statusCode()).isEqualTo(404);
    assertThat(text(heap)).startsWith("no such profile: heap\n").contains("GC.class_histogram");
    var bad = get("/p/debug/pprof/profile?seconds=301").get();
    assertThat(bad.statusCode()).isEqualTo(400);
    assertThat(text(bad)).contains("\"301\" is not a whole number from 1 to 300");
    assertThat(text(get("/p/debug/pprof/goroutine?debug=2").get()))
        .contains("ProfileRoutes.threads");
  }
}
