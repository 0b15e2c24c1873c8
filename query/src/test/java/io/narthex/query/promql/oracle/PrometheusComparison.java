package io.narthex.query.promql.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes generated data to two servers by remote write, asks both the same generated queries and
 * prints what differs. The first is a Prometheus 3.5 with {@code --web.enable-remote-write-receiver
 * --enable-feature=promql-experimental-functions}, the second a Narthex with the same feature; both
 * empty.
 *
 * <pre>{@code
 * java -cp jobs/target/narthex.jar:query/target/test-classes:pipeline/target/test-classes \
 *   io.narthex.query.promql.oracle.PrometheusComparison http://127.0.0.1:9090 \
 *   http://127.0.0.1:9091 1000 42
 * }</pre>
 */
public final class PrometheusComparison {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SPAN = 2_400_000;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> servers;

  private int exact;
  private int near;
  private int bothFail;
  private int different;

  private PrometheusComparison(List<String> servers) {
    this.servers = servers;
  }

  /**
   * @param arguments addresses of both servers, number of queries, seed
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var comparison = new PrometheusComparison(List.of(arguments[0], arguments[1]));
    int count = Integer.parseInt(arguments[2]);
    long seed = Long.parseLong(arguments[3]);
    comparison.run(count, seed);
  }

  private void run(int count, long seed) throws IOException, InterruptedException {
    var random = new Random(seed);
    long end = System.currentTimeMillis();
    long start = end - SPAN;
    var data = new OracleData(random, start, end);
    for (String server : servers) {
      write(server, data);
    }
    var queries = new OracleQueries(random, start, end, false);
    for (int i = 0; i < count; i++) {
      String query = queries.next();
      long from = start + random.nextInt(1_800_000);
      boolean instant = random.nextInt(3) == 0;
      long step = 1_000 + random.nextInt(120_000);
      String times =
          instant
              ? "&time=" + from / 1000d
              : "&start="
                  + from / 1000d
                  + "&end="
                  + (from + step * random.nextInt(12)) / 1000d
                  + "&step="
                  + step / 1000d;
      String path =
          (instant ? "/api/v1/query?query=" : "/api/v1/query_range?query=")
              + URLEncoder.encode(query, StandardCharsets.UTF_8)
              + times
              + "&stats=all";
      compare(query + " " + times, ask(servers.get(0), path), ask(servers.get(1), path));
    }
    System.out.printf(
        "%d queries: %d equal bit for bit, %d but for rounding, %d fail on both, %d differ%n",
        count, exact, near, bothFail, different);
  }

  private void write(String server, OracleData data) throws IOException, InterruptedException {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    data.series()
        .forEach(
            (labels, samples) -> {
              batch.series(labels);
              samples.forEach(batch::value);
            });
    var request =
        HttpRequest.newBuilder(URI.create(server + "/api/v1/write"))
            .header("Content-Type", "application/x-protobuf")
            .header("Content-Encoding", "snappy")
            .header("X-Prometheus-Remote-Write-Version", "0.1.0")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    RemoteWriteEncoder.compressed(batch.build())))
            .build();
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(server + " answers " + answer.statusCode() + ": " + answer.body());
    }
  }

  private JsonNode ask(String server, String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(server + path)).build();
    return JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
  }

  private void compare(String what, JsonNode expected, JsonNode actual) {
    boolean fails = !expected.path("status").asText().equals("success");
    if (fails != !actual.path("status").asText().equals("success")) {
      different(what, expected.path("error").asText(), actual.path("error").asText());
      return;
    }
    if (fails) {
      bothFail++;
      if (!expected.path("errorType").equals(actual.path("errorType"))) {
        different(what, expected.toString(), actual.toString());
      } else if (!expected.path("error").equals(actual.path("error"))) {
        System.out.printf(
            "other words: %s%n  %s%n  %s%n", what, expected.path("error"), actual.path("error"));
      }
      return;
    }
    if (!notes(expected).equals(notes(actual))) {
      System.out.printf("other notes: %s%n  %s%n  %s%n", what, notes(expected), notes(actual));
    }
    for (String figure : List.of("totalQueryableSamples")) {
      var place = "/data/stats/samples/" + figure;
      if (!expected.at(place).equals(actual.at(place))) {
        System.out.printf(
            "other %s: %s: %s, %s%n", figure, what, expected.at(place), actual.at(place));
      }
    }
    if (expected.at("/data/result").equals(actual.at("/data/result"))) {
      exact++;
      return;
    }
    var mine = values(actual.path("data"));
    var theirs = values(expected.path("data"));
    if (theirs.equals(mine)) {
      System.out.printf("other order: %s%n", what);
      exact++;
      return;
    }
    boolean same = theirs.keySet().equals(mine.keySet());
    for (var point : theirs.entrySet()) {
      same = same && OracleMaths.near(point.getValue(), mine.get(point.getKey()));
    }
    if (same) {
      near++;
      return;
    }
    theirs.entrySet().removeIf(point -> point.getValue().equals(mine.get(point.getKey())));
    var ours = new TreeMap<>(mine);
    ours.keySet().retainAll(theirs.keySet());
    different(what, theirs.toString(), ours.toString());
  }

  private static TreeSet<String> notes(JsonNode answer) {
    var notes = new TreeSet<String>();
    answer.path("warnings").forEach(note -> notes.add(note.asText()));
    answer.path("infos").forEach(note -> notes.add(note.asText()));
    return notes;
  }

  private void different(String what, String expected, String actual) {
    different++;
    System.out.printf("DIFFERENT: %s%n  %s%n  %s%n", what, cut(expected), cut(actual));
  }

  private static String cut(String text) {
    return text.length() < 600 ? text : text.substring(0, 600) + "…";
  }

  /** Values by labels and time. */
  private static Map<String, Double> values(JsonNode data) {
    Map<String, Double> values = new TreeMap<>();
    if (data.path("resultType").asText().equals("scalar")) {
      values.put(data.at("/result/0").asText(), number(data.at("/result/1")));
      return values;
    }
    for (JsonNode element : data.path("result")) {
      var labels = new TreeMap<String, String>();
      element
          .path("metric")
          .fields()
          .forEachRemaining(label -> labels.put(label.getKey(), label.getValue().asText()));
      var points = new ArrayList<JsonNode>();
      if (element.has("value")) {
        points.add(element.path("value"));
      }
      element.path("values").forEach(points::add);
      for (JsonNode point : points) {
        values.put(labels + " " + point.get(0).asText(), number(point.get(1)));
      }
    }
    return values;
  }

  private static double number(JsonNode text) {
    return switch (text.asText()) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text.asText());
    };
  }
}
