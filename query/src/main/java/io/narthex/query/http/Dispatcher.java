package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableChannel;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Takes a request from the event loop to an endpoint on a worker and its answer back. Only reading
 * the form and handing over parts of the answer happens on the event loop.
 */
final class Dispatcher {
  private static final Logger logger = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration GRACE = Duration.ofMillis(500);

  /** An answer of this size is written as a whole by the worker that computes it. */
  private static final int FIRST_PART = 384 * 1024;

  private static final byte[] NO_BYTES = new byte[0];
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final ApiOptions options;
  private final ServerFacts facts;
  private final HttpMetrics metrics;
  private final Workers queries;
  private final Workers lookups;
  private final Workers reads;

  Dispatcher(
      ApiServices services, ApiOptions options, Workers queries, Workers lookups, Workers reads) {
    this.options = options;
    this.facts = services.facts();
    this.metrics = services.httpMetrics();
    this.queries = queries;
    this.lookups = lookups;
    this.reads = reads;
  }

  /** An answer of which the first part is written. */
  private record Begun(
      Reply reply, String contentType, JsonBody body, JsonOut out, byte[] first, boolean more) {}

  /** What a request brings. */
  private record Input(Parameters parameters, byte[] body) {}

  /** What is noted of a request for the metrics; touched by one signal at a time. */
  private static final class Exchange {
    private final long arrivedNanos = System.nanoTime();
    private long bytes;
  }

  Publisher<Void> handle(
      HttpServerRequest request, HttpServerResponse response, RouteTable.Match match) {
    var route = match.route();
    if (request.method().equals(HttpMethod.OPTIONS)) {
      return route.isApi() ? allowOptions(request, response) : allowed(response, route);
    }
    if (route.isApi()) {
      allowOrigin(request, response);
    }
    if (route.methods().stream().noneMatch(verb -> verb.name().equals(request.method().name()))) {
      return notAllowed(response, route);
    }
    if (request.requestHeaders().contains(HttpHeaderNames.ACCEPT_ENCODING)) {
      response.compression(true); // which costs every answer a handler of its own
    }
    var exchange = new Exchange();
    var cancellation = new Cancellation();
    var progress = QueryProgress.keepingResult();
    boolean head = request.method().equals(HttpMethod.HEAD);
    return input(request, route)
        .flatMap(input -> begin(request, match, input, exchange, cancellation, progress))
        .onErrorResume(Dispatcher::isOfConnection, fault -> hangUp(request))
        .onErrorResume(fault -> Mono.just(begun(replyTo(fault, route))))
        .flatMap(begun -> send(response, begun, head, exchange))
        .doFinally(
            signal -> {
              progress.close();
              metrics.answered(
                  route.path(),
                  response.status().code(),
                  System.nanoTime() - exchange.arrivedNanos,
                  exchange.bytes);
            });
  }

  /** Answers a browser that asks whether another site's page may read answers. */
  Mono<Void> allowOptions(HttpServerRequest request, HttpServerResponse response) {
    allowOrigin(request, response);
    return response.status(204).send();
  }

  private static Mono<Void> allowed(HttpServerResponse response, Route route) {
    return response
        .status(200)
        .header(HttpHeaderNames.ALLOW, methods(route))
        .header(HttpHeaderNames.CONTENT_LENGTH, "0")
        .send();
  }

  private static String methods(Route route) {
    var allowed = new TreeSet<String>();
    route.methods().forEach(verb -> allowed.add(verb.name()));
    allowed.add(HttpMethod.OPTIONS.name());
    return String.join(", ", allowed);
  }

