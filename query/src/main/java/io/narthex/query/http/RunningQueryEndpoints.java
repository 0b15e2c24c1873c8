package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.QueryProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The queries that wait or run now: listed, and ended. */
final class RunningQueryEndpoints {
  private static final double NANOS_PER_SECOND = 1e9;

  private final RunningQueries running;

  RunningQueryEndpoints(RunningQueries running) {
    this.running = running;
  }

  List<Route> routes() {
    return List.of(
        Route.glance("/api/v1/queries", this::list),
        Route.delete("/api/v1/queries/:id", this::end));
  }

  private Reply list(Call call) {
    long now = System.nanoTime();
    return Reply.data(
        Map.of("queries", running.all().stream().map(entry -> entry(entry, now)).toList()));
  }

  private static Map<String, ?> entry(RunningQueries.Entry entry, long now) {
    var request = entry.request();
    QueryProgress progress = request.progress();
    var fields = new LinkedHashMap<String, Object>();
    fields.put("id", Long.toString(entry.id()));
    fields.put("query", request.query());
    fields.put("kind", request.isInstant() ? "instant" : "range");
    fields.put("start", request.start() / 1000d);
    fields.put("end", request.end() / 1000d);
    fields.put("step", request.step() / 1000d);
    fields.put("client", entry.client());
    fields.put("state", progress.state() == QueryProgress.State.WAITING ? "queued" : "running");
    fields.put("ageSeconds", (now - entry.sinceNanos()) / NANOS_PER_SECOND);
    fields.put("samples", progress.samples());
    fields.put("bytes", progress.bytes());
    fields.put("peakBytes", progress.peakBytes());
    return fields;
  }

  private Reply end(Call call) {
    String id = call.variable();
    boolean isNumber =
        !id.isEmpty() && id.length() < 19 && id.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!isNumber || !running.end(Long.parseLong(id))) {
      throw new FaultException(
          Fault.NOT_FOUND, "no query " + id + " is running; /api/v1/queries lists those that are");
    }
    return new Reply.Empty(204);
  }
}
