package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.status.PipelineStatus;
import io.narthex.pipeline.status.PipelineStatus.Checkpoints;
import io.narthex.pipeline.status.PipelineStatus.Edge;
import io.narthex.pipeline.status.PipelineStatus.Kind;
import io.narthex.pipeline.status.PipelineStatus.Queue;
import io.narthex.pipeline.status.PipelineStatus.Stage;
import io.narthex.pipeline.status.PipelineStatus.Task;
import io.narthex.query.promql.QueryValue;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipelineEndpointTest {
  private final ApiServer server =
      new ApiServer(request -> new QueryValue.Scalar(0, 1), ApiOptions.DEFAULT);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void pipeline_nobodyToTell_isUnknownAndEmpty() {
    var data = server.data("/api/v1/status/pipeline");
    assertThat(data.path("state").asText()).isEqualTo("UNKNOWN");
    assertThat(data.path("stages")).isEmpty();
  }

  @Test
  void pipeline_stages_areToldWithWhatIsKnownOfThem() {
    var status =
        new PipelineStatus(
            "RUNNING",
            10_000,
            2,
            new Checkpoints(7, 1, 12, 345),
            List.of(
                new Stage("a", "scrape", Kind.SOURCE, "t", 1, 0, 5, 4_000L, 9_750L),
                new Stage("b", "store", Kind.SINK, "t", 1, 5, 0, null, null)),
            List.of(new Edge("a", "b", true)),
            List.of(new Task("t", "scrape → store", 0.25, 0.5, 0.25, 0, 0.75)),
            List.of());
    server.board.pipeline(
        () -> status.withQueues(List.of(new Queue("accepted", "write", 3, 8, "bytes"))));

    var data = server.data("/api/v1/status/pipeline");

    assertThat(data.at("/checkpoints/lastBytes").asInt()).isEqualTo(345);
    assertThat(data.at("/stages/0/kind").asText()).isEqualTo("source");
    assertThat(data.at("/stages/0/samples").asInt()).isEqualTo(4_000);
    assertThat(data.at("/stages/0/watermarkLagSeconds").asDouble()).isEqualTo(0.25);
    assertThat(data.at("/stages/1").has("samples")).isFalse();
    assertThat(data.at("/stages/1").has("watermark")).isFalse();
    assertThat(data.at("/edges/0/chained").asBoolean()).isTrue();
    assertThat(data.at("/tasks/0/backPressured").asDouble()).isEqualTo(0.25);
    assertThat(data.at("/queues/0/capacity").asInt()).isEqualTo(8);
  }
}
