package io.narthex.jobs.client;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Answers as tables for people: columns aligned, as wide as the terminal if they fit. */
public final class Tables {
  private static final String GAP = "  ";

  private Tables() {}

  /**
   * Prints an answer: a row for each series of a vector; for each time of a matrix a row with a
   * column for each series, or the series one after the other where the columns do not fit.
   *
   * @param width columns of the terminal
   */
  public static void print(QueryAnswer answer, PrintWriter out, int width) {
    if (answer.series().isEmpty()) {
      out.println("no series");
      return;
    }
    switch (answer.type()) {
      case "scalar", "string" ->
          out.println(QueryAnswer.plain(answer.series().get(0).points().get(0).value()));
      case "matrix" -> matrix(answer, out, width);
      default -> vector(answer, out, width);
    }
  }

  /** Prints names one below the other. */
  public static void names(List<String> names, PrintWriter out) {
    names.forEach(name -> out.println(QueryAnswer.plain(name)));
  }

  private static void vector(QueryAnswer answer, PrintWriter out, int width) {
    var labels = answer.labelNames();
    boolean values = answer.type().equals("vector");
    var rows = new ArrayList<List<String>>();
    var head = new ArrayList<String>();
    labels.forEach(
        label -> head.add(label.equals("__name__") ? "METRIC" : QueryAnswer.plain(label)));
    if (values) {
      head.add("VALUE");
    }
    rows.add(head);
    for (var series : answer.series()) {
      var row = new ArrayList<String>();
      labels.forEach(label -> row.add(QueryAnswer.plain(series.labels().getOrDefault(label, ""))));
      if (values) {
        row.add(series.points().get(0).value());
      }
      rows.add(row);
    }
    if (widthOf(rows) > width || head.isEmpty()) {
      rows.clear();
      rows.add(values ? List.of("SERIES", "VALUE") : List.of("SERIES"));
      for (var series : answer.series()) {
        rows.add(
            values
                ? List.of(series.name(), series.points().get(0).value())
                : List.of(series.name()));
      }
    }
    align(rows, out, values ? rows.get(0).size() - 1 : rows.get(0).size());
  }

  private static void matrix(QueryAnswer answer, PrintWriter out, int width) {
    var byTime = new TreeMap<Long, String[]>();
    int count = answer.series().size();
    for (int s = 0; s < count; s++) {
      for (var point : answer.series().get(s).points()) {
        byTime.computeIfAbsent(point.millis(), at -> new String[count])[s] = point.value();
      }
    }
    var rows = new ArrayList<List<String>>();
    var head = new ArrayList<String>(List.of("TIME"));
    answer.series().forEach(series -> head.add(series.name()));
    rows.add(head);
    byTime.forEach(
        (at, values) -> {
          var row = new ArrayList<String>(List.of(Times.rfc3339(at)));
          for (String value : values) {
            row.add(value == null ? "" : value);
          }
          rows.add(row);
        });
    if (widthOf(rows) <= width) {
      align(rows, out, rows.get(0).size() - 1);
      return;
    }
    for (var series : answer.series()) {
      out.println(series.name());
      var own = new ArrayList<List<String>>();
      series
          .points()
          .forEach(point -> own.add(List.of("  " + Times.rfc3339(point.millis()), point.value())));
      align(own, out, 1);
    }
  }

  private static int widthOf(List<List<String>> rows) {
    int total = -GAP.length();
    for (int column = 0; column < rows.get(0).size(); column++) {
      total += GAP.length() + columnWidth(rows, column);
    }
    return total;
  }

  private static int columnWidth(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /**
   * Prints rows of texts as aligned columns, the first row being their names.
   *
   * @param firstNumber the column from which on texts are set to the right
   */
  public static void rows(List<List<String>> rows, PrintWriter out, int firstNumber) {
    align(
        rows.stream().map(row -> row.stream().map(QueryAnswer::plain).toList()).toList(),
        out,
        firstNumber);
  }

  private static void align(List<List<String>> rows, PrintWriter out, int firstNumber) {
    if (rows.isEmpty()) {
      return;
    }
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (int column = 0; column < columns; column++) {
      widths[column] = columnWidth(rows, column);
    }
    for (var row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String text = row.get(column);
        String pad = " ".repeat(widths[column] - length(text));
        boolean right = column > 0 && column >= firstNumber;
        line.append(column == 0 ? "" : GAP).append(right ? pad + text : text + pad);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
