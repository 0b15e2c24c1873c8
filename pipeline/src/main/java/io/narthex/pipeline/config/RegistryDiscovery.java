package io.narthex.pipeline.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Checks the discoveries that ask a registry or an orchestrator. */
final class RegistryDiscovery {
  private static final Duration HALF_MINUTE = Duration.ofSeconds(30);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private RegistryDiscovery() {}

  static void register(Map<String, Consumer<Section>> kinds) {
    kinds.put("consul", RegistryDiscovery::consul);
    kinds.put("docker", RegistryDiscovery::docker);
    kinds.put("dockerswarm", RegistryDiscovery::dockerSwarm);
    kinds.put("eureka", RegistryDiscovery::eureka);
    kinds.put("kuma", RegistryDiscovery::kuma);
    kinds.put("marathon", RegistryDiscovery::marathon);
    kinds.put("nerve", s -> zooKeeper(s, "nerve"));
    kinds.put("nomad", RegistryDiscovery::nomad);
    kinds.put("puppetdb", RegistryDiscovery::puppetDb);
    kinds.put("serverset", s -> zooKeeper(s, "serverset"));
    kinds.put("uyuni", RegistryDiscovery::uyuni);
  }

  /** Entries of {@code filters}: a name with values. */
  static void filters(Section s, String whenEmpty) {
    s.each(
        "filters",
        "empty or null filter",
        filter -> {
          String name = filter.text("name", "");
          List<String> values = filter.texts("values");
          if (values.isEmpty() && !whenEmpty.isEmpty()) {
            filter.fault("values", whenEmpty);
          }
          return name;
        });
  }

  private static void consul(Section s) {
    String server = s.text("server", "localhost:8500");
    s.text("path_prefix");
    s.secret("token");
    s.text("datacenter");
    s.text("namespace");
    s.text("partition");
    s.text("tag_separator", ",");
    s.text("scheme", "http");
    s.text("username");
    s.secret("password");
    s.shownFlag("allow_stale", true);
    s.duration("refresh_interval", HALF_MINUTE);
    s.texts("services");
    s.texts("tags");
    s.textMap("node_meta", "name", "value");
    s.text("filter");
    s.text("health_filter");
    HttpClientConfig client = HttpClientReader.read(s);
    if (server.isBlank()) {
      s.fault("server", "consul SD configuration requires a server address");
    }
    if ((s.has("username") || s.has("password")) && client.basicAuth() != null) {
      s.fault(
          "at most one of consul SD configuration username and password and basic auth can be"
              + " configured");
    }
    if (s.has("token") && (client.authorization() != null || client.oauth2() != null)) {
      s.fault("at most one of consul SD token, authorization, or oauth2 can be configured");
    }
  }

  private static void docker(Section s) {
    s.url("host");
    s.whole("port", 80);
    filters(s, "");
    s.text("host_networking_host", "localhost");
    s.duration("refresh_interval", MINUTE);
    s.shownFlag("match_first_network", true);
    HttpClientReader.read(s);
    s.require("host", "host missing");
  }

  private static void dockerSwarm(Section s) {
    s.url("host");
    s.oneOf(
        "role",
        "",
        List.of("tasks", "services", "nodes"),
        word -> "invalid role " + word + ", expected tasks, services, or nodes");
    s.whole("port", 80);
    filters(s, "");
    s.duration("refresh_interval", MINUTE);
    HttpClientReader.read(s);
    s.require("host", "host missing");
    s.require("role", "role missing (one of: tasks, services, nodes)");
  }

  private static void eureka(Section s) {
    Url url = s.url("server");
    s.duration("refresh_interval", HALF_MINUTE);
    HttpClientReader.read(s);
    s.require("server", "eureka_sd: empty or null eureka server");
    if (url != null && (url.scheme().isEmpty() || url.host().isEmpty())) {
      s.fault("server", "eureka_sd: invalid eureka server URL, expected http://host:port/path");
    }
  }

  private static void kuma(Section s) {
    Url url = s.url("server");
    s.duration("refresh_interval", HALF_MINUTE);
    s.duration("fetch_timeout", Duration.ofMinutes(2));
    s.text("client_id");
    HttpClientReader.read(s);
    s.require("server", "kuma SD server must not be empty");
    if (url != null && (url.scheme().isEmpty() || url.host().isEmpty())) {
      s.fault("server", "kuma SD server must not be empty and have a scheme");
    }
  }

  private static void marathon(Section s) {
    List<String> servers = s.texts("servers");
    s.duration("refresh_interval", HALF_MINUTE);
    s.secret("auth_token");
    s.file("auth_token_file");
    HttpClientReader.read(s);
    if (servers.isEmpty()) {
      s.fault("servers", "marathon_sd: must contain at least one Marathon server");
    }
    HttpClientReader.atMostOne(
        s,
        "marathon_sd: at most one of auth_token & auth_token_file must be configured",
        "auth_token",
        "auth_token_file");
    if (s.has("auth_token") || s.has("auth_token_file")) {
      if (s.has("basic_auth")) {
        s.fault(
            "marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be"
                + " configured");
      }
      if (s.has("bearer_token") || s.has("bearer_token_file")) {
        s.fault(
            "marathon_sd: at most one of bearer_token, bearer_token_file, auth_token &"
                + " auth_token_file must be configured");
      }
      if (s.has("authorization")) {
        s.fault(
            "marathon_sd: at most one of auth_token, auth_token_file & authorization must be"
                + " configured");
      }
    }
  }

  private static void zooKeeper(Section s, String kind) {
    List<String> servers = s.texts("servers");
    List<String> paths = s.texts("paths");
    s.duration("timeout", Duration.ofSeconds(10));
    if (servers.isEmpty()) {
      s.fault("servers", kind + " SD config must contain at least one Zookeeper server");
    }
    if (paths.isEmpty()) {
      s.fault("paths", kind + " SD config must contain at least one path");
    }
    for (String path : paths) {
      if (!path.startsWith("/")) {
        s.fault("paths", kind + " SD config paths must begin with '/': " + path);
      }
    }
  }

  private static void nomad(Section s) {
    String server = s.text("server", "http://localhost:4646");
    s.shownFlag("allow_stale", true);
    s.text("namespace", "default");
    s.duration("refresh_interval", MINUTE);
    s.text("region", "global");
    s.text("tag_separator", ",");
    HttpClientReader.read(s);
    if (server.isBlank()) {
      s.fault("server", "nomad SD configuration requires a server address");
    }
  }

  private static void puppetDb(Section s) {
    HttpClientReader.read(s);
    s.duration("refresh_interval", MINUTE);
    DiscoveryReader.httpUrl(s, "url");
    s.text("query");
    s.flag("include_parameters", false);
    s.whole("port", 80);
    s.require("query", "query missing");
  }

  private static void uyuni(Section s) {
    s.url("server");
    s.text("username");
    s.secret("password");
    s.text("entitlement", "monitoring_entitled");
    s.text("separator", ",");
    s.duration("refresh_interval", MINUTE);
    HttpClientReader.read(s);
    s.require("server", "Uyuni SD configuration requires server host");
    s.require("username", "Uyuni SD configuration requires a username");
    s.require("password", "Uyuni SD configuration requires a password");
  }
}
