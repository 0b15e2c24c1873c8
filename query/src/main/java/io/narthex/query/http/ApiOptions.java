package io.narthex.query.http;

import io.narthex.query.promql.parse.ParseOptions;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
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
    return but(draft -> draft.adminApi = enabled);
  }

  /** The same with other bounds for queries. */
  public ApiOptions withQueries(int concurrency, int queued, Duration timeout) {
    return but(
        draft -> {
          draft.maxConcurrency = concurrency;
          draft.maxQueued = queued;
          draft.queryTimeout = timeout;
        });
  }

  /** The same for another place. */
  public ApiOptions withPlace(URI url, int port) {
    return but(
        draft -> {
          draft.externalUrl = url;
          draft.listenPort = port;
        });
  }

  public ApiOptions withCorsOrigin(Pattern origin) {
    return but(draft -> draft.corsOrigin = origin);
  }

  public ApiOptions withLookback(Duration longest) {
    return but(draft -> draft.lookback = longest);
  }

  /** The same with other limits of remote read. */
  public ApiOptions withRemoteRead(RemoteReadOptions limits) {
    return but(draft -> draft.remoteRead = limits);
  }

  /** The same with another bound for live queries. */
  public ApiOptions withMaxLive(int followers) {
    return but(draft -> draft.maxLive = followers);
  }

  /** The same with another bound for searches. */
  public ApiOptions withMaxSearchLimit(int results) {
    return but(draft -> draft.maxSearchLimit = results);
  }

  private ApiOptions but(Consumer<Draft> change) {
    var draft = new Draft(this);
    change.accept(draft);
    return draft.finished();
  }

  /** Options that can be changed one by one. */
  private static final class Draft {
    private Pattern corsOrigin;
    private boolean adminApi;
    private ParseOptions language;
    private int maxConcurrency;
    private int maxQueued;
    private Duration queryTimeout;
    private Duration lookback;
    private int maxFormBytes;
    private int maxLive;
    private int maxSearchLimit;
    private RemoteReadOptions remoteRead;
    private URI externalUrl;
    private int listenPort;

    Draft(ApiOptions from) {
      corsOrigin = from.corsOrigin;
      adminApi = from.adminApi;
      language = from.language;
      maxConcurrency = from.maxConcurrency;
      maxQueued = from.maxQueued;
      queryTimeout = from.queryTimeout;
      lookback = from.lookback;
      maxFormBytes = from.maxFormBytes;
      maxLive = from.maxLive;
      maxSearchLimit = from.maxSearchLimit;
      remoteRead = from.remoteRead;
      externalUrl = from.externalUrl;
      listenPort = from.listenPort;
    }

    ApiOptions finished() {
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
          externalUrl,
          listenPort);
    }
  }
}
