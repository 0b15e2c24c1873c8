package io.narthex.query.http;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The features that clients may ask for, by category; the names are those of Prometheus. */
final class Features {
  private static final String[] OPERATORS = {
    "!=",
    "!~",
    "%",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    "=~",
    ">",
    ">=",
    "@",
    "^",
    "and",
    "atan2",
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "max",
    "min",
    "or",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
    "unless"
  };
  private static final String[] LANGUAGE = {
    "at_modifier",
    "bool",
    "by",
    "group_left",
    "group_right",
    "ignoring",
    "negative_offset",
    "offset",
    "on",
    "per_query_lookback_delta",
    "subqueries",
    "without"
  };

  private final ApiServices services;
  private final ApiOptions options;

  Features(ApiServices services, ApiOptions options) {
    this.services = services;
    this.options = options;
  }

  Map<String, Map<String, Boolean>> all() {
    var all = new LinkedHashMap<String, Map<String, Boolean>>();
    all.put("api", api());
    all.put("prometheus", Map.of("agent_mode", false, "server_mode", true));
    all.put("promql", language());
    all.put("promql_functions", new TreeMap<>(QuerySyntax.functions(options.language())));
    all.put("promql_operators", operators());
    all.put("service_discovery_providers", new TreeMap<>(services.facts().discoveryKinds()));
    all.put("tsdb", Map.of("native_histograms", true));
    return all;
  }

  private Map<String, Boolean> api() {
    var flags = services.facts().flags();
    var api = new TreeMap<String, Boolean>();
    api.put("admin", options.adminApi());
    api.put("label_values_match", true);
    api.put("lifecycle", on(flags.get("web.enable-lifecycle")));
    api.put("otlp_write_receiver", on(flags.get("web.enable-otlp-receiver")));
    api.put("query_stats", true);
    api.put("query_warnings", true);
    api.put("remote_write_receiver", on(flags.get("web.enable-remote-write-receiver")));
    api.put("time_range_labels", true);
    api.put("time_range_series", true);
    return api;
  }

  private Map<String, Boolean> language() {
    var language = options.language();
    var features = enabled(LANGUAGE);
    features.put("anchored", language.extendedRangeSelectors());
    features.put("duration_expr", language.durationExpressions());
    features.put("fill", language.binopFillModifiers());
    features.put("fill_left", language.binopFillModifiers());
    features.put("fill_right", language.binopFillModifiers());
    features.put("smoothed", language.extendedRangeSelectors());
    return features;
  }

  private Map<String, Boolean> operators() {
    var features = enabled(OPERATORS);
    features.put("limit_ratio", options.language().experimentalFunctions());
    features.put("limitk", options.language().experimentalFunctions());
    return features;
  }

  private static boolean on(@Nullable String flag) {
    return "true".equals(flag);
  }

  private static Map<String, Boolean> enabled(String[] names) {
    var features = new TreeMap<String, Boolean>();
    for (var name : names) {
      features.put(name, true);
    }
    return features;
  }
}
