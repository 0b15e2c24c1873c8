package io.narthex.pipeline.config;

import io.narthex.pipeline.model.RelabelRule;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads entries of {@code remote_write} and {@code remote_read}. */
final class RemoteReader {
  static final String EMPTY_WRITE = "empty or null remote write config section";
  static final String EMPTY_READ = "empty or null remote read config section";

  private static final String V1 = "prometheus.WriteRequest";
  private static final String V2 = "io.prometheus.write.v2.Request";
  private static final int MAX_FRAME_BYTES = 50_000_000;

  /** Headers that the protocols and SigV4 set themselves. */
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "content-encoding",
          "content-length",
          "content-type",
          "user-agent",
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "www-authenticate",
          "accept-encoding",
          "x-prometheus-remote-write-version",
          "x-prometheus-remote-read-version",
          "x-amz-date",
          "x-amz-security-token",
          "x-amz-content-sha256");

  private RemoteReader() {}

  static RemoteWriteConfig write(Section s, boolean utf8Names) {
    Url url = s.url("url");
    Duration timeout = s.duration("remote_timeout", Duration.ofSeconds(30));
    Map<String, String> headers =
        headers(
            s,
            "authorization header must be changed via the basic_auth, authorization, oauth2, sigv4,"
                + " azuread or google_iam parameter");
    List<RelabelRule> rules =
        RelabelReader.read(
            s,
            "write_relabel_configs",
            "empty or null relabeling rule in remote write config",
            utf8Names);
    String name = s.text("name", "");
    boolean exemplars = s.flag("send_exemplars", false);
    boolean histograms = s.flag("send_native_histograms", false);
    boolean roundRobin = s.flag("round_robin_dns", false);
    String message =
        s.oneOf(
            "protobuf_message",
            V1,
            List.of(V1, V2),
            word ->
                "invalid protobuf_message value: unknown type for remote write protobuf message "
                    + word
                    + ", supported: "
                    + V1
                    + ", "
                    + V2);
    Value logging = s.value("failed_request_logging");
    if (logging != null) {
      s.context().unsupported(logging.node(), "failed_request_logging", s.path());
    }
    HttpClientConfig client = HttpClientReader.read(s, false);
    RemoteWriteConfig.Queue queue = queue(s.sectionOrEmpty("queue_config"));
    RemoteWriteConfig.Metadata metadata = metadata(s.sectionOrEmpty("metadata_config"));
    CloudIdentity.read(s, "sigv4", "azuread", "google_iam");
    s.require("url", "url for remote_write is empty");
    return new RemoteWriteConfig(
        textOf(url),
        name,
        timeout,
        headers,
        rules,
        exemplars,
        histograms,
        roundRobin,
        message.equals(V2),
        client,
        queue,
        metadata);
  }

  static RemoteReadConfig read(Section s) {
    Url url = s.url("url");
    Duration timeout = s.duration("remote_timeout", Duration.ofMinutes(1));
    long frame = s.count("chunked_read_limit", MAX_FRAME_BYTES);
    Map<String, String> headers =
        headers(
            s,
            "authorization header must be changed via the basic_auth, authorization or oauth2"
                + " parameter");
    boolean recent = s.flag("read_recent", false);
    String name = s.text("name", "");
    HttpClientConfig client = HttpClientReader.read(s);
    Map<String, String> matchers = s.textMap("required_matchers", "label name", "label value");
    boolean external = s.flag("filter_external_labels", true);
    s.require("url", "url for remote_read is empty");
    return new RemoteReadConfig(
        textOf(url), name, timeout, frame, headers, recent, client, matchers, external);
  }

  /** Headers that a client adds; the ones it sets itself are refused. */
  static Map<String, String> headers(Section s, String authorizationFault) {
    Map<String, String> headers = s.textMap("headers", "header name", "header value");
    for (String name : headers.keySet()) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.equals("authorization")) {
        s.fault("headers", authorizationFault);
      } else if (RESERVED.contains(lower)) {
        s.fault("headers", name + " is a reserved header. It must not be changed");
      }
    }
    return headers;
  }

  private static RemoteWriteConfig.Queue queue(Section s) {
    var queue =
        new RemoteWriteConfig.Queue(
            s.whole("capacity", 10_000),
            s.whole("max_shards", 50),
            s.whole("min_shards", 1),
            s.whole("max_samples_per_send", 2_000),
            s.duration("batch_send_deadline", Duration.ofSeconds(5)),
            s.duration("min_backoff", Duration.ofMillis(30)),
            s.duration("max_backoff", Duration.ofSeconds(5)),
            s.flag("retry_on_http_429", false),
            s.duration("sample_age_limit", Duration.ZERO));
    positive(s, "max_samples_per_send", queue.maxSamplesPerSend());
    positive(s, "max_shards", queue.maxShards());
    positive(s, "min_shards", queue.minShards());
    positive(s, "capacity", queue.capacity());
    if (queue.minShards() > queue.maxShards()) {
      s.fault("min_shards", "remote write queue min_shards must not be greater than max_shards");
    }
    if (queue.maxBackoff().compareTo(queue.minBackoff()) < 0) {
      s.fault("max_backoff", "remote write queue max_backoff must not be less than min_backoff");
    }
    return queue;
  }

  private static void positive(Section s, String key, int number) {
    if (number <= 0) {
      s.fault(key, "remote write queue " + key + " must be positive");
    }
  }

  private static RemoteWriteConfig.Metadata metadata(Section s) {
    return new RemoteWriteConfig.Metadata(
        s.shownFlag("send", true),
        s.duration("send_interval", Duration.ofMinutes(1)),
        s.count("max_samples_per_send", 2_000));
  }

  private static String textOf(@Nullable Url url) {
    return url == null ? "" : url.text();
  }
}
