package io.narthex.pipeline.config;

import io.narthex.pipeline.model.RelabelRule;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code remote_write}.
 *
 * @param name may be empty
 * @param version2 whether {@code io.prometheus.write.v2.Request} is sent
 */
public record RemoteWriteConfig(
    String url,
    String name,
    Duration timeout,
    Map<String, String> headers,
    List<RelabelRule> relabelRules,
    boolean sendExemplars,
    boolean sendNativeHistograms,
    boolean roundRobinDns,
    boolean version2,
    HttpClientConfig client,
    Queue queue,
    Metadata metadata)
    implements Serializable {

  public RemoteWriteConfig {
    headers = Map.copyOf(headers);
    relabelRules = List.copyOf(relabelRules);
  }

  /**
   * How samples wait and are sent.
   *
   * @param capacity samples per shard
   * @param sampleAgeLimit older samples are not sent; zero is no limit
   */
  public record Queue(
      int capacity,
      int maxShards,
      int minShards,
      int maxSamplesPerSend,
      Duration batchSendDeadline,
      Duration minBackoff,
      Duration maxBackoff,
      boolean retryOnRateLimit,
      Duration sampleAgeLimit)
      implements Serializable {}

  /** Whether and how often metadata is sent. */
  public record Metadata(boolean send, Duration sendInterval, int maxSamplesPerSend)
      implements Serializable {}
}
