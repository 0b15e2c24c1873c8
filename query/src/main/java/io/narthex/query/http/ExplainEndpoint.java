package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.query.promql.QueryPlan;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.ast.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The plan of a query as a tree; its fields are described in the module's README. */
final class ExplainEndpoint {
  /** Longest part of a query that is repeated for an operator, in bytes. */
  private static final int MAX_EXPRESSION = 240;

  private static final double NANOS_PER_SECOND = 1e9;

  private final QueryEndpoints queries;

  ExplainEndpoint(QueryEndpoints queries) {
    this.queries = queries;
  }

  List<Route> routes() {
    return List.of(Route.query("/api/v1/explain", this::explain));
  }

  private Reply explain(Call call) {
    var parameters = call.parameters();
    boolean isRange = !parameters.get("step").isEmpty();
    QueryRequest request = isRange ? queries.rangeRequest(call) : queries.instantRequest(call);
    boolean analyze = flag(parameters.get("analyze"));
    QueryPlan plan = queries.explain(request, analyze, call);
    byte[] query = request.query().getBytes(UTF_8);
    var data = new LinkedHashMap<String, Object>();
    data.put("query", request.query());
    data.put("kind", isRange ? "range" : "instant");
    data.put("start", request.start() / 1000d);
    data.put("end", request.end() / 1000d);
    data.put("step", request.step() / 1000d);
    data.put("steps", plan.steps());
    data.put("analyzed", analyze);
    data.put("plan", node(plan.root(), query));
    var result = plan.result();
    if (result == null) {
      return Reply.data(data);
    }
    data.put("stats", QueryEndpoints.statistics(request, 0, result.statistics()));
    return Reply.data(JsonBody.of(data), result.warnings(), result.infos());
  }

  private static boolean flag(String text) {
    try {
      return !text.isEmpty() && Go.parseBool(text);
    } catch (IllegalArgumentException e) {
      throw Parameters.invalid("analyze", "unable to parse boolean: " + e.getMessage());
    }
  }

  private static Map<String, ?> node(QueryPlan.Node node, byte[] query) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("operator", node.operator().text());
    fields.put("label", shortened(node.label()));
    fields.put("expression", expression(node.place(), query));
    fields.put("place", List.of(node.place().start(), node.place().end()));
    fields.put("type", node.type().symbol());
    fields.put("steps", node.steps());
    var selection = node.selection();
    if (selection != null) {
      fields.put("selection", selection(selection));
    }
    fields.put("pushedDown", node.pushedDown());
    var measured = node.measured();
    if (measured != null) {
      var cost = new LinkedHashMap<String, Object>();
      cost.put("series", measured.series());
      cost.put("points", measured.points());
      cost.put("seconds", measured.nanos() / NANOS_PER_SECOND);
      cost.put("ownSeconds", measured.ownNanos() / NANOS_PER_SECOND);
      cost.put("bytes", measured.bytes());
      fields.put("measured", cost);
    }
    var inputs = new ArrayList<Map<String, ?>>();
    node.inputs().forEach(input -> inputs.add(node(input, query)));
    fields.put("inputs", inputs);
    return fields;
  }

  private static Map<String, ?> selection(QueryPlan.Selection selection) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("matchers", selection.matchers().stream().map(ExplainEndpoint::shortened).toList());
    fields.put("from", selection.from() / 1000d);
    fields.put("to", selection.to() / 1000d);
    fields.put("series", selection.series());
    fields.put("pages", selection.pages());
    fields.put("samples", selection.samples());
    var read = selection.read();
    if (read != null) {
      fields.put("seriesRead", read.series());
      fields.put("samplesRead", read.samples());
      fields.put("pagesSkipped", read.pagesSkipped());
    }
    return fields;
  }

  private static String expression(Span place, byte[] query) {
    int start = Math.min(place.start(), query.length);
    int end = Math.min(place.end(), query.length);
    return shortened(new String(Arrays.copyOfRange(query, start, Math.max(start, end)), UTF_8));
  }

  private static String shortened(String text) {
    return text.length() <= MAX_EXPRESSION ? text : text.substring(0, MAX_EXPRESSION - 1) + "…";
  }
}
