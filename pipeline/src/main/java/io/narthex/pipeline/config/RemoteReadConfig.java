package io.narthex.pipeline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * One entry of {@code remote_read}.
 *
 * @param name may be empty
 * @param chunkedReadLimit most bytes of a frame
 * @param requiredMatchers labels that a selector must ask for, with their values
 */
public record RemoteReadConfig(
    String url,
    String name,
    Duration timeout,
    long chunkedReadLimit,
    Map<String, String> headers,
    boolean readRecent,
    HttpClientConfig client,
    Map<String, String> requiredMatchers,
    boolean filterExternalLabels)
    implements Serializable {

  public RemoteReadConfig {
    headers = Map.copyOf(headers);
    requiredMatchers = Map.copyOf(requiredMatchers);
  }
}
