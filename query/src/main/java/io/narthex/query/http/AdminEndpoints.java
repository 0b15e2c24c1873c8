package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.pipeline.storage.Deletion.State;
import io.narthex.pipeline.storage.StoreAdmin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Administration of the store; refused unless it is enabled. */
final class AdminEndpoints {
  private static final int DISABLED_STATUS = 500; // that is what Prometheus answers

  private final @Nullable StoreAdmin admin;
  private final QuerySyntax syntax;

  AdminEndpoints(ApiServices services, ApiOptions options, AnswerMemory memory) {
    this.admin = options.adminApi() ? services.admin() : null;
    this.syntax = new QuerySyntax(options.language(), memory);
  }

  List<Route> routes() {
    return List.of(
        Route.admin("/api/v1/admin/tsdb/delete_series", call -> guarded(call, this::delete)),
        Route.get("/api/v1/admin/tsdb/deletions", call -> guarded(call, this::deletions)),
        Route.admin("/api/v1/admin/tsdb/deletions/:id/undo", call -> guarded(call, this::undo)),
        Route.admin("/api/v1/admin/tsdb/clean_tombstones", call -> guarded(call, this::clean)),
        Route.admin("/api/v1/admin/tsdb/snapshot", call -> guarded(call, this::snapshot)),
        Route.admin("/api/v1/admin/tsdb/flush", call -> guarded(call, this::flush)));
  }

  private interface Action {
    Reply apply(StoreAdmin admin, Call call);
  }

  private Reply guarded(Call call, Action action) {
    return admin == null
        ? Reply.error(DISABLED_STATUS, Fault.UNAVAILABLE, "admin APIs disabled")
        : action.apply(admin, call);
  }

  private Reply delete(StoreAdmin store, Call call) {
    var parameters = call.parameters();
    var selectors = parameters.all("match[]");
    if (selectors.isEmpty()) {
      throw new FaultException(Fault.BAD_DATA, "no match[] parameter provided");
    }
    long start = parameters.time("start", Times.MIN);
    long end = parameters.time("end", Times.MAX);
    try {
      syntax.matchers(selectors, call).forEach(matchers -> store.delete(matchers, start, end));
    } catch (FaultException e) {
      throw e.fault() == Fault.BAD_DATA ? Parameters.invalid("match[]", e.getMessage()) : e;
    }
    return new Reply.Empty(204);
  }

  private Reply deletions(StoreAdmin store, Call call) {
    var all = store.deletions().stream().map(AdminEndpoints::deletion).toList();
    return Reply.data(Map.of("deletions", all));
  }

  private Reply undo(StoreAdmin store, Call call) {
    long id;
    try {
      id = Long.parseLong(call.variable());
    } catch (NumberFormatException e) {
      throw Parameters.invalid("id", "not a number: " + Go.quote(call.variable()));
    }
    return Reply.data(deletion(store.undoDeletion(id)));
  }

  private static Map<String, Object> deletion(Deletion deletion) {
    var data = new LinkedHashMap<String, Object>();
    data.put("id", Long.toString(deletion.id()));
    data.put("created", Times.rfc3339(deletion.created()));
    data.put("matchers", deletion.matchers().stream().map(Matcher::toString).toList());
    if (deletion.from() > Times.MIN) {
      data.put("minTime", deletion.from());
    }
    if (deletion.to() < Times.MAX) {
      data.put("maxTime", deletion.to());
    }
    data.put("numSeries", deletion.series());
    data.put("numBlocks", deletion.blocks());
    data.put("numBlocksLeft", deletion.blocksLeft());
    data.put("state", deletion.state().text());
    data.put(
        "undoable", deletion.state() == State.ACTIVE || deletion.state() == State.PARTLY_FINAL);
    return data;
  }

  private Reply clean(StoreAdmin store, Call call) {
    store.cleanTombstones();
    return new Reply.Empty(204);
  }

  private Reply snapshot(StoreAdmin store, Call call) {
    String skip = call.parameters().get("skip_head");
    boolean skipHead;
    try {
      skipHead = !skip.isEmpty() && Go.parseBool(skip);
    } catch (IllegalArgumentException e) {
      throw Parameters.invalid("skip_head", "unable to parse boolean: " + e.getMessage());
    }
    return Reply.data(Map.of("name", store.snapshot(skipHead)));
  }

  private Reply flush(StoreAdmin store, Call call) {
    store.flush();
    return new Reply.Empty(204);
  }
}
