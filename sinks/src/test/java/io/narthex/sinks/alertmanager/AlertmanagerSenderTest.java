package io.narthex.sinks.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.config.AlertingConfig.Alertmanagers;
import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServer;
import reactor.test.scheduler.VirtualTimeScheduler;

class AlertmanagerSenderTest {
  private static final Pattern NAME = Pattern.compile("\"alertname\":\"([^\"]*)\"");
  private static final String A = "http://a:9093/api/v2/alerts";

  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final InMemoryStatusBoard status = new InMemoryStatusBoard();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Sinks.Many<List<TargetGroup>> late = Sinks.many().unicast().onBackpressureBuffer();
  private final PrometheusRegistry registryOfLate = new PrometheusRegistry();
  private final Map<String, List<String>> received = new HashMap<>();
  private Supplier<Mono<Integer>> answers = () -> Mono.just(200);

  private final AlertmanagerSender sender =
      new AlertmanagerSender(
          SenderOptions.DEFAULT.withDrain(Duration.ZERO),
          status,
          AlertHistory.NONE,
          registry,
          AlertmanagerSenderTest::groups,
          config -> this::post,
          time);

  @AfterEach
  void close() {
    sender.close();
  }

  private Mono<AlertTransport.Answer> post(String url, byte[] body) {
    return answers
        .get()
        .map(
            code -> {
              if (code == 200) {
                received
                    .computeIfAbsent(url, u -> new ArrayList<>())
                    .add(new String(body, StandardCharsets.UTF_8));
              }
              return new AlertTransport.Answer(code, code == 200 ? "" : "no");
            });
  }

  private static Flux<List<TargetGroup>> groups(DiscoveryConfig config) {
    return Flux.just(((DiscoveryConfig.Static) config).groups()).concatWith(Flux.never());
  }

  private static DiscoveryConfig at(String... addresses) {
    return new DiscoveryConfig.Static(
        List.of(new TargetGroup(List.of(addresses), Map.of(), "test")));
  }

  private static Alertmanagers entry(
      List<RelabelRule> targets, List<RelabelRule> alerts, String... addresses) {
    return new Alertmanagers(
        "http",
        "",
        Duration.ofSeconds(10),
        HttpClientConfig.DEFAULT,
        List.of(at(addresses)),
        targets,
        alerts);
  }

  private static AlertingConfig config(Alertmanagers... entries) {
    return new AlertingConfig(List.of(), List.of(entries));
  }

  private static RelabelRule drop(String label, String value) {
    return new RelabelRule(
        List.of(label),
        ";",
        value,
        0,
        "",
        RelabelRule.DEFAULT_REPLACEMENT,
        RelabelRule.Action.DROP);
  }

  private static AlertNotification firing(String name, long tick) {
    return new AlertNotification(
        Labels.of("alertname", name),
        Map.of("summary", "a \"b\""),
        1000,
        0,
        tick,
        240_000,
        "http://x");
  }

  private static AlertNotification resolved(String name, long tick) {
    return new AlertNotification(
        Labels.of("alertname", name), Map.of(), 1000, tick, tick, 240_000, "http://x");
  }

  private List<String> names(String url) {
    var names = new ArrayList<String>();
    for (String body : received.getOrDefault(url, List.of())) {
      NAME.matcher(body).results().forEach(match -> names.add(match.group(1)));
    }
    return names;
  }

  private double counted(String name, String url) {
    return counted(registry, name, url);
  }

  private static double counted(PrometheusRegistry registry, String name, String url) {
    return registry.scrape(n -> n.equals(name)).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .filter(point -> url.equals(point.getLabels().get("alertmanager")))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private void pass(Duration duration) {
    time.advanceTimeBy(duration);
  }

  @Test
  void send_firingAlert_goesToEveryAlertmanagerAsApiV2() {
    sender.apply(config(entry(List.of(), List.of(), "a:9093", "b:9093")), Map.of("dc", "x"));
    sender.send(List.of(firing("Up", 5000)));
    pass(Duration.ofMillis(1));
    assertThat(received.get(A))
        .containsExactly(
            "[{\"labels\":{\"alertname\":\"Up\",\"dc\":\"x\"},"
                + "\"annotations\":{\"summary\":\"a \\\"b\\\"\"},"
                + "\"startsAt\":\"1970-01-01T00:00:01Z\",\"endsAt\":\"1970-01-01T00:04:05Z\","
                + "\"generatorURL\":\"http://x\"}]");
    assertThat(names("http://b:9093/api/v2/alerts")).containsExactly("Up");
    assertThat(counted("prometheus_notifications_sent", A)).isEqualTo(1);
  }

  @Test
  void endsAt_alertThatWaited_holdsForThreeQuartersMore() {
    assertThat(AlertBody.endsAt(firing("x", 1000), 1_000_000)).isEqualTo(1_000_000 + 180_000);
    assertThat(AlertBody.endsAt(firing("x", 999_000), 1_000_000)).isEqualTo(999_000 + 240_000);
    assertThat(AlertBody.endsAt(resolved("x", 7000), 1_000_000)).isEqualTo(7000);
  }

  @Test
  void send_externalLabelThatTheAlertHas_isLeftAsItIs() {
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of("alertname", "other"));
    sender.send(List.of(firing("Up", 5000)));
    pass(Duration.ofMillis(1));
    assertThat(names(A)).containsExactly("Up");
  }

