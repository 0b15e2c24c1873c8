package io.narthex.sources.scrape;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.http.HttpClients;
import io.narthex.pipeline.http.LiveHttpClient;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Fetches over HTTP. The body is gathered as it came; unpacking it is not the event loop's work.
 */
final class HttpFetcher implements Fetcher {
  private static final int COMPRESSION_SLACK = 1 << 10; // gzip makes incompressible bytes more

  private final BufferPool buffers;
  private final long maxBodyBytes;
  private final Map<HttpClientConfig, LiveHttpClient> clients = new ConcurrentHashMap<>();

  HttpFetcher(BufferPool buffers, long maxBodyBytes) {
    this.buffers = buffers;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public Mono<Body> fetch(TargetSplit target) {
    return clients
        .computeIfAbsent(target.config().client(), LiveHttpClient::new)
        .get()
        .flatMap(client -> request(client, target).next())
        .onErrorMap(error -> FetchFaults.described(error, target.url()));
  }

  @Override
  public void retain(Iterable<TargetSplit> targets) {
    Set<HttpClientConfig> used = new HashSet<>();
    targets.forEach(target -> used.add(target.config().client()));
    clients.keySet().retainAll(used);
  }

  private Flux<Body> request(HttpClient client, TargetSplit target) {
    var config = target.config();
    String accept = Expositions.accept(config);
    String encoding = config.enableCompression() ? "gzip" : "identity";
    String timeout = seconds(target.timeout().toMillis());
    long most =
        config.bodySizeLimit() > 0 ? Math.min(config.bodySizeLimit(), maxBodyBytes) : maxBodyBytes;
    var request =
        client
            .headers(
                headers ->
                    headers
                        .set(HttpHeaderNames.ACCEPT, accept)
                        .set(HttpHeaderNames.ACCEPT_ENCODING, encoding)
                        .set("X-Prometheus-Scrape-Timeout-Seconds", timeout))
            .get();
    return HttpClients.at(request, target.url())
        .response((response, body) -> answer(response, body, most));
  }

  private Mono<Body> answer(HttpClientResponse response, ByteBufFlux body, long most) {
    int status = response.status().code();
    if (status != 200) {
      String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
      return Mono.error(
          new ScrapeException("server returned HTTP status " + status + " " + reason));
    }
    var headers = response.responseHeaders();
    boolean gzip =
        "gzip".equalsIgnoreCase(headers.get(HttpHeaderNames.CONTENT_ENCODING, "").strip());
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    var gathered = new Gathered(mostBytes(most, gzip));
    return body.doOnNext(gathered::add)
        .then(Mono.fromSupplier(() -> new Body(gathered.bytes, gathered.length, gzip, type)));
  }

  /** What a gzip may take at most if the body is bounded by {@code limit}. */
  static long mostBytes(long limit, boolean gzip) {
    return Math.min(gzip ? limit + COMPRESSION_SLACK : limit, Integer.MAX_VALUE - 64);
  }

  static String seconds(long millis) {
    return millis % 1000 == 0 ? String.valueOf(millis / 1000) : String.valueOf(millis / 1000.0);
  }

  /** The body so far; only touched on the connection's event loop, then handed over. */
  private final class Gathered {
    private final long most;
    private byte[] bytes = buffers.take();
    private int length;

    Gathered(long most) {
      this.most = most;
    }

    void add(ByteBuf part) {
      int more = part.readableBytes();
      bytes = BufferPool.grow(bytes, length, (long) length + more, most);
      part.getBytes(part.readerIndex(), bytes, length, more);
      length += more;
    }
  }
}
