package io.narthex.pipeline.config;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * {@code tracing}: where spans are sent.
 *
 * @param clientType {@code grpc} or {@code http}
 * @param samplingFraction 0 to 1
 * @param compression {@code gzip} or empty
 */
public record TracingConfig(
    String clientType,
    String endpoint,
    double samplingFraction,
    boolean insecure,
    HttpClientConfig.Tls tls,
    Map<String, String> headers,
    String compression,
    Duration timeout)
    implements Serializable {

  public TracingConfig {
    headers = Map.copyOf(headers);
  }
}
