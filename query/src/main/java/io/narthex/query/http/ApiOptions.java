package io.narthex.query.http;

import io.narthex.query.promql.parse.ParseOptions;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Settings of the API.
 *
 * @param corsOrigin origins of other sites' pages that may read answers; must match as a whole
 * @param adminApi whether the administration endpoints answer
 * @param language parts of PromQL that are understood
 * @param maxConcurrency queries that run at once
 * @param maxQueued queries that wait at most; more are refused
 * @param queryTimeout after which a query is given up; a request may ask for less
 * @param lookback how old the newest sample of a federated series may be
 * @param maxFormBytes largest form
 * @param externalUrl under which users reach the server
 * @param maxLive most followers of live queries
 * @param maxSearchLimit most results that a search may ask for
 * @param remoteRead limits of remote read
 * @param listenPort on which it listens, to recognise itself among its targets
 */
public record ApiOptions(
    Pattern corsOrigin,
    boolean adminApi,
    ParseOptions language,
    int maxConcurrency,
    int maxQueued,
    Duration queryTimeout,
    Duration lookback,
    int maxFormBytes,
    int maxLive,
    int maxSearchLimit,
    RemoteReadOptions remoteRead,
    URI externalUrl,
    int listenPort) {

  /** Prometheus' defaults; queries up to ten times the number of those that run may wait. */
  public static final ApiOptions DEFAULT =
      new ApiOptions(
          Pattern.compile(".*"),
          false,
          ParseOptions.DEFAULT,
          20,
          200,
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          10 << 20,
          50,
          10_000,
          RemoteReadOptions.DEFAULT,
          URI.create("http://localhost:9090/"),
          9090);

  public ApiOptions {
    if (maxConcurrency < 1 || maxQueued < 1 || maxFormBytes < 1) {
      throw new IllegalArgumentException(
          "maxConcurrency, maxQueued and maxFormBytes must be positive");
    }
  }

  public ApiOptions withAdminApi(boolean enabled) {
    return new ApiOptions(
        corsOrigin,
        enabled,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        remoteRead,
        externalUrl,
        listenPort);
  }

  /** The same with other bounds for queries. */
  public ApiOptions withQueries(int concurrency, int queued, Duration timeout) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        concurrency,
        queued,
        timeout,
        lookback,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        remoteRead,
        externalUrl,
        listenPort);
  }

  /** The same for another place. */
  public ApiOptions withPlace(URI url, int port) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        remoteRead,
        url,
        port);
  }

  public ApiOptions withCorsOrigin(Pattern origin) {
    return new ApiOptions(
        origin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        remoteRead,
        externalUrl,
        listenPort);
  }

  public ApiOptions withLookback(Duration longest) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        longest,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        remoteRead,
        externalUrl,
        listenPort);
  }

  /** The same with other limits of remote read. */
  public ApiOptions withRemoteRead(RemoteReadOptions limits) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        maxLive,
        maxSearchLimit,
        limits,
        externalUrl,
        listenPort);
  }

  /** The same with another bound for live queries. */
  public ApiOptions withMaxLive(int followers) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        followers,
        maxSearchLimit,
        remoteRead,
        externalUrl,
        listenPort);
  }

  /** The same with another bound for searches. */
  public ApiOptions withMaxSearchLimit(int results) {
    return new ApiOptions(
        corsOrigin,
        adminApi,
        language,
        maxConcurrency,
        maxQueued,
        queryTimeout,
        lookback,
        maxFormBytes,
        maxLive,
        results,
        remoteRead,
        externalUrl,
        listenPort);
  }
}
