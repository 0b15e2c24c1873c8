package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;

/**
 * A client that is made anew when the files of its certificates change, as they do when short-lived
 * certificates are renewed. Connections that are open keep theirs.
 *
 * <p>While changed files cannot be used, a certificate without its new key for example, the client
 * of before stays.
 */
public final class LiveHttpClient {
  /** How long files are taken as unchanged after a look at them. */
  static final Duration LOOK = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(LiveHttpClient.class);
  private static final FileTime MISSING = FileTime.fromMillis(Long.MIN_VALUE);

  private final HttpClientConfig config;
  private final Clock clock;
  private volatile @Nullable Made made;

  private record Made(HttpClient client, Map<String, FileTime> files, long lookedAt) {}

  public LiveHttpClient(HttpClientConfig config) {
    this(config, Clock.systemUTC());
  }

  LiveHttpClient(HttpClientConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
  }

  /**
   * The client of now. Files are read on a thread that may block; a fault in the first use of them
   * is an {@link IllegalArgumentException}, and the next call tries again.
   */
  public Mono<HttpClient> get() {
    return Mono.defer(
        () -> {
          var now = made;
          return now != null && (now.files().isEmpty() || !isOld(now))
              ? Mono.just(now.client())
              : Mono.fromCallable(this::look).subscribeOn(Schedulers.boundedElastic());
        });
  }

  private boolean isOld(Made at) {
    long age = clock.millis() - at.lookedAt();
    return age < 0 || age >= LOOK.toMillis();
  }

  private synchronized HttpClient look() {
    var before = made;
    if (before != null && !isOld(before)) {
      return before.client();
    }
    long now = clock.millis();
    var files = files();
    HttpClient client;
    if (before == null) {
      client = HttpClients.create(config);
    } else {
      client = files.equals(before.files()) ? before.client() : changed(before.client());
    }
    made = new Made(client, files, now);
    return client;
  }

  private HttpClient changed(HttpClient before) {
    try {
      return HttpClients.create(config);
    } catch (IllegalArgumentException e) {
      LOG.warn("changed certificates cannot be used, those of before stay: {}", e.getMessage());
      return before;
    }
  }

  private Map<String, FileTime> files() {
    var files = new LinkedHashMap<String, FileTime>();
    add(files, config.tls());
    var oauth2 = config.oauth2();
    if (oauth2 != null) {
      add(files, oauth2.tls());
    }
    return files;
  }

  private static void add(Map<String, FileTime> files, HttpClientConfig.Tls tls) {
    add(files, tls.caFile());
    add(files, tls.certFile());
    add(files, tls.keyFile());
  }

  private static void add(Map<String, FileTime> files, @Nullable String file) {
    if (file != null) {
      files.put(file, changedAt(file));
    }
  }

  private static FileTime changedAt(String file) {
    try {
      return Files.getLastModifiedTime(Path.of(file));
    } catch (IOException e) {
      return MISSING; // what reads it tells
    }
  }
}
