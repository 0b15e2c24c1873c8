package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code /api/v1/query_live}: an instant query as server-sent events. Each event is what {@code
 * /api/v1/query} would answer at that moment: one at once, then one whenever samples of the
 * selected series have arrived, and one every fifteen seconds without them. A client that does not
 * keep up gets fewer events, each of them new.
 */
final class LiveQueryEndpoint {
  private static final Logger logger = LoggerFactory.getLogger(LiveQueryEndpoint.class);
  private static final long DEFAULT_INTERVAL = 250;
  private static final long LEAST_INTERVAL = 50;
  private static final int MAX_EVENT_BYTES = 16 << 20;

  private final LiveQueries live;
  private final QueryEndpoints queries;
  private final QuerySyntax syntax;
  private final Workers workers;

  LiveQueryEndpoint(
      LiveQueries live,
      QueryEndpoints queries,
      ApiOptions options,
      AnswerMemory memory,
      Workers workers) {
    this.live = live;
    this.queries = queries;
    this.syntax = new QuerySyntax(options.language(), memory);
    this.workers = workers;
  }

  List<Route> routes() {
    return List.of(Route.query("/api/v1/query_live", this::follow));
  }

  private Reply follow(Call call) {
    var parameters = call.parameters();
    if (!parameters.get("time").isEmpty()) {
      throw Parameters.invalid("time", "a live query is always for now");
    }
    Long asked = parameters.duration("min_interval");
    long interval = asked == null ? DEFAULT_INTERVAL : Math.max(LEAST_INTERVAL, asked);
    var asJson = call.asJson();
    String first = first(asJson); // what is wrong with the query is an ordinary answer
    var follower = live.follow(syntax.selectors(parameters.get("query"), call));
    var left = new AtomicBoolean();
    call.progress()
        .onClose(
            () -> {
              if (left.compareAndSet(false, true)) {
                follower.close();
              }
            });
    Mono<String> next = Mono.defer(() -> evaluate(asJson));
    return new Reply.Events(events(first, follower.each(Duration.ofMillis(interval), next)));
  }

  /** All events; the first one is let go once it is handed over, as the stream may last. */
  static Flux<String> events(String first, Flux<String> further) {
    var held = new AtomicReference<@Nullable String>(first);
    return Flux.concat(Mono.fromSupplier(() -> held.getAndSet(null)), further);
  }

  /**
   * The first event; what its evaluation held is free before the stream, which may last, begins.
   */
  private String first(Call call) {
    try (var progress = QueryProgress.keepingResult()) {
      return event(call.again(call.arrivedNanos(), call.cancellation(), progress));
    }
  }

  private Mono<String> evaluate(Call first) {
    var cancellation = new Cancellation();
    return workers
        .call(
            () -> {
              try (var progress = QueryProgress.keepingResult()) {
                return event(first.again(System.nanoTime(), cancellation, progress));
              }
            },
            cancellation)
        .onErrorResume(RuntimeException.class, e -> Mono.just(error(e)));
  }

  private static String error(RuntimeException e) {
    if (e instanceof FaultException fault) {
      return text(Envelope.error(fault.fault(), fault.getMessage()));
    }
    logger.error("a live query failed unexpectedly", e);
    return text(
        Envelope.error(Fault.INTERNAL, "unexpected error; the server's log has the details"));
  }

  private String event(Call call) {
    var reply = queries.query(call);
    if (!(reply instanceof Reply.Json json)) {
      throw new IllegalStateException("the answer of a live query is JSON");
    }
    return text(json.body());
  }

  private static String text(JsonBody body) {
    var out = new JsonOut();
    var text = new StringBuilder();
    boolean more = true;
    while (more) {
      more = body.write(out);
      text.append(new String(out.take(), UTF_8));
      if (text.length() > MAX_EVENT_BYTES) {
        throw new FaultException(
            Fault.EXECUTION,
            "the answer is larger than " + MAX_EVENT_BYTES + " bytes, too large for live events");
      }
    }
    return text.toString();
  }
}
