package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.query.http.NameSearch.Algorithm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code /api/v1/search/…}: names and values that resemble what somebody types, as lines of JSON:
 * batches of results, then one line that says whether there are more.
 */
final class SearchEndpoints {
  private static final String NDJSON = "application/x-ndjson; charset=utf-8";
  private static final int DEFAULT_COUNT = 100;

  private final SampleStore store;
  private final StatusBoard board;
  private final QuerySyntax syntax;
  private final AnswerMemory memory;
  private final int maxLimit;

  SearchEndpoints(ApiServices services, ApiOptions options, AnswerMemory memory) {
    this.store = services.store();
    this.memory = memory;
    this.board = services.board();
    this.syntax = new QuerySyntax(options.language(), memory);
    this.maxLimit = options.maxSearchLimit();
  }

  List<Route> routes() {
    return List.of(
        Route.form("/api/v1/search/metric_names", this::metricNames),
        Route.form("/api/v1/search/label_names", this::labelNames),
        Route.form("/api/v1/search/label_values", this::labelValues));
  }

  /** What all three take. */
  private record Wanted(
      List<List<Matcher>> matchers,
      NameSearch search,
      String sortBy,
      boolean descending,
      boolean withScore,
      long start,
      long end,
      int limit,
      int batch) {}

  private record Scored(String name, double score) {}

  private Reply metricNames(Call call) {
    var wanted = wanted(call);
    boolean described = flag(call.parameters(), "include_metadata", false);
    var names = store.labelValues(Labels.METRIC_NAME, lookup(wanted, call));
    return reply(names, wanted, "name", described ? metadata() : Map.of());
  }

  private Reply labelNames(Call call) {
    var wanted = wanted(call);
    var names = store.labelNames(lookup(wanted, call));
    return reply(names, wanted, "name", Map.of());
  }

  private Reply labelValues(Call call) {
    String label = call.parameters().get("label");
    if (label.isEmpty()) {
      throw Parameters.invalid("label", "must be the name of a label");
    }
    var wanted = wanted(call);
    var values = store.labelValues(label, lookup(wanted, call));
    return reply(values, wanted, "value", Map.of());
  }

  private Lookup lookup(Wanted wanted, Call call) {
    var growth = memory.growing(call, SeriesEndpoints.TEXT_BYTES);
    return new Lookup(wanted.matchers(), wanted.start(), wanted.end(), 0, growth);
  }

  private Reply reply(
      List<String> names, Wanted wanted, String key, Map<String, MetricMetadata> metadata) {
    var found = new ArrayList<Scored>();
    boolean ordered = !wanted.sortBy().equals("score") && !wanted.descending();
    boolean more = false;
    for (String name : names) { // which come in order
      double score = wanted.search().score(name);
      if (score < 0) {
        continue;
      }
      if (ordered && found.size() == wanted.limit()) {
        more = true;
        break;
      }
      found.add(new Scored(name, score));
    }
    if (wanted.descending()) {
      Collections.reverse(found);
    } else if (!ordered) {
      found.sort(Comparator.comparingDouble(Scored::score).reversed());
    }
    if (found.size() > wanted.limit()) {
      more = true;
      found.subList(wanted.limit(), found.size()).clear();
    }
    return new Reply.Text(NDJSON, new Lines(found, wanted, key, metadata, more));
  }

  /** The lines, each written when it is due. */
  private static final class Lines implements JsonBody {
    private final List<Scored> found;
    private final Wanted wanted;
    private final String key;
    private final Map<String, MetricMetadata> metadata;
    private final boolean more;
    private int at;

    Lines(
        List<Scored> found,
        Wanted wanted,
        String key,
        Map<String, MetricMetadata> metadata,
        boolean more) {
      this.found = found;
      this.wanted = wanted;
      this.key = key;
      this.metadata = metadata;
      this.more = more;
    }

