package io.narthex.pipeline.config;

import io.narthex.pipeline.config.OtlpConfig.Translation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the sections that stand alone: {@code storage}, {@code otlp}, {@code tracing}. */
final class SettingsReader {
  private static final List<String> TRANSLATIONS =
      Arrays.stream(Translation.values()).map(Translation::text).toList();

  private SettingsReader() {}

  static StorageConfig storage(Section s) {
    Section tsdb = s.sectionOrEmpty("tsdb");
    Duration window = tsdb.duration("out_of_order_time_window", StorageConfig.DEFAULT_WINDOW);
    double stale = tsdb.number("stale_series_compaction_threshold", 0);
    if (stale < 0 || stale > 1) {
      tsdb.fault("stale_series_compaction_threshold", "must be in the range [0, 1], got " + stale);
    }
    Section retention = tsdb.sectionOrEmpty("retention");
    Duration time = retention.duration("time", Duration.ZERO);
    long size = retention.bytes("size", 0);
    if (size < 0) {
      retention.fault("size", "'storage.tsdb.retention.size' must be greater than or equal to 0");
    }
    double percentage = retention.number("percentage", 0);
    if (percentage < 0 || percentage > 100) {
      retention.fault(
          "percentage", "'storage.tsdb.retention.percentage' must be in the range [0, 100]");
    }
    chunkEncoding(tsdb.sectionOrEmpty("chunk_encoding"));
    int exemplars =
        s.sectionOrEmpty("exemplars").whole("max_exemplars", StorageConfig.DEFAULT_MAX_EXEMPLARS);
    return new StorageConfig(window, stale, time, size, percentage, exemplars);
  }

  static OtlpConfig otlp(Section s, boolean utf8Names) {
    boolean promoteAll = s.flag("promote_all_resource_attributes", false);
    List<String> promoted = attributes(s, "promote_resource_attributes", "promoted");
    List<String> ignored = attributes(s, "ignore_resource_attributes", "ignored");
    if (promoteAll && !promoted.isEmpty()) {
      s.fault(
          "promote_resource_attributes",
          "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured"
              + " simultaneously");
    }
    if (!promoteAll && !ignored.isEmpty()) {
      s.fault(
          "ignore_resource_attributes",
          "'ignore_resource_attributes' cannot be configured unless"
              + " 'promote_all_resource_attributes' is true");
    }
    return new OtlpConfig(
        promoteAll,
        promoted,
        ignored,
        translation(s, utf8Names),
        s.flag("keep_identifying_resource_attributes", false),
        s.flag("convert_histograms_to_nhcb", false),
        s.flag("promote_scope_metadata", false),
        s.flag("label_name_underscore_sanitization", true),
        s.flag("label_name_preserve_multiple_underscores", true));
  }

  static @Nullable TracingConfig tracing(@Nullable Section s) {
    if (s == null) {
      return null;
    }
    s.context().unsupported(s.node(), "tracing", "");
    String client =
        s.oneOf(
            "client_type",
            "grpc",
            List.of("http", "grpc"),
            word -> "expected tracing client type to be http or grpc, but got " + word);
    String endpoint = s.text("endpoint", "");
    double fraction = s.number("sampling_fraction", 0);
    boolean insecure = s.flag("insecure", false);
    HttpClientConfig.Tls tls = HttpClientReader.tls(s.section("tls_config"));
    Map<String, String> headers =
        RemoteReader.headers(s, "custom authorization header configuration is not yet supported");
    String compression = s.text("compression", "");
    Duration timeout = s.duration("timeout", Duration.ofSeconds(10));
    if (!compression.isEmpty() && !compression.equals("gzip")) {
      s.fault(
          "compression",
          "invalid compression type " + compression + " provided, valid options: gzip");
    }
    s.require("endpoint", "tracing endpoint must be set");
    return new TracingConfig(
        client, endpoint, fraction, insecure, tls, headers, compression, timeout);
  }

  private static void chunkEncoding(Section s) {
    String floats = s.text("floats", "");
    if (s.value("floats") != null && !floats.equals("xor") && !floats.equals("xor2")) {
      s.fault(
          "floats",
          "'storage.tsdb.chunk_encoding.floats' must be 'xor' or 'xor2', or the field must be"
              + " omitted entirely, got \""
              + floats
              + "\"");
    }
    withoutEffect(s, "floats");
  }

  private static void withoutEffect(Section s, String key) {
    Value value = s.value(key);
    if (value != null) {
      s.context()
          .warn(value.node(), "has no effect here, blocks are laid out otherwise", value.path());
    }
  }

  private static List<String> attributes(Section s, String key, String adjective) {
    var trimmed = new ArrayList<String>();
    var seen = new HashSet<String>();
    for (String attribute : s.texts(key)) {
      String name = attribute.strip();
      if (name.isEmpty()) {
        s.fault(key, "invalid '" + key + "': empty " + adjective + " OTel resource attribute");
      } else if (!seen.add(name)) {
        s.fault(
            key,
            "invalid '"
                + key
                + "': duplicated "
                + adjective
                + " OTel resource attribute \""
                + name
                + "\"");
      }
      trimmed.add(name);
    }
    if (!trimmed.isEmpty()) {
      s.show(key, trimmed);
    }
    return trimmed;
  }

  private static Translation translation(Section s, boolean utf8Names) {
    String strategy =
        s.oneOf(
            "translation_strategy",
            Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES.text(),
            TRANSLATIONS,
            word ->
                "unsupported OTLP translation strategy \""
                    + word
                    + "\", must be one of "
                    + TRANSLATIONS);
    for (Translation translation : Translation.values()) {
      if (translation.text().equals(strategy)) {
        if (translation.utf8() && !utf8Names) {
          s.fault(
              "translation_strategy",
              "OTLP translation strategy \""
                  + strategy
                  + "\" is not allowed when UTF8 is disabled");
        }
        return translation;
      }
    }
    return Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES;
  }
}
