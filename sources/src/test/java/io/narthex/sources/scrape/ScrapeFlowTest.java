package io.narthex.sources.scrape;

import static io.narthex.sources.scrape.BatchText.report;
import static io.narthex.sources.scrape.BatchText.samples;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.SampleBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

class ScrapeFlowTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final List<SampleBatch> batches = new ArrayList<>();
  private final ScrapeFlow flow =
      new ScrapeFlow(new LoopHarness().tools(this::answer, time, ScrapeOptions.DEFAULT));
  private long generation;

  @BeforeEach
  void run() {
    flow.batches().subscribe(batches::add);
  }

  @AfterEach
  void end() {
    flow.close();
  }

  private Mono<Body> answer(TargetSplit target) {
    byte[] body = "n 1\n".getBytes(UTF_8);
    return Mono.just(new Body(body, body.length, false, "text/plain"));
  }

  private static JobBuilder job() {
    return new JobBuilder("j").targets("h:1");
  }

  private void tell(TargetSplit... targets) {
    flow.handle(new TargetsEvent(++generation, 0, 1, List.of(targets)));
  }

  private List<String> stale() {
    return batches.stream()
        .flatMap(batch -> samples(batch).stream())
        .map(Object::toString)
        .filter(sample -> sample.contains("stale"))
        .toList();
  }

  @Test
  void handle_otherInterval_goesOnWithoutStaleMarkers() {
    tell(job().target());
    time.advanceTimeBy(Duration.ofSeconds(30));
    tell(job().interval(Duration.ofSeconds(5), Duration.ofSeconds(5)).target());
    time.advanceTimeBy(Duration.ofSeconds(60));
    assertThat(batches).hasSizeGreaterThan(12);
    assertThat(stale()).isEmpty();
    assertThat(report(batches.get(batches.size() - 1), "scrape_series_added")).isZero();
  }

  @Test
  void handle_otherPath_goesOnWithoutStaleMarkers() {
    tell(job().target());
    time.advanceTimeBy(Duration.ofSeconds(30));
    var moved = job();
    moved.metricsPath = "/other";
    tell(moved.target());
    time.advanceTimeBy(Duration.ofSeconds(60));
    assertThat(batches).hasSize(6);
    assertThat(stale()).isEmpty();
    assertThat(report(batches.get(5), "scrape_series_added")).isZero();
  }

  @Test
  void delivered_batchOfTheFormerId_holdsUpNothing() {
    tell(job().target());
    time.advanceTimeBy(Duration.ofSeconds(15));
    assertThat(batches).hasSize(1);
    long scraped = batches.get(0).timestamp(0);
    assertThat(flow.watermark()).isEqualTo(scraped - 1);
    var moved = job();
    moved.metricsPath = "/other";
    tell(moved.target());
    assertThat(flow.watermark()).isEqualTo(scraped - 1);
    flow.delivered(batches.get(0));
    assertThat(flow.watermark()).isGreaterThanOrEqualTo(scraped);
  }

  @Test
  void delivered_lastBatchOfATargetThatIsGone_isWaitedFor() {
    tell(job().target());
    time.advanceTimeBy(Duration.ofSeconds(15));
    long scraped = batches.get(0).timestamp(0);
    tell();
    assertThat(flow.watermark()).isEqualTo(scraped - 1);
    flow.delivered(batches.get(0));
    assertThat(flow.watermark()).isGreaterThanOrEqualTo(scraped);
  }

  @Test
  void handle_targetGone_writesStaleMarkers() {
    tell(job().target());
    time.advanceTimeBy(Duration.ofSeconds(30));
    tell();
    time.advanceTimeBy(Duration.ofSeconds(30));
    assertThat(stale()).isNotEmpty();
  }
}