    @Override
    public boolean write(JsonOut out) {
      do {
        int end = (int) Math.min(found.size(), at + (long) wanted.batch());
        out.raw("{\"results\":[");
        for (int i = at; i < end; i++) {
          out.raw(i == at ? "{\"" : ",{\"").raw(key).raw("\":").string(found.get(i).name());
          if (wanted.withScore()) {
            out.raw(",\"score\":").number(found.get(i).score());
          }
          describe(found.get(i).name(), out);
          out.raw('}');
        }
        out.raw("]}\n");
        at = end;
      } while (at < found.size() && !out.isFull());
      if (at < found.size()) {
        return true;
      }
      out.raw("{\"status\":\"success\",\"has_more\":").raw(more ? "true}\n" : "false}\n");
      return false;
    }

    private void describe(String name, JsonOut out) {
      var about = metadata.get(name);
      if (about != null) {
        out.raw(",\"type\":").string(about.type().text());
        if (!about.help().isEmpty()) {
          out.raw(",\"help\":").string(about.help());
        }
        if (!about.unit().isEmpty()) {
          out.raw(",\"unit\":").string(about.unit());
        }
      }
    }
  }

  /** What targets say of metrics; the first one that says anything of a metric counts. */
  private Map<String, MetricMetadata> metadata() {
    var byName = new HashMap<String, MetricMetadata>();
    for (var ofTarget : board.metadata().values()) {
      ofTarget.forEach(metadata -> byName.putIfAbsent(metadata.family(), metadata));
    }
    return byName;
  }

  private Wanted wanted(Call call) {
    var parameters = call.parameters();
    String sortBy = parameters.get("sort_by");
    if (!sortBy.isEmpty() && !sortBy.equals("alpha") && !sortBy.equals("score")) {
      throw Parameters.invalid("sort_by", Go.quote(sortBy) + " must be alpha or score");
    }
    return new Wanted(
        SeriesEndpoints.matchers(syntax, parameters.all("match[]"), call),
        search(parameters),
        sortBy,
        descending(parameters, sortBy),
        flag(parameters, "include_score", false),
        parameters.time("start", Times.MIN),
        parameters.time("end", Times.MAX),
        count(parameters, "limit"),
        count(parameters, "batch_size"));
  }

  private static NameSearch search(Parameters parameters) {
    int threshold = number(parameters, "fuzz_threshold", 0);
    if (threshold > 100) {
      throw Parameters.invalid("fuzz_threshold", "must be from 0 to 100");
    }
    String name = parameters.get("fuzz_alg");
    var algorithm =
        switch (name) {
          case "", "subsequence" -> Algorithm.SUBSEQUENCE;
          case "jarowinkler" -> Algorithm.JARO_WINKLER;
          default ->
              throw Parameters.invalid(
                  "fuzz_alg", Go.quote(name) + " must be \"subsequence\" or \"jarowinkler\"");
        };
    var terms = parameters.all("search[]").stream().filter(term -> !term.isEmpty()).toList();
    return new NameSearch(
        terms, algorithm, threshold / 100.0, flag(parameters, "case_sensitive", true));
  }

  private static boolean descending(Parameters parameters, String sortBy) {
    String direction = parameters.get("sort_dir");
    if (!direction.isEmpty() && !sortBy.equals("alpha")) {
      throw Parameters.invalid("sort_dir", "is only valid with sort_by=alpha");
    }
    return switch (direction) {
      case "", "asc" -> false;
      case "dsc" -> true;
      default ->
          throw Parameters.invalid("sort_dir", Go.quote(direction) + " must be \"asc\" or \"dsc\"");
    };
  }

  private int count(Parameters parameters, String name) {
    int asked = number(parameters, name, DEFAULT_COUNT);
    if (asked == 0 || asked > maxLimit) {
      throw Parameters.invalid(name, "must be from 1 to " + maxLimit);
    }
    return asked;
  }

  private static int number(Parameters parameters, String name, int otherwise) {
    String text = parameters.get(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new FaultException(Fault.BAD_DATA, notANumber(name, text), e);
    }
    throw new FaultException(Fault.BAD_DATA, notANumber(name, text));
  }

  private static String notANumber(String name, String text) {
    return "invalid parameter \""
        + name
        + "\": "
        + Go.quote(text)
        + " must be a whole number, not negative";
  }

  private static boolean flag(Parameters parameters, String name, boolean otherwise) {
    String text = parameters.get(name);
    return switch (text) {
      case "" -> otherwise;
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw Parameters.invalid(name, Go.quote(text) + " must be true or false");
    };
  }
}
