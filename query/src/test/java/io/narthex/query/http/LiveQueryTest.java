package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ref.WeakReference;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class LiveQueryTest {
  private final AtomicInteger evaluations = new AtomicInteger();
  private final ApiServer server =
      new ApiServer(
          request -> new QueryValue.Scalar(1000, evaluations.incrementAndGet()),
          ApiOptions.DEFAULT.withMaxLive(2));

  @AfterEach
  void close() {
    server.close();
  }

  private BufferedReader follow(String query) throws Exception {
    var answer =
        server.client.send(
            HttpRequest.newBuilder(server.uri("/api/v1/query_live?" + query)).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private static String next(BufferedReader events) throws IOException {
    String event = events.readLine();
    assertThat(events.readLine()).isEmpty();
    return event;
  }

  private void append(String... labels) {
    var batch = SampleBatch.at(new Origin.Push("test"), 1000).series(Labels.of(labels)).value(1);
    server
        .arrivals
        .watching(
            samples -> CompletableFuture.completedFuture(new AppendResult(1, 0, 0, List.of())))
        .append(batch.build());
  }

  @Test
  void follow_samplesOfItsSeries_areEventsAndOthersAreNot() throws Exception {
    try (var events = follow("query=up&min_interval=50ms")) {
      assertThat(next(events))
          .isEqualTo(
              "data: {\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"1\"]}}");
      append("__name__", "down");
      append("__name__", "up", "job", "a");
      assertThat(next(events)).contains("[1,\"2\"]");
      append("__name__", "up", "job", "b");
      assertThat(next(events)).contains("[1,\"3\"]");
    }
  }

  @Test
  void follow_firstEvent_holdsNoMemoryWhileTheStreamLasts() throws Exception {
    var held = new AtomicInteger();
    try (var holding =
        new ApiServer(
            ApiOptions.DEFAULT,
            request -> {
              held.incrementAndGet();
              request.progress().onClose(held::decrementAndGet);
              return new QueryResult(
                  new QueryValue.Scalar(0, 1), List.of(), List.of(), ApiServer.STATISTICS);
            })) {
      var answer =
          holding.client.send(
              HttpRequest.newBuilder(holding.uri("/api/v1/query_live?query=up")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (var events =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        assertThat(next(events)).contains("success");
        assertThat(held).hasValue(0);
      }
    }
  }

  @Test
  void events_firstOneHandedOver_isNotKeptWhileTheStreamLasts() {
    var first = new AtomicReference<String>(new String(new char[1 << 20]));
    var seen = new WeakReference<>(first.get());
    var events = LiveQueryEndpoint.events(first.getAndSet(null), Flux.never());
    var stream = events.subscribe();
    while (seen.get() != null) {
      System.gc();
    }
    assertThat(stream.isDisposed()).isFalse();
    stream.dispose();
  }

  @Test
  void follow_clientGone_freesItsPlace() throws Exception {
    var held = new ArrayList<BufferedReader>();
    held.add(follow("query=up"));
    held.add(follow("query=up"));
    var refused = server.get("/api/v1/query_live?query=up");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("--query.max-live=2");
    held.get(0).close();
    int status = 503;
    while (status == 503) { // until the server has seen that one went
      var answer =
          server.client.send(
              HttpRequest.newBuilder(server.uri("/api/v1/query_live?query=up")).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      status = answer.statusCode();
      answer.body().close();
    }
    assertThat(status).isEqualTo(200);
    held.get(1).close();
  }

  @Test
  void follow_faultyQuery_isAnOrdinaryError() {
    assertThat(server.get("/api/v1/query_live?query=up(").statusCode()).isEqualTo(400);
    assertThat(server.get("/api/v1/query_live?query=up&time=5").statusCode()).isEqualTo(400);
  }

  @Test
  void verdicts_moreThanFit_areForgottenNotMistaken() {
    var verdicts = new SeriesVerdicts();
    for (long i = 0; i < 700_000; i++) {
      verdicts.put(i * 0x9E3779B97F4A7C15L, i % 2 == 0 ? SeriesVerdicts.YES : SeriesVerdicts.NO);
    }
    for (long i = 0; i < 700_000; i++) {
      int verdict = verdicts.of(i * 0x9E3779B97F4A7C15L);
      int right = i % 2 == 0 ? SeriesVerdicts.YES : SeriesVerdicts.NO;
      assertThat(verdict == SeriesVerdicts.UNKNOWN || verdict == right).isTrue();
    }
  }
}
