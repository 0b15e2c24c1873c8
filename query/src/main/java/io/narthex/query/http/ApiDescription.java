package io.narthex.query.http;

import java.util.List;
import java.util.stream.Stream;

/** What the API answers, for people and programs: paths, methods, parameters. */
final class ApiDescription {
  private ApiDescription() {}

  /**
   * One parameter.
   *
   * @param type {@code string}, {@code integer}, {@code number}, {@code boolean}, or {@code array}
   *     of strings
   */
  record Parameter(String name, String type, boolean required, String description) {
    Parameter mandatory() {
      return new Parameter(name, type, true, description);
    }
  }

  /** What methods a path has, and where their parameters stand. */
  enum Methods {
    GET,
    /** In the address or, by POST, in a form. */
    GET_AND_FORM,
    /** In the address. */
    POST,
    /** In the address. */
    POST_AND_PUT,
    DELETE
  }

  /**
   * One path.
   *
   * @param path below {@code /api/v1}; a part {@code {name}} varies
   * @param answer media type of the answer
   */
  record Operation(
      String path,
      Methods methods,
      String tag,
      String summary,
      String answer,
      List<Parameter> parameters) {
    Operation answering(String mediaType) {
      return new Operation(path, methods, tag, summary, mediaType, parameters);
    }
  }

  static final String JSON = "application/json";
  static final String EVENTS = "text/event-stream";
  private static final String NDJSON = "application/x-ndjson";

  private static final Parameter QUERY = text("query", "A PromQL expression.").mandatory();
  private static final Parameter START =
      text("start", "First moment, as RFC 3339 or Unix seconds.");
  private static final Parameter END = text("end", "Last moment, as RFC 3339 or Unix seconds.");
  private static final Parameter LIMIT =
      number("limit", "Most elements of the answer; a warning tells if some were left out.");
  private static final Parameter MATCH =
      texts("match[]", "Series selectors; a series counts if one of them selects it.");
  private static final Parameter TIMEOUT =
      text("timeout", "When to give the query up, such as 30s.");
  private static final Parameter LOOKBACK =
      text("lookback_delta", "How far instant selectors look back, such as 5m.");
  private static final Parameter STATS =
      text("stats", "Any value: statistics of the evaluation come with the answer.");

  private static final List<Parameter> SEARCH =
      List.of(
          MATCH,
          texts("search[]", "What to look for; a name counts if it fits one of them."),
          number("fuzz_threshold", "Least score, from 0 to 100."),
          text("fuzz_alg", "How names may differ: subsequence or jarowinkler."),
          flag("case_sensitive", "Whether upper and lower case differ; true unless said."),
          text("sort_by", "alpha or score."),
          text("sort_dir", "asc or dsc, with sort_by=alpha."),
          flag("include_score", "Whether each result has its score."),
          START,
          END,
          number("limit", "Most results, 100 unless said."),
          number("batch_size", "Results in a line of the answer."));

