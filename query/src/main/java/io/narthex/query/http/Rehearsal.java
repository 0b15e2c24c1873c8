package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Queries that a server asks itself after its start, so that the virtual machine has loaded and
 * compiled what answers them when the first user asks. They go through parser, engine, store and
 * the writer of answers, over made-up series in a store of their own; results are thrown away.
 */
public final class Rehearsal {
  /** Milliseconds between two samples of a series. */
  public static final long INTERVAL = 15_000;

  private static final int HOSTS = 4;

  /** Methods are compiled when they were called two hundred times. */
  private static final int SIMPLEST = 220;

  private static final List<String> BOUNDS =
      List.of("0.01", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf");

  private static final List<String> QUERIES =
      List.of(
          "rehearsal_size_bytes",
          "sum by (host) (rate(rehearsal_requests_total[5m]))",
          "100 * (1 - rehearsal_size_bytes / on (host, part) rehearsal_limit_bytes)",
          "histogram_quantile(0.9, sum by (le, host) (rate(rehearsal_seconds_bucket[5m])))",
          "topk(3, sum by (part) (increase(rehearsal_requests_total[10m])))",
          "sum by (host, part) (rehearsal_size_bytes) * on (host) group_left (zone) rehearsal_info",
          "label_replace(avg by (host) (irate(rehearsal_requests_total{code=~\"2..\"}[5m])), \"n\", \"$1\", \"host\", \"h(.*)\")",
          "rehearsal_size_bytes > 500 and rehearsal_size_bytes < 1e9 or rehearsal_limit_bytes unless rehearsal_info",
          "max_over_time(sum by (zone) (rate(rehearsal_requests_total[5m]))[30m:1m])",
          "quantile_over_time(0.9, rehearsal_size_bytes[20m])",
          "avg_over_time(rehearsal_size_bytes[30m]) + max_over_time(rehearsal_size_bytes[10m])",
          "sum by (zone) (resets(rehearsal_requests_total[30m])) + sum by (zone) (changes(rehearsal_size_bytes[30m]))",
          "predict_linear(rehearsal_size_bytes[30m], 3600) - deriv(rehearsal_size_bytes[15m])",
          "stddev by (zone) (rehearsal_size_bytes) + quantile by (zone) (0.5, rehearsal_size_bytes)",
          "sum(rate(rehearsal_requests_total{code!=\"500\"}[5m])) / sum(rate(rehearsal_requests_total[5m] offset 10m))",
          "count by (__name__) ({__name__=~\"rehearsal_.+\", host!=\"\"})",
          "absent(rehearsal_info{host=\"none\"})");

  private Rehearsal() {}

  /** The series that the store is to hold. */
  public static List<Labels> series() {
    var all = new ArrayList<Labels>();
    for (int host = 0; host < HOSTS; host++) {
      String name = "h" + host;
      String zone = host % 2 == 0 ? "east" : "west";
      all.add(of("rehearsal_info", name, zone, "version", "1." + host));
      for (int part = 0; part < 8; part++) {
        all.add(of("rehearsal_size_bytes", name, zone, "part", "p" + part));
        all.add(of("rehearsal_limit_bytes", name, zone, "part", "p" + part));
        for (String code : List.of("200", "404", "500")) {
          all.add(of("rehearsal_requests_total", name, zone, "part", "p" + part, "code", code));
        }
      }
      for (String le : BOUNDS) {
        all.add(of("rehearsal_seconds_bucket", name, zone, "le", le));
      }
    }
    return all;
  }

  private static Labels of(String metric, String host, String zone, String... more) {
    var labels = Labels.builder().set(Labels.METRIC_NAME, metric);
    labels.set("host", host).set("zone", zone);
    for (int i = 0; i < more.length; i += 2) {
      labels.set(more[i], more[i + 1]);
    }
    return labels.build();
  }

  /**
   * The value of a series: counters, gauges with and without fractions, constants.
   *
   * @param series its place in {@link #series}
   * @param round number of the sample, from 0
   */
  public static double value(Labels labels, int series, int round) {
    return switch (labels.metricName()) {
      case "rehearsal_info" -> 1;
      case "rehearsal_limit_bytes" -> 1e9;
      case "rehearsal_size_bytes" ->
          series % 3 == 0
              ? 1000 + (round * 37L + series) % 911
              : 0.1 * ((round * 13 + series) % 977);
      default -> (round % 300) * (1 + series % 7) + (round * 7L % 5);
    };
  }

  /**
   * What is asked first: nothing that takes long, but as often as it takes until the virtual
   * machine has compiled the way of a request, which is common to all.
   *
   * @param end time of the newest samples, milliseconds
   */
  public static List<String> simplest(long end) {
    return Collections.nCopies(SIMPLEST, "/api/v1/query?query=1&time=" + end / 1000);
  }

  /**
   * What is asked, as paths with queries.
   *
   * @param end time of the newest samples, milliseconds
   */
  public static List<String> requests(long end) {
    var all = new ArrayList<String>();
    for (String query : QUERIES) {
      String text = URLEncoder.encode(query, UTF_8);
      all.add(range(text, end, 3600, 15));
      all.add(range(text, end, 7000, 60));
      all.add("/api/v1/query?query=" + text + "&time=" + end / 1000);
    }
    String series =
        "?match[]=rehearsal_requests_total&start=" + (end / 1000 - 3600) + "&end=" + end / 1000;
    all.add("/api/v1/label/part/values" + series.replace("[]", "%5B%5D"));
    all.add("/api/v1/series" + series.replace("[]", "%5B%5D"));
    return all;
  }

  private static String range(String query, long end, long seconds, long step) {
    long to = end / 1000;
    return "/api/v1/query_range?query="
        + query
        + "&start="
        + (to - seconds)
        + "&end="
        + to
        + "&step="
        + step;
  }
}
