package io.narthex.sources.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.HttpClientConfig.Proxy;
import io.narthex.pipeline.config.HttpClientConfig.Tls;
import io.narthex.pipeline.config.TargetGroups.Format;
import io.narthex.pipeline.testkit.Reference;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.test.StepVerifier;

class DiscoveriesTest {
  @TempDir Path folder;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final DiscoveryMetrics metrics = DiscoveryMetrics.of(registry);

  private Flux<List<TargetGroup>> files(String pattern) {
    return Discoveries.of(
        new DiscoveryConfig.Files(
            List.of(folder.resolve(pattern).toString()), Duration.ofSeconds(300)),
        metrics);
  }

  private void write(String name, String text) {
    try {
      var draft = Files.writeString(folder.resolve(name + ".draft"), text);
      Files.move(draft, folder.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> addresses(List<TargetGroup> groups) {
    return groups.stream().flatMap(group -> group.targets().stream()).toList();
  }

  private double httpFailures() {
    return registry.scrape("prometheus_sd_http_failures"::equals).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  /** Which answer of the server the groups are from; the first may come too late to count. */
  private static int answer(List<TargetGroup> groups) {
    assertThat(addresses(groups)).singleElement().asString().startsWith("h:");
    return Integer.parseInt(addresses(groups).get(0).substring(2));
  }

  @Test
  void files_changed_areReadAgainAtOnce() {
    write("a.json", "[{\"targets\": [\"h:1\"], \"labels\": {\"x\": \"y\"}}]");
    StepVerifier.create(files("*.json"))
        .assertNext(
            groups -> {
              assertThat(addresses(groups)).containsExactly("h:1");
              assertThat(groups.get(0).labels())
                  .containsEntry("x", "y")
                  .containsEntry("__meta_filepath", folder.resolve("a.json").toString());
            })
        .then(() -> write("b.json", "[{\"targets\": [\"h:2\"]}]"))
        .assertNext(groups -> assertThat(addresses(groups)).containsExactly("h:1", "h:2"))
        .then(() -> write("a.json", "[{\"targets\": [\"h:3\"]}]"))
        .assertNext(groups -> assertThat(addresses(groups)).containsExactly("h:3", "h:2"))
        .thenCancel()
        .verify();
  }

  @Test
  void files_brokenOne_keepsItsLastGroups() {
    write("a.yml", "- targets: ['h:1']\n");
    write("b.yml", "- targets: ['h:2']\n");
    StepVerifier.create(files("*.yml"))
        .assertNext(groups -> assertThat(addresses(groups)).containsExactly("h:1", "h:2"))
        .then(() -> write("a.yml", "- targets: [unclosed\n"))
        .then(() -> write("b.yml", "- targets: ['h:9']\n"))
        .thenConsumeWhile(groups -> addresses(groups).equals(List.of("h:1", "h:2")))
        .assertNext(groups -> assertThat(addresses(groups)).containsExactly("h:1", "h:9"))
        .thenCancel()
        .verify();
  }

  @Test
  void files_none_isAnEmptyListAndNoError() {
    StepVerifier.create(files("missing.yml"))
        .assertNext(groups -> assertThat(groups).isEmpty())
        .thenCancel()
        .verify();
  }

  @Test
  void http_answers_countOnlyIfTheyAreJson() {
    var answers = new AtomicInteger();
    var refresh = new AtomicReference<String>();
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.get(
                        "/sd",
                        (request, response) -> {
                          refresh.set(
                              request
                                  .requestHeaders()
                                  .get("X-Prometheus-Refresh-Interval-Seconds"));
                          int n = answers.incrementAndGet();
                          String type =
                              n % 3 == 2 ? "text/html" : "application/json; charset=utf-8";
                          return response
                              .status(n % 3 == 0 ? 500 : 200)
                              .header("Content-Type", type)
                              .sendString(Mono.just("[{\"targets\":[\"h:" + n + "\"]}]"));
                        }))
            .bindNow();
    try {
      String url = "http://127.0.0.1:" + server.port() + "/sd";
      var http = new DiscoveryConfig.Http(url, Duration.ofMillis(50), HttpClientConfig.DEFAULT);
      StepVerifier.create(Discoveries.of(http, metrics))
          .assertNext(
              groups -> {
                assertThat(answer(groups) % 3).isEqualTo(1);
                assertThat(groups.get(0).labels()).containsEntry("__meta_url", url);
                assertThat(groups.get(0).source()).isEqualTo(url + ":0");
              })
          .assertNext(groups -> assertThat(answer(groups) % 3).isEqualTo(1))
          .thenCancel()
          .verify();
      assertThat(refresh.get()).isEqualTo("0.05");
    } finally {
      server.disposeNow();
    }
  }

  @Test
  void http_noAnswerAtFirst_isNothingUntilThereIsOne() {
    var asked = new AtomicInteger();
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.get(
                        "/sd",
                        (request, response) ->
                            response
                                .status(asked.incrementAndGet() < 3 ? 503 : 200)
                                .header("Content-Type", "application/json")
                                .sendString(Mono.just("[{\"targets\":[\"h:1\"]}]"))))
            .bindNow();
    try {
      String url = "http://127.0.0.1:" + server.port() + "/sd";
      var http = new DiscoveryConfig.Http(url, Duration.ofMillis(50), HttpClientConfig.DEFAULT);
      StepVerifier.create(Discoveries.of(http, metrics))
          .assertNext(groups -> assertThat(addresses(groups)).containsExactly("h:1"))
          .thenCancel()
          .verify();
    } finally {
      server.disposeNow();
    }
  }

  @Test
  void http_certificateThatIsMissing_endsNothing() {
    var missing = folder.resolve("ca.pem").toString();
    var tls = new Tls(null, missing, null, null, null, null, "", false, null, null);
    var client = new HttpClientConfig(null, null, null, tls, Proxy.NONE, true, true, Map.of());
    var http = new DiscoveryConfig.Http("https://127.0.0.1:9/", Duration.ofMillis(20), client);
    var failures = Flux.interval(Duration.ofMillis(5)).filter(tick -> httpFailures() > 2);
    StepVerifier.create(Discoveries.of(http, metrics).takeUntilOther(failures)).verifyComplete();
  }

  @Test
  void read_faults_nameThePlace() {
    var label = Map.entry("a", "b");
    assertThatThrownBy(() -> DiscoveredGroups.read("{}", "s", Format.JSON, label))
        .hasMessageContaining("expected a list of target groups");
    assertThatThrownBy(() -> DiscoveredGroups.read("[{\"target\": []}]", "s", Format.JSON, label))
        .hasMessageContaining("s:1:", "unknown key target", "targets");
  }

  @Test
  void referenceFiles_goodAndBad_areToldApart() throws IOException {
    var label = Map.entry("a", "b");
    for (String name : List.of("valid.json", "valid.yml", "valid2.yml", "valid3.yml")) {
      String text = Files.readString(Reference.path("discovery-fixtures/file/" + name));
      var groups =
          name.endsWith("json")
              ? DiscoveredGroups.read(text, name, Format.JSON, label)
              : DiscoveredGroups.read(text, name, Format.YAML, label);
      assertThat(addresses(groups)).as(name).contains("localhost:9090", "my.domain");
    }
    for (String name : List.of("invalid_nil.json", "invalid_nil.yml")) {
      String text = Files.readString(Reference.path("discovery-fixtures/file/" + name));
      assertThatThrownBy(
              () -> {
                if (name.endsWith("json")) {
                  DiscoveredGroups.read(text, name, Format.JSON, label);
                } else {
                  DiscoveredGroups.read(text, name, Format.YAML, label);
                }
              })
          .as(name)
          .hasMessageContaining("nil target group item found");
    }
    String http = Files.readString(Reference.path("discovery-fixtures/http/http_sd.good.json"));
    assertThat(addresses(DiscoveredGroups.read(http, "u", Format.JSON, label)))
        .containsExactly("127.0.0.1:9090");
  }
}