  private Mono<Begun> begin(
      HttpServerRequest request,
      RouteTable.Match match,
      Input input,
      Exchange exchange,
      Cancellation cancellation,
      QueryProgress progress) {
    var route = match.route();
    String accept = request.requestHeaders().get(HttpHeaderNames.ACCEPT, "");
    var call =
        new Call(
            input.parameters(),
            Parameters.decodePath(match.variable()),
            input.body(),
            accept,
            exchange.arrivedNanos,
            client(request),
            cancellation,
            progress);
    var state = facts.readiness().state();
    if (route.needsReady() && state != ServerFacts.State.READY) {
      return Mono.just(begun(new Reply.NotReady(state == ServerFacts.State.STOPPING)));
    }
    if (route.pool() == Route.Pool.INLINE) {
      return Mono.fromSupplier(() -> begun(route.endpoint().answer(call)));
    }
    var workers =
        switch (route.pool()) {
          case QUERY -> queries;
          case READ -> reads;
          default -> lookups;
        };
    var answer = workers.call(() -> begun(route.endpoint().answer(call)), cancellation);
    return Patience.with(answer, patience(call.parameters()), request);
  }

  private static String client(HttpServerRequest request) {
    var address = request.remoteAddress();
    return address == null ? "" : address.getHostString() + ":" + address.getPort();
  }

  /**
   * How long an answer is waited for: a little longer than the engine may take, whose own message
   * is better, but no longer even if all threads are taken.
   */
  private Duration patience(Parameters parameters) {
    var longest = options.queryTimeout();
    try {
      var asked = parameters.duration("timeout");
      if (asked != null && asked >= 0 && asked < longest.toMillis()) {
        longest = Duration.ofMillis(asked);
      }
    } catch (FaultException e) {
      logger.debug("the endpoint will refuse the timeout", e);
    }
    return longest.plus(GRACE);
  }

  private static Begun begun(Reply reply) {
    if (reply instanceof Reply.Json json) {
      return begun(reply, "application/json", json.body());
    }
    if (reply instanceof Reply.Text text) {
      return begun(reply, text.contentType(), text.body());
    }
    if (reply instanceof Reply.Bytes bytes) {
      return begun(reply, bytes.contentType(), bytes.body());
    }
    return new Begun(reply, "", out -> false, new JsonOut(), new byte[0], false);
  }

  /** Writes the first part; most answers have no other and are sent in one piece. */
  private static Begun begun(Reply reply, String contentType, JsonBody body) {
    var out = new JsonOut(FIRST_PART);
    boolean more = body.write(out);
    return new Begun(reply, contentType, body, more ? new JsonOut() : out, out.take(), more);
  }

  private Mono<Void> send(
      HttpServerResponse response, Begun begun, boolean head, Exchange exchange) {
    var reply = begun.reply();
    response.status(reply.status()).header("X-Content-Type-Options", "nosniff");
    if (reply instanceof Reply.Empty) {
      return response.send();
    }
    if (reply instanceof Reply.NotReady notReady) {
      response.header("X-Prometheus-Stopping", Boolean.toString(notReady.stopping()));
      return whole(response, PLAIN, "Service Unavailable".getBytes(UTF_8), head, exchange);
    }
    if (reply instanceof Reply.Whole whole) {
      return whole(response, whole.contentType(), whole.body(), head, exchange);
    }
    if (reply instanceof Reply.Events events) {
      return events(response, events.data(), exchange);
    }
    if (reply instanceof Reply.Bytes bytes) {
      response.compression(false);
      if (bytes.encoding() != null) {
        response.header(HttpHeaderNames.CONTENT_ENCODING, bytes.encoding());
      }
    }
    if (!begun.more()) {
      return whole(response, begun.contentType(), begun.first(), head, exchange);
    }
    response.header(HttpHeaderNames.CONTENT_TYPE, begun.contentType());
    return response.send(parts(begun, exchange)).then();
  }

