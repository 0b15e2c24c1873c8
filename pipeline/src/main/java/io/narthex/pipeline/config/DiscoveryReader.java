package io.narthex.pipeline.config;

import io.narthex.pipeline.config.DiscoveryConfig.Dns.RecordType;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads every {@code *_sd_configs} and {@code static_configs} of a job or of Alertmanagers. Kinds
 * that this build does not serve are checked and noted as unsupported.
 */
final class DiscoveryReader {
  private static final Pattern FILE_NAME =
      Pattern.compile("[^*]*(\\*[^/]*)?\\.(json|yml|yaml|JSON|YML|YAML)");
  private static final Duration FILE_REFRESH = Duration.ofMinutes(5);
  private static final Duration DNS_REFRESH = Duration.ofSeconds(30);
  private static final Duration REFRESH = Duration.ofSeconds(60);

  private static final Map<String, Consumer<Section>> UNSUPPORTED = unsupported();

  private DiscoveryReader() {}

  /**
   * Reads all kinds.
   *
   * @param checkAddresses whether addresses of static targets are final, so that URLs among them
   *     are mistakes
   */
  static List<DiscoveryConfig> read(Section section, boolean checkAddresses) {
    UNSUPPORTED.forEach(
        (kind, reader) -> {
          String key = kind + "_sd_configs";
          var entries = section.each(key, "empty or null section in " + key, entry -> entry);
          entries.forEach(reader);
          if (!entries.isEmpty()) {
            section.unsupported(key);
          }
        });
    var discovery = new ArrayList<DiscoveryConfig>();
    discovery.addAll(
        section.each("file_sd_configs", empty("file_sd_configs"), DiscoveryReader::files));
    discovery.addAll(
        section.each("http_sd_configs", empty("http_sd_configs"), DiscoveryReader::http));
    discovery.addAll(section.each("dns_sd_configs", empty("dns_sd_configs"), DiscoveryReader::dns));
    var groups =
        section.each(
            "static_configs",
            empty("static_configs"),
            group -> group(group, source(group.path()), checkAddresses));
    if (!groups.isEmpty()) {
      discovery.add(new DiscoveryConfig.Static(groups));
    }
    return discovery;
  }

  /** One group of targets, as it stands in configuration and target files alike. */
  static TargetGroup group(Section section, String source, boolean checkAddresses) {
    List<String> targets = section.texts("targets");
    Map<String, String> labels = section.textMap("labels", "label name", "label value");
    if (checkAddresses) {
      for (String target : targets) {
        if (target.indexOf('/') >= 0) {
          section.fault(
              "targets", "\"" + target + "\" is not a valid hostname; write host:port, no URL");
        }
      }
    }
    return new TargetGroup(targets, labels, source);
  }

  private static DiscoveryConfig files(Section section) {
    var files = new ArrayList<String>();
    for (Value item : section.items("files")) {
      String name = item.text();
      if (name == null) {
        continue;
      }
      if (!FILE_NAME.matcher(name).matches()) {
        item.fault(
            "path name \""
                + name
                + "\" is not valid for file discovery; it must end in .json, .yml or .yaml, and"
                + " only the last part may hold one *");
      }
      files.add(section.context().resolve(item.node(), item.path(), name));
    }
    section.show("files", files);
    if (files.isEmpty()) {
      section.fault("files", "file service discovery config must contain at least one path name");
    }
    return new DiscoveryConfig.Files(files, refresh(section, FILE_REFRESH));
  }

  private static DiscoveryConfig http(Section section) {
    HttpClientConfig client = HttpClientReader.read(section);
    Duration refresh = refresh(section, REFRESH);
    String url = httpUrl(section, "url");
    return new DiscoveryConfig.Http(url, refresh, client);
  }

  private static DiscoveryConfig dns(Section section) {
    List<String> names = section.texts("names");
    Duration refresh = refresh(section, DNS_REFRESH);
    String name = section.text("type", RecordType.SRV.name());
    RecordType type = recordType(name);
    int port = section.whole("port", 0);
    if (names.isEmpty()) {
      section.fault("names", "DNS-SD config must contain at least one SRV record name");
    }
    if (type == null) {
      section.fault(
          "type", "invalid DNS-SD records type " + name + ", must be SRV, A, AAAA, MX or NS");
    } else if (type != RecordType.SRV && port == 0) {
      section.fault("port", "a port is required in DNS-SD configs for all record types except SRV");
    }
    return new DiscoveryConfig.Dns(names, type == null ? RecordType.SRV : type, port, refresh);
  }

  private static Duration refresh(Section section, Duration fallback) {
    Duration refresh = section.duration("refresh_interval", fallback);
    if (refresh.isZero() || refresh.isNegative()) {
      section.fault("refresh_interval", "must be longer than 0s");
    }
    return refresh;
  }

  private static @Nullable RecordType recordType(String name) {
    for (RecordType type : RecordType.values()) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    return null;
  }

  /** A URL that an HTTP client can use; anything, with a fault, if there is none. */
  static String httpUrl(Section section, String key) {
    boolean there = section.has(key);
    Url url = section.url(key);
    if (url == null) {
      if (!there) {
        section.fault(key, "URL is missing");
      }
      return "";
    }
    if (!url.isHttp()) {
      section.fault(key, "URL scheme must be 'http' or 'https'");
    } else if (url.host().isEmpty()) {
      section.fault(key, "host is missing in URL");
    }
    return url.text();
  }

  private static String empty(String key) {
    return "empty or null section in " + key;
  }

  /** The number between the last brackets of a path. */
  private static String source(String path) {
    return path.substring(path.lastIndexOf('[') + 1, path.length() - 1);
  }

  private static Map<String, Consumer<Section>> unsupported() {
    var kinds = new LinkedHashMap<String, Consumer<Section>>();
    CloudDiscovery.register(kinds);
    RegistryDiscovery.register(kinds);
    kinds.put("kubernetes", KubernetesDiscovery::read);
    return kinds;
  }
}
