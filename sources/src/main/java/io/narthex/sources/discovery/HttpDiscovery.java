package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.TargetGroups.Format;
import io.narthex.pipeline.http.LiveHttpClient;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Asks a URL for target groups, again and again. An answer counts if its status is 200 and its type
 * is JSON; after any other the groups found last stay.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/http_sd/">the protocol</a>
 */
final class HttpDiscovery {
  /** The label that tells which URL a target is from. */
  static final String URL_LABEL = "__meta_url";

  private static final Logger LOG = LoggerFactory.getLogger(HttpDiscovery.class);
  private static final Pattern JSON =
      Pattern.compile(
          "application/json(;\\s*charset=(\"utf-8\"|utf-8))?", Pattern.CASE_INSENSITIVE);
  private static final int MOST_BYTES = 256 << 20;
  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(1);

  private final DiscoveryConfig.Http config;
  private final DiscoveryMetrics metrics;
  private final LiveHttpClient client;

  HttpDiscovery(DiscoveryConfig.Http config, DiscoveryMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
    this.client = new LiveHttpClient(config.client());
  }

  /** The groups at each change; nothing before the first answer that counts. */
  Flux<List<TargetGroup>> groups() {
    return Flux.interval(Duration.ZERO, config.refresh())
        .onBackpressureDrop()
        .concatMap(tick -> client.get().flatMap(this::refresh).onErrorResume(this::keep), 0)
        .distinctUntilChanged();
  }

  private Mono<List<TargetGroup>> refresh(HttpClient client) {
    var timeout = config.refresh().compareTo(LEAST_TIMEOUT) < 0 ? LEAST_TIMEOUT : config.refresh();
    String seconds = String.valueOf(config.refresh().toMillis() / 1000.0);
    return client
        .headers(
            headers ->
                headers
                    .set(HttpHeaderNames.ACCEPT, "application/json")
                    .set("X-Prometheus-Refresh-Interval-Seconds", seconds))
        .get()
        .uri(config.url())
        .response(this::answer)
        .next()
        .publishOn(Schedulers.boundedElastic())
        .map(
            text ->
                DiscoveredGroups.read(
                    text, config.url(), Format.JSON, Map.entry(URL_LABEL, config.url())))
        .timeout(timeout);
  }

  private Mono<String> answer(HttpClientResponse response, ByteBufFlux body) {
    int status = response.status().code();
    String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
    if (status != 200) {
      return Mono.error(
          new IllegalStateException("server returned HTTP status " + response.status()));
    }
    if (!JSON.matcher(type.strip()).matches()) {
      return Mono.error(new IllegalStateException("unsupported content type \"" + type + "\""));
    }
    return Bodies.read(body, MOST_BYTES).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private Mono<List<TargetGroup>> keep(Throwable error) {
    metrics.httpFailure();
    LOG.warn(
        "cannot discover targets at {}, keeping those known: {}", config.url(), error.toString());
    return Mono.empty();
  }
}
