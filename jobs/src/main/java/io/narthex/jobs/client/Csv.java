package io.narthex.jobs.client;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers as CSV (RFC 4180): a row for each point, a column for each label, then {@code timestamp}
 * as RFC 3339 and {@code value} as the API wrote it. A label that a series lacks is empty.
 */
public final class Csv {
  private Csv() {}

  /**
   * Prints an answer.
   *
   * @param header whether the names of the columns come first
   */
  public static void print(QueryAnswer answer, PrintWriter out, boolean header) {
    var labels = answer.labelNames();
    boolean points = !answer.type().equals("series");
    if (header) {
      var head = new ArrayList<>(labels);
      if (points) {
        head.addAll(List.of("timestamp", "value"));
      }
      line(head, out);
    }
    for (var series : answer.series()) {
      var row = new ArrayList<String>();
      labels.forEach(label -> row.add(series.labels().getOrDefault(label, "")));
      if (!points) {
        line(row, out);
      }
      for (var point : series.points()) {
        var whole = new ArrayList<>(row);
        whole.add(Times.rfc3339(point.millis()));
        whole.add(point.value());
        line(whole, out);
      }
    }
  }

  /** Prints one column. */
  public static void names(String column, List<String> names, PrintWriter out) {
    line(List.of(column), out);
    names.forEach(name -> line(List.of(name), out));
  }

  private static void line(List<String> fields, PrintWriter out) {
    var text = new StringBuilder();
    for (int i = 0; i < fields.size(); i++) {
      text.append(i == 0 ? "" : ",").append(quoted(fields.get(i)));
    }
    out.print(text.append("\r\n"));
  }

  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }
}
