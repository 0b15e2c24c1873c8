package io.narthex.query.http;

/**
 * What remote read may take.
 *
 * @param sampleLimit most samples of an answer that is no stream; 0 is no limit
 * @param concurrency requests that are answered at once; more wait
 * @param frameBytes about how large a frame of a stream may be
 */
public record RemoteReadOptions(long sampleLimit, int concurrency, int frameBytes) {
  /** Prometheus' defaults. */
  public static final RemoteReadOptions DEFAULT = new RemoteReadOptions(50_000_000, 10, 1 << 20);

  public RemoteReadOptions {
    if (concurrency < 1 || frameBytes < 1 || sampleLimit < 0) {
      throw new IllegalArgumentException(
          "concurrency and frameBytes must be positive, sampleLimit not negative");
    }
  }
}
