package io.narthex.pipeline.config;

import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.model.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code global}, and the settings that jobs share with it. */
final class GlobalReader {
  static final List<String> ESCAPING_SCHEMES =
      List.of("allow-utf-8", "underscores", "dots", "values");

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private GlobalReader() {}

  static GlobalConfig read(Section s, UnaryOperator<String> environment) {
    Duration interval = orDefault(s.duration("scrape_interval", MINUTE), MINUTE);
    Duration timeout = s.duration("scrape_timeout", Duration.ZERO);
    if (timeout.compareTo(interval) > 0) {
      s.fault(
          "scrape_timeout",
          "global scrape timeout greater than scrape interval ("
              + PrometheusDuration.print(interval)
              + ")");
    }
    timeout = timeout.isZero() ? min(TIMEOUT, interval) : timeout;
    s.show("scrape_interval", PrometheusDuration.print(interval));
    s.show("scrape_timeout", PrometheusDuration.print(timeout));
    List<ScrapeProtocol> protocols = protocols(s, " for global config");
    Duration evaluation = orDefault(s.duration("evaluation_interval", MINUTE), MINUTE);
    s.show("evaluation_interval", PrometheusDuration.print(evaluation));
    Duration offset = s.duration("rule_query_offset", Duration.ZERO);
    String queryLog = s.file("query_log_file");
    if (queryLog != null) {
      s.unsupported("query_log_file");
    }
    String failureLog = s.file("scrape_failure_log_file");
    Boolean utf8 = utf8Names(s);
    boolean utf8Names = utf8 == null || utf8;
    return new GlobalConfig(
        interval,
        timeout,
        protocols,
        evaluation,
        offset,
        queryLog,
        failureLog,
        externalLabels(s, utf8Names, environment),
        s.bytes("body_size_limit", 0),
        s.count("sample_limit", 0),
        s.count("target_limit", 0),
        s.count("label_limit", 0),
        s.count("label_name_length_limit", 0),
        s.count("label_value_length_limit", 0),
        s.count("keep_dropped_targets", 0),
        utf8Names,
        escapingScheme(s, utf8Names ? "allow-utf-8" : "underscores"),
        s.shownFlag("scrape_native_histograms", false),
        s.flag("convert_classic_histograms_to_nhcb", false),
        s.flag("always_scrape_classic_histograms", false),
        s.flag("extra_scrape_metrics", false));
  }

  /** The formats of {@code scrape_protocols}; null if the key is not there. */
  static @Nullable List<ScrapeProtocol> protocols(Section s, String whose) {
    if (!s.has("scrape_protocols")) {
      s.value("scrape_protocols");
      return null;
    }
    List<String> names = s.texts("scrape_protocols");
    var protocols = new ArrayList<ScrapeProtocol>();
    var seen = EnumSet.noneOf(ScrapeProtocol.class);
    for (String name : names) {
      ScrapeProtocol protocol = protocol(name);
      if (protocol == null) {
        s.fault("scrape_protocols", "scrape_protocols: " + unknownProtocol(name) + whose);
      } else if (!seen.add(protocol)) {
        s.fault(
            "scrape_protocols",
            "duplicated protocol in scrape_protocols, got " + goList(names) + whose);
        break;
      } else {
        protocols.add(protocol);
      }
    }
    if (names.isEmpty()) {
      s.fault("scrape_protocols", "scrape_protocols cannot be empty" + whose);
    }
    return protocols;
  }

  static @Nullable ScrapeProtocol protocol(String name) {
    for (ScrapeProtocol protocol : ScrapeProtocol.values()) {
      if (protocol.text().equals(name)) {
        return protocol;
      }
    }
    return null;
  }

  static String unknownProtocol(String name) {
    var known = Arrays.stream(ScrapeProtocol.values()).map(ScrapeProtocol::text).sorted().toList();
    return "unknown scrape protocol " + name + ", supported: " + goList(known);
  }

  /** Whether names may be any UTF-8; null if the key is not there. */
  static @Nullable Boolean utf8Names(Section s) {
    String scheme =
        s.oneOf(
            "metric_name_validation_scheme",
            "",
            List.of("utf8", "legacy"),
            word -> "unrecognized ValidationScheme: \"" + word + "\", must be utf8 or legacy");
    return scheme.isEmpty() ? null : scheme.equals("utf8");
  }

  static String escapingScheme(Section s, String otherwise) {
    String scheme =
        s.oneOf(
            "metric_name_escaping_scheme",
            otherwise,
            ESCAPING_SCHEMES,
            word ->
                "unknown name escaping method, must be one of 'allow-utf-8', 'underscores', 'dots',"
                    + " or 'values', got \""
                    + word
                    + "\"");
    String used = scheme.isEmpty() ? otherwise : scheme;
    s.show("metric_name_escaping_scheme", used);
    return used;
  }

  static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  static Duration orDefault(Duration given, Duration otherwise) {
    return given.isZero() ? otherwise : given;
  }

  private static Map<String, String> externalLabels(
      Section s, boolean utf8Names, UnaryOperator<String> environment) {
    var labels = new TreeMap<String, String>(Names.BYTE_ORDER);
    Value place = s.value("external_labels");
    s.textMap("external_labels", "label name", "label value")
        .forEach(
            (name, value) -> {
              if (!utf8Names && !Names.isLegacyLabelName(name)) {
                s.fault("external_labels", "\"" + name + "\" is not a valid label name");
              }
              labels.put(
                  name,
                  Environment.expand(
                      value,
                      variable -> {
                        String found = environment.apply(variable);
                        if (found.isEmpty() && place != null) {
                          s.context()
                              .warn(
                                  place.node(),
                                  "empty environment variable " + variable,
                                  place.path() + "." + name);
                        }
                        return found;
                      }));
            });
    if (!labels.isEmpty()) {
      s.show("external_labels", labels);
    }
    return labels;
  }

  private static String goList(List<String> items) {
    return "[" + String.join(" ", items) + "]";
  }
}
