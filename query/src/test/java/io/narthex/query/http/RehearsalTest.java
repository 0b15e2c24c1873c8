package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearsalTest {

  @Test
  void requests_areAllAnswered() {
    List<Labels> series = Rehearsal.series();
    var store = new FakeStore(series.toArray(Labels[]::new));
    var engine = new VectorizedQueryEngine(store, EngineOptions.defaults());
    try (var server = new ApiServer(ApiOptions.DEFAULT, engine, series)) {
      for (String request : Rehearsal.requests(1_700_000_000_000L)) {
        assertThat(server.get(request).statusCode()).as(request).isEqualTo(200);
      }
    }
  }
}
