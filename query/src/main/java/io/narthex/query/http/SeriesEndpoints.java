package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import java.util.List;
import java.util.function.BiConsumer;

/** Which series, label names and label values there are. */
final class SeriesEndpoints {
  /** What a series takes in a list, estimated. */
  private static final long SERIES_BYTES = 256;

  /** What a name or a value takes in a list, estimated; most are shared with the index. */
  static final long TEXT_BYTES = 96;

  private final SampleStore store;
  private final QuerySyntax syntax;
  private final AnswerMemory memory;

  SeriesEndpoints(ApiServices services, ApiOptions options, AnswerMemory memory) {
    this.memory = memory;
    this.store = services.store();
    this.syntax = new QuerySyntax(options.language(), memory);
  }

  List<Route> routes() {
    return List.of(
        Route.form("/api/v1/labels", this::labels),
        Route.get("/api/v1/label/:name/values", this::values),
        Route.form("/api/v1/series", this::series));
  }

  private Reply labels(Call call) {
    var parameters = call.parameters();
    int limit = parameters.limit();
    long start = parameters.time("start", Times.MIN);
    long end = parameters.time("end", Times.MAX);
    var matchers = matchers(syntax, parameters.all("match[]"), call);
    var growth = memory.growing(call, TEXT_BYTES);
    var names = store.labelNames(new Lookup(matchers, start, end, oneMore(limit), growth));
    return list(names, limit, JsonOut::string);
  }

  private Reply values(Call call) {
    String name = EscapedNames.unescape(call.variable());
    if (name.isEmpty() || !Go.isUtf8(name)) {
      throw new FaultException(Fault.BAD_DATA, "invalid label name: " + Go.quote(name));
    }
    var parameters = call.parameters();
    int limit = parameters.limit();
    long start = parameters.time("start", Times.MIN);
    long end = parameters.time("end", Times.MAX);
    var matchers = matchers(syntax, parameters.all("match[]"), call);
    var growth = memory.growing(call, TEXT_BYTES);
    var values = store.labelValues(name, new Lookup(matchers, start, end, oneMore(limit), growth));
    return list(values, limit, JsonOut::string);
  }

  private Reply series(Call call) {
    var parameters = call.parameters();
    if (parameters.all("match[]").isEmpty()) {
      throw new FaultException(Fault.BAD_DATA, "no match[] parameter provided");
    }
    int limit = parameters.limit();
    long start = parameters.time("start", Times.MIN);
    long end = parameters.time("end", Times.MAX);
    List<List<Matcher>> matchers;
    try {
      matchers = matchers(syntax, parameters.all("match[]"), call);
    } catch (FaultException e) {
      throw e.fault() == Fault.BAD_DATA ? Parameters.invalid("match[]", e.getMessage()) : e;
    }
    int most = (int) Math.min(Integer.MAX_VALUE - 1, memory.limit() / SERIES_BYTES);
    int asked = oneMore(limit);
    int taken = asked == 0 ? most + 1 : Math.min(asked, most + 1);
    var growth = memory.growing(call, SERIES_BYTES);
    var all = store.series(new Lookup(matchers, start, end, taken, growth));
    if (all.size() > most) {
      throw new FaultException(
          Fault.TOO_MANY_SAMPLES,
          "more than " + most + " series; limit says how many are wanted, or match[] fewer");
    }
    growth.accept(all.size());
    return list(all, limit, JsonOut::labels);
  }

  /** The conditions of selectors, each of which must say what to take, not only what to leave. */
  static List<List<Matcher>> matchers(QuerySyntax syntax, List<String> selectors, Call call) {
    var sets = syntax.matchers(selectors, call);
    for (var set : sets) {
      if (set.stream().allMatch(Matcher::matchesEmpty)) {
        throw new FaultException(
            Fault.BAD_DATA, "match[] must contain at least one non-empty matcher");
      }
    }
    return sets;
  }

  /** One more than is to be shown, to see whether something is left out. */
  private static int oneMore(int limit) {
    return limit == 0 || limit == Integer.MAX_VALUE ? 0 : limit + 1;
  }

  private static <T> Reply list(List<T> all, int limit, BiConsumer<JsonOut, T> writer) {
    boolean truncated = limit > 0 && all.size() > limit;
    var shown = truncated ? all.subList(0, limit) : all;
    var warnings = truncated ? List.of(QueryEndpoints.TRUNCATED) : List.<String>of();
    return Reply.data(JsonBody.array(shown, writer), warnings, List.of());
  }
}
