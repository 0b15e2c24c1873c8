package io.narthex.sources.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchTypeInfo;
import io.narthex.pipeline.runtime.InProcess;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.status.TargetStatus.Health;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

class ScrapeSourceTest {

  /** What passes, and the watermark it passes under. */
  private record Seen(SampleBatch batch, long watermark) {}

  private static final class Tap extends ProcessFunction<SampleBatch, SampleBatch> {
    private final InProcess<BlockingQueue<Seen>> seen;

    Tap(InProcess<BlockingQueue<Seen>> seen) {
      this.seen = seen;
    }

    @Override
    public void processElement(SampleBatch batch, Context context, Collector<SampleBatch> out) {
      seen.get().add(new Seen(batch, context.timerService().currentWatermark()));
    }
  }

  @Test
  void job_realTargets_areScrapedReloadedAndEnded() throws Exception {
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes.get(
                        "/metrics",
                        (request, response) ->
                            response
                                .header("Content-Type", "text/plain")
                                .sendString(Mono.just("m 1\n"))))
            .bindNow();
    var gone = HttpServer.create().host("127.0.0.1").port(0).bindNow();
    gone.disposeNow();
    var board = new InMemoryStatusBoard();
    var job = job("a", "127.0.0.1:" + server.port(), "127.0.0.1:" + gone.port());
    var configs = new LiveScrapeConfigs(List.of(job.build()));
    BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();
    var environment =
        StreamExecutionEnvironment.getExecutionEnvironment(
            new Configuration()
                .set(PipelineOptions.GENERIC_TYPES, false)
                .set(PipelineOptions.OBJECT_REUSE, true));
    environment.setParallelism(2);
    InProcess<ScrapeConfigs> configsHandle = InProcess.of(configs);
    InProcess<StatusBoard> boardHandle = InProcess.of(board);
    InProcess<PrometheusRegistry> registry = InProcess.of(new PrometheusRegistry());
    var source =
        new ScrapeSource(
            configsHandle, boardHandle, registry, () -> KnownSeries.NONE, ScrapeOptions.DEFAULT);
    environment
        .fromSource(
            source, WatermarkStrategy.noWatermarks(), "scrape", SampleBatchTypeInfo.INSTANCE)
        .process(new Tap(InProcess.of(seen)))
        .returns(SampleBatchTypeInfo.INSTANCE)
        .sinkTo(new DiscardingSink<>());
    var client = environment.executeAsync();
    try {
      var last = Long.MIN_VALUE;
      int up = 0;
      int down = 0;
      while (up < 5 || down < 5) {
        var next = take(seen);
        long timestamp = next.batch().timestamp(0);
        assertThat(timestamp).isGreaterThan(next.watermark());
        last = Math.max(last, next.watermark());
        boolean good = BatchText.report(next.batch(), "up") == 1;
        up += good ? 1 : 0;
        down += good ? 0 : 1;
      }
      assertThat(last).isGreaterThan(Long.MIN_VALUE);
      assertThat(board.activeTargets())
          .extracting(target -> target.health())
          .containsExactlyInAnyOrder(Health.UP, Health.DOWN);
      assertThat(board.activeTargets())
          .extracting(target -> target.lastError())
          .anyMatch(error -> error.endsWith("connect: connection refused"));
      configs.apply(List.of());
      while (!Double.isNaN(upOf(take(seen).batch()))) {
        assertThat(board.pools().size()).isLessThan(2);
      }
    } finally {
      client.cancel().get();
      server.disposeNow();
    }
  }

  private static double upOf(SampleBatch batch) {
    return BatchText.rows(batch).stream().anyMatch(row -> row.contains("__name__=\"up\""))
        ? BatchText.report(batch, "up")
        : 0;
  }

  private static Seen take(BlockingQueue<Seen> seen) throws InterruptedException {
    var next = seen.poll(30, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static JobBuilder job(String name, String... targets) {
    return new JobBuilder(name)
        .interval(Duration.ofMillis(300), Duration.ofMillis(300))
        .targets(targets);
  }
}
