package io.narthex.sources.discovery;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.util.List;
import reactor.core.publisher.Flux;

/** Turns discovery configurations into streams of what they find. */
public final class Discoveries {
  private Discoveries() {}

  /**
   * What a discovery finds: each element is everything it knows at that time. Cold and endless; a
   * source that cannot be read keeps what was found last, and one that could not be read so far
   * says nothing, so that an empty list always means that there is nothing. File and HTTP work runs
   * on threads of their own, the DNS is asked on event loops.
   */
  public static Flux<List<TargetGroup>> of(DiscoveryConfig config, DiscoveryMetrics metrics) {
    if (config instanceof DiscoveryConfig.Static fixed) {
      return Flux.just(fixed.groups()).concatWith(Flux.never());
    }
    if (config instanceof DiscoveryConfig.Files files) {
      return new FileDiscovery(files, metrics).groups();
    }
    if (config instanceof DiscoveryConfig.Http http) {
      return new HttpDiscovery(http, metrics).groups();
    }
    if (config instanceof DiscoveryConfig.Dns dns) {
      return new DnsDiscovery(
              dns, metrics, () -> ResolvConf.read(ResolvConf.PATH), DnsDiscovery.TIMEOUT)
          .groups();
    }
    throw new IllegalArgumentException("no discovery for " + config.getClass().getSimpleName());
  }
}
