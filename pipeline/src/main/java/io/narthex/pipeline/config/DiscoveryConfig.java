package io.narthex.pipeline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One entry of a {@code *_sd_configs} list that this build can serve. */
public sealed interface DiscoveryConfig extends Serializable {

  /** {@code static_configs}: the groups themselves. */
  record Static(List<TargetGroup> groups) implements DiscoveryConfig {
    public Static {
      groups = List.copyOf(groups);
    }
  }

  /**
   * {@code file_sd_configs}.
   *
   * @param files absolute paths; the last part may hold one {@code *}
   * @param refresh how often they are read again besides being watched
   */
  record Files(List<String> files, Duration refresh) implements DiscoveryConfig {
    public Files {
      files = List.copyOf(files);
    }
  }

  /** {@code http_sd_configs}. */
  record Http(String url, Duration refresh, HttpClientConfig client) implements DiscoveryConfig {}

  /**
   * {@code dns_sd_configs}.
   *
   * @param names what is looked up; those without a dot at the end also in the search domains
   * @param port of targets whose records have none, which are all but SRV
   */
  record Dns(List<String> names, RecordType type, int port, Duration refresh)
      implements DiscoveryConfig {
    public Dns {
      names = List.copyOf(names);
    }

    /** Types of records that say where targets are. */
    public enum RecordType {
      SRV,
      A,
      AAAA,
      MX,
      NS
    }
  }

  /**
   * Targets that share labels.
   *
   * @param targets addresses, each as host:port
   * @param labels names to values
   * @param source where the group comes from, unique in its discovery
   */
  record TargetGroup(List<String> targets, Map<String, String> labels, String source)
      implements Serializable {
    public TargetGroup {
      targets = List.copyOf(targets);
      labels = Map.copyOf(labels);
    }
  }
}
