package io.narthex.sources.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.test.scheduler.VirtualTimeScheduler;

class TargetEnumeratorTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final Context context = new Context();
  private final InMemoryStatusBoard board = new InMemoryStatusBoard();
  private final LiveScrapeConfigs configs = new LiveScrapeConfigs(List.of());
  private final TargetEnumerator enumerator =
      new TargetEnumerator(
          context,
          configs,
          board,
          ScrapeMetrics.of(new PrometheusRegistry()),
          ScrapeOptions.DEFAULT,
          time);

  /** Runs what is to run in the coordinator thread at once, one by one; keeps what is sent. */
  private static final class Context implements SplitEnumeratorContext<TargetSplit> {
    private final Map<Integer, ReaderInfo> readers = new HashMap<>();
    private final Map<Integer, List<TargetsEvent>> sent = new HashMap<>();

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sendEventToSourceReader(int subtask, SourceEvent event) {
      sent.computeIfAbsent(subtask, s -> new ArrayList<>()).add((TargetsEvent) event);
    }

    @Override
    public int currentParallelism() {
      return 3;
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
      return readers;
    }

    @Override
    public void assignSplits(SplitsAssignment<TargetSplit> assignment) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> void callAsync(
        Callable<T> callable, BiConsumer<T, Throwable> handler, long delay, long period) {
      throw new UnsupportedOperationException();
    }

    @Override
    public synchronized void runInCoordinatorThread(Runnable action) {
      action.run();
    }

    /** The targets a reader was told last. */
    private List<String> told(int subtask) {
      var events = sent.getOrDefault(subtask, List.of());
      long last = events.isEmpty() ? -1 : events.get(events.size() - 1).generation();
      return events.stream()
          .filter(event -> event.generation() == last)
          .flatMap(event -> event.targets().stream())
          .map(TargetSplit::url)
          .toList();
    }

    private List<String> toldAll() {
      return readers.keySet().stream().flatMap(reader -> told(reader).stream()).toList();
    }
  }

  @AfterEach
  void close() {
    enumerator.close();
    time.dispose();
  }

  private void start() {
    for (int reader = 0; reader < 3; reader++) {
      context.readers.put(reader, new ReaderInfo(reader, "here"));
    }
    enumerator.start();
  }

  private void settle() {
    time.advanceTimeBy(Duration.ofSeconds(1));
    context.sent.forEach(
        (reader, events) ->
            events.removeIf(
                event -> event.generation() < events.get(events.size() - 1).generation()));
  }

  private static String[] hosts(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "h" + i + ":1").toArray(String[]::new);
  }

  @Test
  void apply_manyTargets_areSpreadOverReadersEachOnce() {
    configs.apply(List.of(new JobBuilder("a").targets(hosts(0, 3000)).build()));
    start();
    settle();
    assertThat(context.toldAll()).hasSize(3000).doesNotHaveDuplicates();
    for (int reader = 0; reader < 3; reader++) {
      assertThat(context.told(reader)).hasSizeBetween(800, 1200);
      assertThat(context.sent.get(reader))
          .allMatch(event -> event.targets().size() <= TargetEnumerator.PART);
    }
    assertThat(board.activeTargets()).hasSize(3000);
  }

  @Test
  void addReader_afterAFailure_isToldItsTargetsAgain() {
    configs.apply(List.of(new JobBuilder("a").targets(hosts(0, 30)).build()));
    start();
    settle();
    var before = context.told(1);
    context.sent.clear();
    enumerator.addReader(1);
    assertThat(context.told(1)).isEqualTo(before).isNotEmpty();
    assertThat(context.sent).containsOnlyKeys(1);
  }

  @Test
  void addReader_beforeAnythingIsKnown_isToldNothing() {
    start();
    enumerator.addReader(0);
    assertThat(context.sent).isEmpty();
  }

  @Test
  void apply_reload_changesJustWhatChanged() {
    configs.apply(
        List.of(
            new JobBuilder("a").targets("h1:1").build(),
            new JobBuilder("b").targets("h2:1").build()));
    start();
    settle();
    assertThat(board.pools()).containsExactly("a", "b");
    configs.apply(
        List.of(
            new JobBuilder("b").targets("h2:1", "h3:1").build(),
            new JobBuilder("c").targets("h4:1").build()));
    settle();
    assertThat(context.toldAll())
        .containsExactlyInAnyOrder(
            "http://h2:1/metrics", "http://h3:1/metrics", "http://h4:1/metrics");
    assertThat(board.pools()).containsExactly("b", "c");
  }

  private static void await(BooleanSupplier condition) {
    Flux.interval(Duration.ofMillis(5)).takeUntil(tick -> condition.getAsBoolean()).blockLast();
  }

  private JobBuilder discovered(String url, String... others) {
    var job = new JobBuilder("a").targets(others);
    job.discovery =
        List.of(
            new DiscoveryConfig.Http(url, Duration.ofMillis(20), HttpClientConfig.DEFAULT),
            job.discovery.get(0));
    return job;
  }

  @Test
  void apply_newDiscoveryIsAway_keepsWhatItReplacesAndHoldsUpNoOther() {
    var asked = new AtomicInteger();
    var up = new AtomicBoolean();
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.get(
                        "/sd",
                        (request, response) -> {
                          asked.incrementAndGet();
                          return response
                              .status(up.get() ? 200 : 503)
                              .header("Content-Type", "application/json")
                              .sendString(Mono.just("[{\"targets\":[\"new:1\"]}]"));
                        }))
            .bindNow();
    try {
      String url = "http://127.0.0.1:" + server.port() + "/sd";
      configs.apply(List.of(new JobBuilder("a").targets("old:1").build()));
      start();
      settle();
      configs.apply(List.of(discovered(url, "h1:1").build()));
      await(() -> asked.get() > 2);
      settle();
      assertThat(context.toldAll())
          .containsExactlyInAnyOrder("http://old:1/metrics", "http://h1:1/metrics");
      configs.apply(List.of(discovered(url, "h2:1").build()));
      settle();
      assertThat(context.toldAll())
          .containsExactlyInAnyOrder("http://old:1/metrics", "http://h2:1/metrics");
      up.set(true);
      await(() -> board.activeTargets().stream().anyMatch(t -> t.scrapeUrl().contains("new:1")));
      settle();
      assertThat(context.toldAll())
          .containsExactlyInAnyOrder("http://new:1/metrics", "http://h2:1/metrics");
    } finally {
      server.disposeNow();
    }
  }

  @Test
  void apply_badTarget_leavesTheOthers() {
    configs.apply(List.of(new JobBuilder("a").targets("bad/host", "h1:1").build()));
    start();
    settle();
    assertThat(context.toldAll()).containsExactly("http://h1:1/metrics");
  }
}
