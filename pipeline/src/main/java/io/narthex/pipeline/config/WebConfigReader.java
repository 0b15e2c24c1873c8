package io.narthex.pipeline.config;

import io.narthex.pipeline.config.WebConfig.ClientAuth;
import io.narthex.pipeline.config.WebConfig.RateLimit;
import io.narthex.pipeline.config.WebConfig.Tls;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the sections of a web configuration. */
final class WebConfigReader {
  private static final List<String> VERSIONS = List.of("TLS10", "TLS11", "TLS12", "TLS13");
  private static final List<String> CURVES =
      List.of("CurveP256", "CurveP384", "CurveP521", "X25519");

  private static final Map<String, ClientAuth> CLIENT_AUTH =
      Map.of(
          "NoClientCert", ClientAuth.NONE,
          "RequestClientCert", ClientAuth.REQUEST,
          "RequireAnyClientCert", ClientAuth.REQUIRE_ANY,
          "RequireClientCert", ClientAuth.REQUIRE_ANY, // the name before
          "VerifyClientCertIfGiven", ClientAuth.VERIFY_IF_GIVEN,
          "RequireAndVerifyClientCert", ClientAuth.REQUIRE_AND_VERIFY);

  /** Suites that can be named; those of TLS 1.3 are always on. */
  private static final List<String> CIPHER_SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_RSA_WITH_AES_128_CBC_SHA",
          "TLS_RSA_WITH_AES_256_CBC_SHA",
          "TLS_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_256_GCM_SHA384");

  /** The suites of which HTTP/2 over TLS 1.2 needs one. */
  private static final List<String> HTTP2_SUITES =
      List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");

  /** Headers that can be added, and the values they may have; none listed means any. */
  private static final Map<String, List<String>> HEADERS =
      Map.of(
          "Strict-Transport-Security", List.of(),
          "X-Content-Type-Options", List.of("nosniff"),
          "X-Frame-Options", List.of("deny", "sameorigin"),
          "X-XSS-Protection", List.of(),
          "Content-Security-Policy", List.of());

  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[abxy]?\\$(0[4-9]|[12][0-9]|3[01])\\$[./A-Za-z0-9]{53}");

  private final String file;
  private final Section section;

  WebConfigReader(String file, Section section) {
    this.file = file;
    this.section = section;
  }

  WebConfig read() {
    Section http = section.sectionOrEmpty("http_server_config");
    boolean http2 = http.shownFlag("http2", true);
    Map<String, String> headers = headers(http);
    Tls tls = tls(section.section("tls_server_config"), http2);
    return new WebConfig(file, tls, http2, headers, users(), rateLimit());
  }

  private static @Nullable Tls tls(@Nullable Section tls, boolean http2) {
    if (tls == null) {
      return null;
    }
    String auth =
        tls.oneOf(
            "client_auth_type",
            "",
            CLIENT_AUTH.keySet().stream().sorted().toList(),
            word -> "unknown client_auth_type: " + word + ", such as RequireAndVerifyClientCert");
    ClientAuth clientAuth = CLIENT_AUTH.getOrDefault(auth, ClientAuth.NONE);
    var read =
        new Tls(
            tls.node().getStartMark().getLine() + 1,
            tls.text("cert"),
            tls.file("cert_file"),
            tls.secret("key"),
            tls.file("key_file"),
            clientAuth,
            tls.text("client_ca"),
            tls.file("client_ca_file"),
            tls.texts("client_allowed_sans"),
            version(tls, "min_version", "TLS12"),
            version(tls, "max_version", "TLS13"),
            words(tls, "cipher_suites", "cipher", CIPHER_SUITES),
            tls.shownFlag("prefer_server_cipher_suites", true),
            words(tls, "curve_preferences", "curve", CURVES));
    check(tls, read, !auth.isEmpty());
    checkHttp2(tls, read, http2);
    return tls.keys().isEmpty() ? null : read;
  }

  private static void check(Section tls, Tls read, boolean authNamed) {
    HttpClientReader.atMostOne(tls, "at most one of cert and cert_file", "cert", "cert_file");
    HttpClientReader.atMostOne(tls, "at most one of key and key_file", "key", "key_file");
    HttpClientReader.atMostOne(
        tls, "at most one of client_ca and client_ca_file", "client_ca", "client_ca_file");
    boolean ca = tls.has("client_ca") || tls.has("client_ca_file");
    if (!tls.keys().isEmpty()) {
      String why = authNamed || ca ? "" : ", without it the server would speak plain HTTP";
      if (!tls.has("cert") && !tls.has("cert_file")) {
        tls.fault("missing one of cert or cert_file" + why);
      }
      if (!tls.has("key") && !tls.has("key_file")) {
        tls.fault("missing one of key or key_file" + why);
      }
    }
    if (ca && read.clientAuth() == ClientAuth.NONE) {
      tls.fault(
          "client CA's have been configured without a client auth policy, set client_auth_type to"
              + " RequireAndVerifyClientCert");
    }
    if (!read.clientAllowedSans().isEmpty()
        && read.clientAuth() != ClientAuth.REQUIRE_ANY
        && read.clientAuth() != ClientAuth.REQUIRE_AND_VERIFY) {
      tls.fault(
          "client_allowed_sans",
          "needs client_auth_type RequireAndVerifyClientCert or RequireAnyClientCert");
    }
    if (read.minVersion().compareTo(read.maxVersion()) > 0) {
      tls.fault("max_version", "must not be below min_version (" + read.minVersion() + ")");
    }
  }

  private static void checkHttp2(Section tls, Tls read, boolean http2) {
    boolean old = !read.minVersion().equals("TLS13");
    if (http2
        && old
        && !read.cipherSuites().isEmpty()
        && HTTP2_SUITES.stream().noneMatch(read.cipherSuites()::contains)) {
      tls.fault(
          "cipher_suites",
          "HTTP/2 needs one of "
              + HTTP2_SUITES
              + "; add it or set http_server_config.http2: false");
    }
  }

  private static String version(Section tls, String key, String otherwise) {
    return tls.oneOf(
        key,
        otherwise,
        VERSIONS,
        word -> "unknown TLS version: " + word + ", must be one of " + VERSIONS);
  }

  private static List<String> words(Section tls, String key, String what, List<String> known) {
    List<String> words = tls.texts(key);
    for (Value item : tls.items(key)) {
      String word = item.text();
      if (word != null && !known.contains(word)) {
        item.fault("unknown " + what + ": " + word + Suggestion.of(word, known));
      }
    }
    return words.stream().filter(known::contains).toList();
  }

  private static Map<String, String> headers(Section http) {
    Section named = http.section("headers");
    if (named == null) {
      return Map.of();
    }
    var headers = new LinkedHashMap<String, String>();
    for (String name : named.keys()) {
      String value = named.text(name, "");
      List<String> allowed = HEADERS.get(name);
      if (allowed == null) {
        named.fault(
            name,
            "HTTP header \""
                + name
                + "\" can not be configured"
                + Suggestion.of(name, HEADERS.keySet()));
      } else if (!allowed.isEmpty() && !allowed.contains(value)) {
        named.fault(name, "expected one of " + allowed + ", got \"" + value + "\"");
      } else if (value.chars().anyMatch(c -> c < ' ' || c == 127)) {
        named.fault(name, "a header must not hold line breaks or control characters");
      } else if (!value.isEmpty()) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  private Map<String, Secret> users() {
    Section named = section.section("basic_auth_users");
    if (named == null) {
      return Map.of();
    }
    var users = new LinkedHashMap<String, Secret>();
    for (String name : named.keys()) {
      Secret hash = named.secret(name);
      if (name.indexOf(':') >= 0) {
        named.fault(name, "a user's name cannot hold a colon: browsers end it there");
      } else if (hash == null || !BCRYPT.matcher(hash.value()).matches()) {
        named.fault(
            name,
            "not a bcrypt hash, which begins with a cost such as $2y$10$ and has 60 characters;"
                + " htpasswd -nBC 10 makes one");
      } else {
        users.put(name, hash);
      }
    }
    return users;
  }

  private @Nullable RateLimit rateLimit() {
    Section limit = section.section("rate_limit");
    if (limit == null) {
      return null;
    }
    Duration interval = limit.duration("interval", Duration.ZERO);
    int burst = limit.count("burst", 0);
    if (interval.isZero()) {
      return null;
    }
    if (burst < 1) {
      limit.fault("burst", "must be at least 1: with less, no request would be answered");
    }
    return new RateLimit(interval, burst);
  }
}
