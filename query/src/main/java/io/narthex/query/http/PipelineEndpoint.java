package io.narthex.query.http;

import io.narthex.pipeline.status.PipelineStatus;
import io.narthex.pipeline.status.StatusBoard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code /api/v1/status/pipeline}: the stages of the dataflow and how they do. */
final class PipelineEndpoint {
  private final StatusBoard board;

  PipelineEndpoint(StatusBoard board) {
    this.board = board;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/status/pipeline", call -> Reply.data(data(board.pipeline()))));
  }

  private static Map<String, Object> data(PipelineStatus status) {
    var data = new LinkedHashMap<String, Object>();
    data.put("state", status.state());
    data.put("at", status.atMillis());
    data.put("restarts", status.restarts());
    var checkpoints = new LinkedHashMap<String, Object>();
    checkpoints.put("completed", status.checkpoints().completed());
    checkpoints.put("failed", status.checkpoints().failed());
    checkpoints.put("lastMillis", status.checkpoints().lastMillis());
    checkpoints.put("lastBytes", status.checkpoints().lastBytes());
    data.put("checkpoints", checkpoints);
    data.put("stages", status.stages().stream().map(one -> stage(one, status.atMillis())).toList());
    data.put(
        "edges",
        status.edges().stream()
            .map(one -> Map.of("from", one.from(), "to", one.to(), "chained", one.chained()))
            .toList());
    data.put("tasks", status.tasks().stream().map(PipelineEndpoint::task).toList());
    data.put("queues", status.queues().stream().map(PipelineEndpoint::queue).toList());
    return data;
  }

  private static Map<String, Object> stage(PipelineStatus.Stage stage, long now) {
    var data = new LinkedHashMap<String, Object>();
    data.put("id", stage.id());
    data.put("name", stage.name());
    data.put("kind", stage.kind().name().toLowerCase(Locale.ROOT));
    data.put("task", stage.task());
    data.put("parallelism", stage.parallelism());
    data.put("batchesIn", stage.batchesIn());
    data.put("batchesOut", stage.batchesOut());
    if (stage.samples() != null) {
      data.put("samples", stage.samples());
    }
    if (stage.watermarkMillis() != null) {
      data.put("watermark", stage.watermarkMillis());
      data.put("watermarkLagSeconds", Math.max(0, now - stage.watermarkMillis()) / 1000.0);
    }
    return data;
  }

  private static Map<String, Object> task(PipelineStatus.Task task) {
    var data = new LinkedHashMap<String, Object>();
    data.put("id", task.id());
    data.put("name", task.name());
    data.put("busy", task.busy());
    data.put("idle", task.idle());
    data.put("backPressured", task.backPressured());
    data.put("inputFill", task.inputFill());
    data.put("outputFill", task.outputFill());
    return data;
  }

  private static Map<String, Object> queue(PipelineStatus.Queue queue) {
    var data = new LinkedHashMap<String, Object>();
    data.put("name", queue.name());
    data.put("stage", queue.stage());
    data.put("used", queue.used());
    data.put("capacity", queue.capacity());
    data.put("unit", queue.unit());
    return data;
  }
}
