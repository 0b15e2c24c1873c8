package io.narthex.jobs.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.template.ConsoleTemplates;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;

class UserPagesTest {
  @TempDir Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Set<QueryRequest> running = ConcurrentHashMap.newKeySet();
  private final Queue<Runnable> later = new ConcurrentLinkedQueue<>();
  private UserPages pages;
  private DisposableServer server;

  @BeforeEach
  void serve(TestInfo test) throws IOException {
    Files.createDirectories(folder.resolve("consoles/deep"));
    Files.createDirectories(folder.resolve("lib"));
    Files.createDirectories(folder.resolve("assets"));
    Files.writeString(folder.resolve("secret.txt"), "not for you");
    pages =
        new UserPages(
            new PageFolders(
                folder.resolve("consoles"), folder.resolve("lib"), folder.resolve("assets")),
            limit(test),
            asked ->
                new ConsoleTemplates.Data(
                    asked.path(),
                    asked.parameters(),
                    Labels.of("zone", "eu"),
                    "http://example.org/p",
                    1_700_000_000_000L,
                    (query, time) -> answer(asked.query(query, time))),
            test.getTags().contains("filesLater")
                ? Schedulers.fromExecutor(later::add)
                : Schedulers.boundedElastic());
    server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "/p", List.of(pages))
            .bindNow();
  }

  private static Duration limit(TestInfo test) {
    return test.getTags().contains("noTime") ? Duration.ZERO : Duration.ofMinutes(2);
  }

  /** The query called endless goes on until it is stopped. */
  private List<QueryValue.Sample> answer(QueryRequest request) {
    if (request.query().equals("endless")) {
      running.add(request);
      try {
        while (true) {
          request.cancellation().check("query execution");
          Thread.onSpinWait();
        }
      } finally {
        running.remove(request);
      }
    }
    assertThat(request.timeout()).isBetween(Duration.ofSeconds(1), Duration.ofMinutes(2));
    return List.of(
        new QueryValue.Sample(
            Labels.of("__name__", "up", "job", "<a&b>"), request.start(), 1, null));
  }

  @AfterEach
  void close() {
    server.disposeNow();
    pages.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void console_withLibrary_isExpandedAndEscaped() throws Exception {
    Files.writeString(
        folder.resolve("lib/menu.lib"),
        "out of place {{define \"head\"}}<h1>{{.}}</h1>{{end}} and here");
    Files.writeString(
        folder.resolve("consoles/deep/node.html"),
        "{{template \"head\" $path}}{{range query \"up\"}}<p>{{.Labels.job}} {{.Value}}</p>{{end}}"
            + "{{$params.who}}{{index $rawParams.who 1}}{{$externalLabels.zone}}{{pathPrefix}}"
            + "{{tmpl \"head\" \"x\"}}\n");
    var page = get("/p/consoles/deep/node.html?who=%3Ci%3E&who=b");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(page.body())
        .isEqualTo("<h1>deep/node.html</h1><p>&lt;a&amp;b&gt; 1</p>&lt;i&gt;beu/p<h1>x</h1>\n");
  }

  @Test
  void console_faulty_saysWhere() throws Exception {
    Files.writeString(folder.resolve("consoles/bad.html"), "\n{{ nothing }}");
    var bad = get("/p/consoles/bad.html");
    assertThat(bad.statusCode()).isEqualTo(500);
    assertThat(bad.body())
        .startsWith("error parsing template __console_bad.html: template: __console_bad.html:2: ");
    Files.writeString(folder.resolve("consoles/runs.html"), "\n{{ 1 | first }}");
    assertThat(get("/p/consoles/runs.html").body())
        .startsWith("error executing template __console_runs.html: ");
    Files.writeString(folder.resolve("consoles/good.html"), "good");
    assertThat(get("/p/consoles/good.html").body()).isEqualTo("good");
    Files.writeString(folder.resolve("lib/bad.lib"), "{{define}}");
    assertThat(get("/p/consoles/good.html").body()).contains("template: bad.lib:1: ");
  }

  @Test
  void console_browserGone_itsQueriesEnd() throws Exception {
    Files.writeString(
        folder.resolve("consoles/slow.html"), "{{query \"endless\"}}{{query \"up\"}}");
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              "GET /p/consoles/slow.html HTTP/1.1\r\nHost: a\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      while (running.isEmpty()) {
        Thread.onSpinWait();
      }
    }
    while (!running.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Tag("noTime")
  void console_noTimeLeft_asksNothingMore() throws Exception {
    Files.writeString(folder.resolve("consoles/late.html"), "{{query \"endless\"}}");
    var late = get("/p/consoles/late.html");
    assertThat(late.statusCode()).isEqualTo(500);
    assertThat(late.body()).contains("the queries of the page took longer than 0 s");
  }

  @Test
  void asset_isServedWithItsType() throws Exception {
    Files.writeString(folder.resolve("assets/a b.css"), "p {}");
    var answer = get("/p/user/a%20b.css");
    assertThat(answer.body()).isEqualTo("p {}");
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/css; charset=utf-8");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(get("/p/user/").statusCode()).as("no list of files").isEqualTo(404);
    assertThat(get("/p/user/none.css").body()).isEqualTo("no such file: none.css\n");
    assertThat(get("/p/consoles/none.html").statusCode()).isEqualTo(404);
  }

  @Test
  @Tag("filesLater")
  void asset_slowFolder_holdsUpNothingElse() throws Exception {
    Files.writeString(folder.resolve("assets/a.css"), "p {}");
    Files.writeString(folder.resolve("consoles/good.html"), "good");
    var asked =
        client.sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.port() + "/p/user/a.css"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    while (later.isEmpty() && !asked.isDone()) {
      Thread.onSpinWait();
    }
    assertThat(get("/p/consoles/good.html").body()).isEqualTo("good");
    assertThat(asked).isNotDone();
    later.remove().run();
    assertThat(asked.join().body()).isEqualTo("p {}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/p/user/../secret.txt",
        "/p/user/..%2fsecret.txt",
        "/p/user/%2e%2e/secret.txt",
        "/p/user/x/..%2f..%2f/secret.txt",
        "/p/user/..%5csecret.txt",
        "/p/user/%00",
        "/p/user//etc/hostname",
        "/p/user/%2fetc%2fhostname",
        "/p/consoles/..%2fsecret.txt",
        "/p/consoles/%zz",
      })
  void path_outOfTheFolder_isNotFound(String path) throws Exception {
    assertThat(raw("GET " + path))
        .doesNotContain("not for you")
        .containsPattern("^HTTP/1.1 (404|301|400) ");
  }

  @Test
  void post_isNotAllowed() throws Exception {
    assertThat(raw("POST /p/consoles/a")).startsWith("HTTP/1.1 405 ").contains("GET, HEAD");
    assertThat(raw("DELETE /p/user/a")).startsWith("HTTP/1.1 405 ");
  }

  /** The whole answer to a request whose path is sent as it is. */
  private String raw(String methodAndPath) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(
              (methodAndPath + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