  @Test
  void send_moreThanABatch_goesInSeveralRequests() {
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(IntStream.range(0, 600).mapToObj(i -> firing("n" + i, 5000)).toList());
    pass(Duration.ofMillis(1));
    assertThat(received.get(A)).hasSize(3);
    assertThat(names(A))
        .containsExactlyElementsOf(IntStream.range(0, 600).mapToObj(i -> "n" + i).toList());
  }

  @Test
  void send_serverBusy_isTriedAgainInOrder() {
    answers = () -> Mono.just(503);
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(List.of(firing("first", 5000)));
    pass(Duration.ofSeconds(1));
    sender.send(List.of(firing("second", 5000)));
    assertThat(sender.undelivered())
        .extracting(n -> n.labels().get("alertname"))
        .containsExactly("first", "second");
    answers = () -> Mono.just(200);
    pass(Duration.ofSeconds(10));
    assertThat(names(A)).containsExactly("first", "second");
    assertThat(sender.undelivered()).isEmpty();
    assertThat(counted("prometheus_notifications_errors", A)).isGreaterThanOrEqualTo(2);
    assertThat(counted("prometheus_notifications_dropped", A)).isZero();
  }

  @Test
  void send_noAnswerInTime_isTriedAgain() {
    answers = Mono::never;
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(List.of(firing("slow", 5000)));
    pass(Duration.ofSeconds(9));
    answers = () -> Mono.just(200);
    assertThat(names(A)).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(names(A)).containsExactly("slow");
  }

  @Test
  void send_badRequest_isDroppedAtOnceAndTheNextGoes() {
    answers = () -> Mono.just(400);
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(List.of(firing("bad", 5000)));
    pass(Duration.ofMillis(1));
    answers = () -> Mono.just(200);
    sender.send(List.of(firing("good", 5000)));
    pass(Duration.ofMillis(1));
    assertThat(names(A)).containsExactly("good");
    assertThat(counted("prometheus_notifications_dropped", A)).isEqualTo(1);
  }

  @Test
  void send_longOutage_isGivenUpInTheEnd() {
    answers = () -> Mono.error(new ConnectException("refused"));
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(List.of(firing("lost", 5000)));
    pass(Duration.ofMinutes(14));
    assertThat(sender.undelivered()).hasSize(1);
    pass(Duration.ofMinutes(2));
    assertThat(sender.undelivered()).isEmpty();
    assertThat(counted("prometheus_notifications_dropped", A)).isEqualTo(1);
  }

  @Test
  void send_olderThanWhatWasToldBefore_isLeftOut() {
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.send(List.of(resolved("Up", 9000)));
    sender.send(List.of(firing("Up", 5000)));
    pass(Duration.ofMillis(1));
    assertThat(received.get(A)).singleElement().asString().contains("1970-01-01T00:00:09Z");
    assertThat(names(A)).hasSize(1);
  }

  @Test
  void restore_rulesCatchUpForLong_whatBecameOldMeanwhileIsNotTold() {
    sender.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    sender.restore(List.of(firing("ended", 1000), firing("goes on", 1000)));
    pass(Duration.ofMinutes(5));
    assertThat(names(A)).isEmpty();
    assertThat(sender.undelivered()).hasSize(2);

    sender.send(List.of(resolved("ended", 2000)));
    sender.caughtUp();
    pass(Duration.ofSeconds(1));

    assertThat(names(A)).containsExactly("ended", "goes on");
    assertThat(received.get(A).get(0)).contains("endsAt\":\"1970-01-01T00:00:02");
    sender.caughtUp();
    pass(Duration.ofSeconds(1));
    assertThat(names(A)).hasSize(2);
  }