  private static Mono<Void> whole(
      HttpServerResponse response, String type, byte[] body, boolean head, Exchange exchange) {
    response.header(HttpHeaderNames.CONTENT_TYPE, type);
    if (head) {
      return response.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(body.length)).send();
    }
    exchange.bytes = body.length;
    return response.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body))).then();
  }

  /** Each event goes out at once; those that the client does not take in time are left out. */
  private static Mono<Void> events(
      HttpServerResponse response, Flux<String> data, Exchange exchange) {
    response
        .compression(false)
        .header(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
        .header(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    var events =
        data.map(
            text -> {
              byte[] event = ("data: " + text + "\n\n").getBytes(UTF_8);
              exchange.bytes += event.length;
              return Unpooled.wrappedBuffer(event);
            });
    return response.send(events, event -> true).then();
  }

  /** The parts of a long answer, each written when the connection asks for it. */
  private static Flux<ByteBuf> parts(Begun begun, Exchange exchange) {
    exchange.bytes = begun.first().length;
    var body = begun.body();
    Flux<ByteBuf> rest =
        Flux.generate(
            sink -> {
              boolean more = body.write(begun.out());
              byte[] part = begun.out().take();
              exchange.bytes += part.length;
              sink.next(Unpooled.wrappedBuffer(part));
              if (!more) {
                sink.complete();
              }
            });
    return Flux.concat(
        Mono.fromSupplier(() -> Unpooled.wrappedBuffer(begun.first())),
        rest.subscribeOn(
            begun.reply() instanceof Reply.Bytes // which may be read from the disk
                ? Schedulers.boundedElastic()
                : Schedulers.parallel()));
  }

  /** The client broke off or was too slow: there is nobody to answer, and nothing to log. */
  private static boolean isOfConnection(Throwable fault) {
    return fault instanceof IOException
        || fault instanceof AbortedException
        || fault instanceof ChannelException; // time limits of requests among them
  }

  private static <T> Mono<T> hangUp(HttpServerRequest request) {
    request.withConnection(DisposableChannel::dispose);
    return Mono.empty();
  }

  private Reply replyTo(Throwable fault, Route route) {
    if (fault instanceof FaultException known) {
      return Reply.error(known.fault(), known.getMessage());
    }
    if (fault instanceof TimeoutException) {
      return Reply.error(Fault.TIMEOUT, "query timed out in query execution");
    }
    logger.error("{} failed unexpectedly", route.path(), fault);
    return Reply.error(Fault.INTERNAL, "unexpected error; the server's log has the details");
  }

  private Mono<Input> input(HttpServerRequest request, Route route) {
    String query = RouteTable.queryOf(request.uri());
    if (route.pool() == Route.Pool.READ) {
      return Patience.with(body(request), options.queryTimeout(), request)
          .map(body -> new Input(Parameters.of(query, ""), body.toByteArray()));
    }
    String type = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
    boolean form =
        !request.method().equals(HttpMethod.GET)
            && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    if (!form) {
      return Mono.fromSupplier(() -> new Input(Parameters.of(query, ""), NO_BYTES));
    }
    return Patience.with(body(request), options.queryTimeout(), request)
        .map(body -> new Input(Parameters.of(query, body.toString(UTF_8)), NO_BYTES));
  }

  private Mono<ByteArrayOutputStream> body(HttpServerRequest request) {
    return request.receive().asByteArray().collect(ByteArrayOutputStream::new, this::gather);
  }

  private void gather(ByteArrayOutputStream body, byte[] part) {
    if (body.size() + part.length > options.maxFormBytes()) {
      throw new FaultException(
          Fault.TOO_LARGE, "the body is larger than " + options.maxFormBytes() + " bytes");
    }
    body.writeBytes(part);
  }

  private void allowOrigin(HttpServerRequest request, HttpServerResponse response) {
    response.header(HttpHeaderNames.VARY, "Origin");
    String origin = request.requestHeaders().get(HttpHeaderNames.ORIGIN);
    if (origin != null && options.corsOrigin().matcher(origin).matches()) {
      response
          .header("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin")
          .header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
          .header("Access-Control-Allow-Origin", origin)
          .header("Access-Control-Expose-Headers", "Date");
    }
  }

  private static Mono<Void> notAllowed(HttpServerResponse response, Route route) {
    response.status(405).header(HttpHeaderNames.ALLOW, methods(route));
    byte[] text = "Method Not Allowed\n".getBytes(UTF_8);
    return whole(response, PLAIN, text, false, new Exchange());
  }
}