  static final List<Operation> OPERATIONS =
      List.of(
          form("/query", "query", "Evaluates an expression at one moment.")
              .with(
                  QUERY,
                  text("time", "The moment, as RFC 3339 or Unix seconds; now unless said."),
                  LIMIT,
                  TIMEOUT,
                  LOOKBACK,
                  STATS),
          form("/query_range", "query", "Evaluates an expression over a range of time.")
              .with(
                  QUERY,
                  START.mandatory(),
                  END.mandatory(),
                  text("step", "Between two points: a duration or seconds.").mandatory(),
                  LIMIT,
                  TIMEOUT,
                  LOOKBACK,
                  STATS),
          form("/query_live", "query", "Evaluates an expression whenever its samples arrive.")
              .with(
                  QUERY,
                  LIMIT,
                  TIMEOUT,
                  LOOKBACK,
                  text("min_interval", "Least time between two events, 250ms unless said."))
              .answering(EVENTS),
          form("/query_exemplars", "query", "Exemplars of the series that an expression selects.")
              .with(QUERY, START, END),
          form("/format_query", "query", "Formats an expression.").with(QUERY),
          form("/parse_query", "query", "The syntax tree of an expression.").with(QUERY),
          form("/explain", "query", "How an expression is evaluated, and what that costs.")
              .with(
                  QUERY,
                  text("time", "The moment of an instant query."),
                  START,
                  END,
                  text("step", "Makes it a query over a range."),
                  TIMEOUT,
                  LOOKBACK,
                  flag("analyze", "Whether it is run to see what it costs.")),
          get("/explain/rules", "rules", "Which way each rule is evaluated, and why.")
              .with(
                  text("type", "alert or record."),
                  texts("rule_name[]", "Only rules of these names."),
                  texts("rule_group[]", "Only rules of these groups."),
                  texts("file[]", "Only rules of these files."),
                  texts("match[]", "Only rules with labels that one of these selects."),
                  number("group_limit", "Most groups of a page."),
                  text("group_next_token", "Of the page before.")),
          get("/queries", "query", "Queries that wait or run.").with(),
          new Operation(
              "/queries/{id}",
              Methods.DELETE,
              "query",
              "Ends a query.",
              JSON,
              List.of(number("id", "Number of the query.").mandatory())),
          form("/labels", "labels", "Names of labels.").with(START, END, MATCH, LIMIT),
          get("/label/{name}/values", "labels", "Values of a label.")
              .with(
                  text("name", "Name of the label; others than ASCII escaped as U__….").mandatory(),
                  START,
                  END,
                  MATCH,
                  LIMIT),
          form("/search/metric_names", "metadata", "Names of metrics that resemble a text.")
              .with(
                  Stream.concat(
                          SEARCH.stream(),
                          Stream.of(flag("include_metadata", "Whether type and help come along.")))
                      .toArray(Parameter[]::new))
              .answering(NDJSON),
          form("/search/label_names", "labels", "Names of labels that resemble a text.")
              .with(SEARCH.toArray(Parameter[]::new))
              .answering(NDJSON),
          form("/search/label_values", "labels", "Values of a label that resemble a text.")
              .with(
                  Stream.concat(
                          Stream.of(text("label", "Name of the label.").mandatory()),
                          SEARCH.stream())
                      .toArray(Parameter[]::new))
              .answering(NDJSON),
          form("/series", "series", "Label sets of series.")
              .with(START, END, MATCH.mandatory(), LIMIT),
          get("/metadata", "metadata", "Type, help and unit of metrics.")
              .with(
                  LIMIT,
                  number("limit_per_metric", "Most entries of one metric."),
                  text("metric", "Only this metric.")),
          get("/scrape_pools", "targets", "Names of the scrape pools.").with(),
          get("/scrape_pools/config", "targets", "Configuration of a scrape pool.")
              .with(text("scrapePool", "Name of the pool.").mandatory()),
          get("/targets", "targets", "Targets and how their scrapes went.")
              .with(
                  text("scrapePool", "Only this pool."), text("state", "active, dropped or any.")),
          get("/targets/metadata", "targets", "What targets say of their metrics.")
              .with(
                  text("match_target", "Selector of targets by their labels."),
                  text("metric", "Only this metric."),
                  LIMIT),
          get("/targets/relabel_steps", "targets", "What each relabel rule does to labels.")
              .with(
                  text("scrapePool", "Name of the pool.").mandatory(),
                  text("labels", "The labels, as a JSON object.").mandatory()),
          get("/rules", "rules", "Rules, their state and alerts.")
              .with(
                  text("type", "alert or record."),
                  texts("rule_name[]", "Only rules of these names."),
                  texts("rule_group[]", "Only rules of these groups."),
                  texts("file[]", "Only rules of these files."),
                  texts("match[]", "Only rules with labels that one of these selects."),
                  flag("exclude_alerts", "Whether alerts are left out."),
                  number("group_limit", "Most groups of a page."),
                  text("group_next_token", "Of the page before.")),
          get("/alerts", "alerts", "Pending and firing alerts.").with(),
          get("/alerts/history", "alerts", "Changes of alerts, and who was told of them.")
              .with(
                  text("alertname", "Only alerts of this name."),
                  START,
                  END,
                  number("limit", "Most of the newest changes, 1000 unless said.")),
          get("/alertmanagers", "alerts", "Alertmanagers that get the alerts.").with(),
          get("/status/config", "status", "The configuration, without secrets.").with(),
          get("/status/runtimeinfo", "status", "About this process.").with(),
          get("/status/buildinfo", "status", "About this build.").with(),
          get("/status/flags", "status", "Flags of this process.").with(),
          get("/status/tsdb", "status", "Which names and values make up the series.").with(LIMIT),
          get("/status/tsdb/blocks", "status", "Blocks of the store, and damages.").with(),
          get("/status/walreplay", "status", "How far the log has been read at the start.").with(),
          get("/status/pipeline", "status", "The stages of the dataflow and how they keep up.")
              .with(),
          get("/status/self_metrics", "status", "Own metrics.")
              .with(text("metric_name_pattern", "Regular expression of their names.")),
          new Operation(
              "/admin/tsdb/delete_series",
              Methods.POST_AND_PUT,
              "admin",
              "Deletes samples.",
              JSON,
              List.of(MATCH.mandatory(), START, END)),
          new Operation(
              "/admin/tsdb/clean_tombstones",
              Methods.POST_AND_PUT,
              "admin",
              "Takes deleted samples off the disk.",
              JSON,
              List.of()),
          new Operation(
              "/admin/tsdb/snapshot",
              Methods.POST_AND_PUT,
              "admin",
              "Makes a copy of the store.",
              JSON,
              List.of(flag("skip_head", "Whether what is in no block yet is left out."))),
          get("/admin/tsdb/deletions", "admin", "What was deleted.").with(),
          new Operation(
              "/admin/tsdb/deletions/{id}/undo",
              Methods.POST_AND_PUT,
              "admin",
              "Takes a deletion back.",
              JSON,
              List.of(number("id", "Number of the deletion.").mandatory())),
          new Operation(
              "/admin/tsdb/flush",
              Methods.POST_AND_PUT,
              "admin",
              "Writes what memory holds to blocks.",
              JSON,
              List.of()),
          post("/read", "remote", "Raw samples, by the remote read protocol."),
          post("/write", "remote", "Takes samples, by the remote write protocol 1.0 or 2.0."),
          post("/otlp/v1/metrics", "otlp", "Takes metrics of OpenTelemetry."),
          get("/notifications", "notifications", "What users should know now.").with(),
          get("/notifications/live", "notifications", "What users should know, as it happens.")
              .with()
              .answering(EVENTS),
          get("/features", "features", "What this server can do.").with());

  /** An operation without its parameters. */
  private record Head(String path, Methods methods, String tag, String summary) {
    Operation with(Parameter... parameters) {
      return new Operation(path, methods, tag, summary, JSON, List.of(parameters));
    }
  }

  private static Head get(String path, String tag, String summary) {
    return new Head(path, Methods.GET, tag, summary);
  }

  private static Head form(String path, String tag, String summary) {
    return new Head(path, Methods.GET_AND_FORM, tag, summary);
  }

  private static Operation post(String path, String tag, String summary) {
    return new Head(path, Methods.POST, tag, summary).with();
  }

  private static Parameter text(String name, String description) {
    return new Parameter(name, "string", false, description);
  }

  private static Parameter texts(String name, String description) {
    return new Parameter(name, "array", false, description);
  }

  private static Parameter number(String name, String description) {
    return new Parameter(name, "integer", false, description);
  }

  private static Parameter flag(String name, String description) {
    return new Parameter(name, "boolean", false, description);
  }
}