  @Test
  void relabelling_dropsForAllOrForOneSet() {
    var relabelled =
        new AlertingConfig(
            List.of(drop("alertname", "nobody")),
            List.of(
                entry(List.of(), List.of(drop("alertname", "notA")), "a:9093"),
                entry(List.of(drop("__address__", "c:.*")), List.of(), "b:9093", "c:9093")));
    sender.apply(relabelled, Map.of());
    sender.send(List.of(firing("nobody", 5000), firing("notA", 5000), firing("all", 5000)));
    pass(Duration.ofMillis(1));
    assertThat(names(A)).containsExactly("all");
    assertThat(names("http://b:9093/api/v2/alerts")).containsExactly("notA", "all");
    assertThat(received).doesNotContainKey("http://c:9093/api/v2/alerts");
    assertThat(status.alertmanagers().active()).containsExactly(A, "http://b:9093/api/v2/alerts");
    assertThat(status.alertmanagers().dropped()).containsExactly("http://c:9093/api/v2/alerts");
  }

  @Test
  void queueFull_oldestAreDroppedAndCounted() {
    var url = "http://small:9093/api/v2/alerts";
    var small =
        new AlertmanagerSender(
            SenderOptions.DEFAULT.withQueue(3, 2).withDrain(Duration.ZERO),
            status,
            AlertHistory.NONE,
            new PrometheusRegistry(),
            AlertmanagerSenderTest::groups,
            config -> this::post,
            time);
    try (small) {
      small.apply(config(entry(List.of(), List.of(), "small:9093")), Map.of());
      small.send(IntStream.range(0, 5).mapToObj(i -> firing("n" + i, 5000)).toList());
      pass(Duration.ofMillis(1));
      assertThat(names(url)).containsExactly("n2", "n3", "n4");
    }
  }

  @Test
  void apply_otherEntryChanges_keepsTheQueue() {
    answers = () -> Mono.just(503);
    var stays = entry(List.of(), List.of(), "a:9093");
    sender.apply(config(stays, entry(List.of(), List.of(), "b:9093")), Map.of());
    sender.send(List.of(firing("Up", 5000)));
    pass(Duration.ofMillis(1));
    sender.apply(config(entry(List.of(), List.of(), "d:9093"), stays), Map.of());
    answers = () -> Mono.just(200);
    pass(Duration.ofSeconds(1));
    assertThat(names(A)).containsExactly("Up");
    assertThat(received).containsOnlyKeys(A);
  }

  @Test
  void send_beforeDiscovery_waitsForIt() {
    var found = Sinks.many().unicast().<List<TargetGroup>>onBackpressureBuffer();
    var early =
        new AlertmanagerSender(
            SenderOptions.DEFAULT.withDrain(Duration.ZERO),
            status,
            AlertHistory.NONE,
            new PrometheusRegistry(),
            config -> found.asFlux(),
            config -> this::post,
            time);
    try (early) {
      early.apply(config(entry(List.of(), List.of(), "ignored")), Map.of());
      early.send(List.of(firing("Up", 5000)));
      assertThat(early.undelivered()).hasSize(1);
      found.emitNext(
          List.of(new TargetGroup(List.of("a:9093"), Map.of(), "late")),
          Sinks.EmitFailureHandler.FAIL_FAST);
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("Up");
    }
  }

  private void find(String... addresses) {
    late.emitNext(
        List.of(new TargetGroup(List.of(addresses), Map.of(), "late")),
        Sinks.EmitFailureHandler.FAIL_FAST);
  }

  /** A sender whose only entry is discovered by {@link #find}. */
  private AlertmanagerSender lateSender(SenderOptions options) {
    var sender =
        new AlertmanagerSender(
            options.withDrain(Duration.ZERO),
            status,
            AlertHistory.NONE,
            registryOfLate,
            config -> late.asFlux(),
            config -> this::post,
            time);
    sender.apply(config(entry(List.of(), List.of(), "ignored")), Map.of());
    return sender;
  }

  private double droppedEarly() {
    return counted(registryOfLate, "prometheus_notifications_dropped", "");
  }

  @Test
  void send_discoveryKnowsNoneOrNoneAnyMore_waitsForAnAlertmanager() {
    try (var early = lateSender(SenderOptions.DEFAULT)) {
      find();
      early.send(List.of(firing("first", 5000)));
      pass(Duration.ofMinutes(14));
      assertThat(early.undelivered()).hasSize(1);
      find("a:9093");
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("first");
      find();
      early.send(List.of(resolved("first", 9000)));
      assertThat(early.undelivered()).hasSize(1);
      find("a:9093");
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("first", "first");
      assertThat(early.undelivered()).isEmpty();
      assertThat(droppedEarly()).isZero();
    }
  }

