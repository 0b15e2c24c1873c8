package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Looks names up in the DNS, again and again. A name that cannot be looked up keeps its last
 * targets; one that does not exist has none. Nothing is told before the first name was looked up.
 */
final class DnsDiscovery {
  /** How long a server may take for an answer. */
  static final Duration TIMEOUT = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(DnsDiscovery.class);
  private static final int AT_ONCE = 64;

  private final DiscoveryConfig.Dns config;
  private final DiscoveryMetrics metrics;
  private final Callable<ResolvConf> resolvConf;
  private final Duration timeout;

  /**
   * A discovery.
   *
   * @param resolvConf is read for each refresh; may block
   * @param timeout how long a server may take for an answer
   */
  DnsDiscovery(
      DiscoveryConfig.Dns config,
      DiscoveryMetrics metrics,
      Callable<ResolvConf> resolvConf,
      Duration timeout) {
    this.config = config;
    this.metrics = metrics;
    this.resolvConf = resolvConf;
    this.timeout = timeout;
  }

  Flux<List<TargetGroup>> groups() {
    return Flux.usingWhen(
            Mono.fromCallable(() -> new DnsLookup(timeout))
                .subscribeOn(Schedulers.boundedElastic()),
            this::follow,
            lookup -> Mono.fromRunnable(lookup::close))
        .distinctUntilChanged();
  }

  private Flux<List<TargetGroup>> follow(DnsLookup lookup) {
    var known = new HashMap<String, List<TargetGroup>>();
    return Flux.interval(Duration.ZERO, config.refresh())
        .onBackpressureDrop()
        .concatMap(tick -> refresh(lookup, known), 0);
  }

  /** All names at once, up to a bound; {@code known} is only touched by one refresh at a time. */
  private Mono<List<TargetGroup>> refresh(DnsLookup lookup, Map<String, List<TargetGroup>> known) {
    var names = new LinkedHashSet<>(config.names());
    var conf = Mono.fromCallable(resolvConf).subscribeOn(Schedulers.boundedElastic()).cache();
    return Flux.fromIterable(names)
        .flatMap(
            name ->
                conf.flatMap(read -> lookup.targets(name, config.type(), read))
                    .map(found -> Map.entry(name, DnsTarget.groups(found, name, config)))
                    .doOnSubscribe(subscription -> metrics.dnsLookup())
                    .onErrorResume(error -> keep(name, error)),
            AT_ONCE)
        .collectList()
        .mapNotNull(
            found -> {
              found.forEach(entry -> known.put(entry.getKey(), entry.getValue()));
              if (known.isEmpty()) {
                return null; // no name has been looked up so far
              }
              return names.stream()
                  .flatMap(name -> known.getOrDefault(name, List.of()).stream())
                  .toList();
            });
  }

  private Mono<Map.Entry<String, List<TargetGroup>>> keep(String name, Throwable error) {
    metrics.dnsFailure();
    LOG.warn("cannot look up {}, keeping its targets: {}", name, error.toString());
    return Mono.empty();
  }
}
