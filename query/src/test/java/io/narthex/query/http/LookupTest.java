package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryProgress;
import java.net.Socket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookupTest {
  private static Labels[] series(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Labels.of("__name__", "up", "i", "" + i))
        .toArray(Labels[]::new);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/labels",
        "/api/v1/label/i/values",
        "/api/v1/series?match[]=up",
        "/api/v1/search/metric_names",
        "/api/v1/search/label_names",
        "/api/v1/search/label_values?label=i",
      })
  void lookup_clientGone_stops(String path) throws Exception {
    try (var server = new ApiServer(new AnswerMemory(1 << 20), series(3))) {
      server.store.endless = true;
      try (var socket = new Socket("127.0.0.1", server.port())) {
        socket
            .getOutputStream()
            .write(("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(US_ASCII));
        while (server.store.lookups.get() == 0) {
          Thread.onSpinWait();
        }
      }
      while (server.store.lookups.get() > 0) {
        Thread.onSpinWait();
      }
      server.store.endless = false;
      assertThat(server.get(path).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void lookup_timeOver_stops() {
    try (var server = new ApiServer(new AnswerMemory(1 << 20), series(3))) {
      server.store.endless = true;
      assertThat(server.get("/api/v1/labels?timeout=1ms").statusCode()).isEqualTo(503);
      while (server.store.lookups.get() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void series_memoryTakenByOthers_isRefusedBeforeTheListHasGrown() {
    var memory = new AnswerMemory(100_000);
    try (var server = new ApiServer(memory, series(300));
        var other = QueryProgress.keepingResult()) {
      memory.open(other).hold(90_000);
      var answer = server.get("/api/v1/series?match[]=up");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("answers that are gathered in memory take too much");
      assertThat(server.store.visited.get()).isLessThan(50);
      other.close();
      assertThat(server.get("/api/v1/series?match[]=up").statusCode()).isEqualTo(200);
      assertThat(memory.held()).isZero();
    }
  }
}