  @Test
  void send_noAlertmanagerForLong_isDroppedInTheEndAndCounted() {
    try (var early = lateSender(SenderOptions.DEFAULT)) {
      early.send(List.of(firing("old", 5000)));
      pass(Duration.ofMinutes(10));
      early.send(List.of(firing("new", 6000)));
      pass(Duration.ofMinutes(5));
      assertThat(early.undelivered())
          .extracting(n -> n.labels().get("alertname"))
          .containsExactly("new");
      assertThat(droppedEarly()).isEqualTo(1);
      find("a:9093");
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("new");
    }
  }

  @Test
  void send_moreThanMayWaitForAnAlertmanager_oldestAreDroppedAndCounted() {
    try (var early = lateSender(SenderOptions.DEFAULT.withQueue(3, 2))) {
      early.send(IntStream.range(0, 5).mapToObj(i -> firing("n" + i, 5000)).toList());
      assertThat(droppedEarly()).isEqualTo(2);
      find("a:9093");
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("n2", "n3", "n4");
    }
  }

  @Test
  void send_oneDiscoveryOfTwoFindsNothingOrFails_theOthersAlertmanagersGetAlerts() {
    var found = Sinks.many().unicast().<List<TargetGroup>>onBackpressureBuffer();
    var discoveries =
        List.of(
            Flux.<List<TargetGroup>>never(),
            Flux.<List<TargetGroup>>error(new IllegalStateException("no such file")),
            found.asFlux());
    var entry =
        new Alertmanagers(
            "http",
            "",
            Duration.ofSeconds(10),
            HttpClientConfig.DEFAULT,
            List.of(at("0"), at("1"), at("2")),
            List.of(),
            List.of());
    var several =
        new AlertmanagerSender(
            SenderOptions.DEFAULT.withDrain(Duration.ZERO),
            status,
            AlertHistory.NONE,
            new PrometheusRegistry(),
            config -> discoveries.get(entry.discovery().indexOf(config)),
            config -> this::post,
            time);
    try (several) {
      several.apply(config(entry), Map.of());
      found.emitNext(
          List.of(new TargetGroup(List.of("a:9093"), Map.of(), "third")),
          Sinks.EmitFailureHandler.FAIL_FAST);
      several.send(List.of(firing("Up", 5000)));
      pass(Duration.ofMillis(1));
      assertThat(names(A)).containsExactly("Up");
    }
  }

  @Test
  void close_realServerThatIsSlow_drainsTheQueue() {
    var bodies = new ConcurrentLinkedQueue<String>();
    var busy = new AtomicInteger(2);
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.post(
                        "/am/api/v2/alerts",
                        (request, response) ->
                            request
                                .receive()
                                .aggregate()
                                .asString()
                                .delayElement(Duration.ofMillis(50))
                                .flatMap(
                                    body -> {
                                      if (busy.getAndDecrement() > 0) {
                                        return response.status(503).send().then();
                                      }
                                      bodies.add(
                                          request.requestHeaders().get("Content-Type") + body);
                                      return response.status(200).send().then();
                                    })))
            .bindNow();
    try {
      var real =
          new AlertmanagerSender(
              SenderOptions.DEFAULT.withQueue(100, 1),
              status,
              AlertHistory.NONE,
              new PrometheusRegistry(),
              AlertmanagerSenderTest::groups);
      var entry =
          new Alertmanagers(
              "http",
              "/am/",
              Duration.ofSeconds(10),
              HttpClientConfig.DEFAULT,
              List.of(at("127.0.0.1:" + server.port())),
              List.of(),
              List.of());
      real.apply(config(entry), Map.of());
      real.send(List.of(firing("one", 5000), resolved("two", 5000)));
      real.close();
      assertThat(bodies).hasSize(2);
      assertThat(bodies.peek()).startsWith("application/json[{").contains("\"one\"");
    } finally {
      server.disposeNow();
    }
  }

  @Test
  void close_serverDown_endsAfterTheDrainLimit() {
    var limit = Duration.ofMillis(300);
    var real =
        new AlertmanagerSender(
            SenderOptions.DEFAULT.withDrain(limit),
            status,
            AlertHistory.NONE,
            new PrometheusRegistry(),
            AlertmanagerSenderTest::groups,
            config -> (url, body) -> Mono.error(new ConnectException("refused")),
            Schedulers.parallel());
    real.apply(config(entry(List.of(), List.of(), "a:9093")), Map.of());
    real.send(List.of(firing("one", 5000)));
    long start = Schedulers.parallel().now(TimeUnit.MILLISECONDS);
    real.close();
    assertThat(Schedulers.parallel().now(TimeUnit.MILLISECONDS) - start)
        .isGreaterThanOrEqualTo(limit.toMillis() - 50);
    assertThat(real.undelivered()).isEmpty();
  }
}
