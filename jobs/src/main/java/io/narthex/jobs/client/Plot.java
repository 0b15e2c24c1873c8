package io.narthex.jobs.client;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The graph of a range query in a terminal: lines of dots, values at the left, times below, and a
 * legend with the newest value of each series. Points further apart than the step are not joined.
 */
public final class Plot {
  private static final int LEGEND_ROWS = 20;
  private static final int MIN_COLUMNS = 20;
  private static final int MIN_ROWS = 4;

  /** Of the 256 colours of terminals; readable on light and dark ones. */
  private static final int[] PALETTE = {208, 33, 70, 134, 178, 37, 162, 63, 137, 245};

  private static final long[] TIME_STEPS = {
    1_000L,
    2_000L,
    5_000L,
    10_000L,
    15_000L,
    30_000L,
    60_000L,
    120_000L,
    300_000L,
    600_000L,
    900_000L,
    1_800_000L,
    3_600_000L,
    7_200_000L,
    10_800_000L,
    21_600_000L,
    43_200_000L,
    86_400_000L,
    172_800_000L,
    604_800_000L,
    2_592_000_000L,
    31_536_000_000L
  };

  private final Options options;
  private final List<QueryAnswer.Series> series;

  private Plot(QueryAnswer answer, Options options) {
    this.options = options;
    series = answer.series();
  }

  /**
   * How it is drawn.
   *
   * @param from the left end, in milliseconds
   * @param to the right end
   * @param step between two points
   * @param columns of the terminal
   * @param rows of the drawing without legend
   * @param style {@code braille}, {@code blocks} or {@code ascii}
   */
  public record Options(
      long from,
      long to,
      long step,
      int columns,
      int rows,
      String style,
      boolean colors,
      ZoneId zone) {}

  /** Draws the answer of a range query. */
  public static void print(QueryAnswer answer, Options options, PrintWriter out) {
    new Plot(answer, options).print(out);
  }

  private void print(PrintWriter out) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (var one : series) {
      for (var point : one.points()) {
        double value = point.number();
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    if (low > high) {
      out.println(series.isEmpty() ? "no series" : "no finite values");
      legend(out);
      return;
    }
    int rows = Math.max(MIN_ROWS, options.rows());
    var axis = ValueAxis.of(low, high, Math.max(2, rows / 4));
    int margin = axis.labelWidth() + 2;
    int columns = Math.max(MIN_COLUMNS, options.columns() - margin);
    var canvas = new DotCanvas(DotCanvas.Style.of(options.style()), columns, rows);
    for (int s = 0; s < series.size(); s++) {
      draw(canvas, axis, series.get(s), PALETTE[s % PALETTE.length]);
    }
    drawing(out, canvas, axis);
    times(out, canvas, margin, columns);
    legend(out);
  }

  private void draw(DotCanvas canvas, ValueAxis axis, QueryAnswer.Series one, int color) {
    int lastX = 0;
    int lastY = 0;
    long lastAt = Long.MIN_VALUE;
    for (var point : one.points()) {
      double value = point.number();
      if (!Double.isFinite(value)) {
        lastAt = Long.MIN_VALUE;
        continue;
      }
      int x = dotX(canvas, point.millis());
      int y = (int) Math.round((1 - axis.share(value)) * (canvas.height() - 1));
      if (lastAt != Long.MIN_VALUE && point.millis() - lastAt <= options.step()) {
        canvas.line(lastX, lastY, x, y, color);
      } else {
        canvas.dot(x, y, color);
      }
      lastX = x;
      lastY = y;
      lastAt = point.millis();
    }
  }

  private int dotX(DotCanvas canvas, long millis) {
    double length = Math.max(1, options.to() - options.from());
    return (int) Math.round((millis - options.from()) / length * (canvas.width() - 1));
  }

  private void drawing(PrintWriter out, DotCanvas canvas, ValueAxis axis) {
    int rows = canvas.rows();
    var labels = new String[rows];
    for (double tick : axis.ticks()) {
      labels[(int) Math.round((1 - axis.share(tick)) * (rows - 1))] = axis.label(tick);
    }
    for (int row = 0; row < rows; row++) {
      var line = new StringBuilder();
      String label = labels[row] == null ? "" : labels[row];
      line.append(" ".repeat(axis.labelWidth() - label.length())).append(label).append(' ');
      line.append(ascii() ? '|' : labels[row] == null ? '│' : '┤');
      row(line, canvas, row);
      out.println(line.toString().stripTrailing());
    }
  }

  private boolean ascii() {
    return DotCanvas.Style.of(options.style()) == DotCanvas.Style.ASCII;
  }

  private void row(StringBuilder line, DotCanvas canvas, int row) {
    int current = DotCanvas.NO_COLOR;
    for (int column = 0; column < canvas.columns(); column++) {
      int color = options.colors() ? canvas.color(column, row) : DotCanvas.NO_COLOR;
      if (color != current) {
        line.append(color == DotCanvas.NO_COLOR ? "\033[0m" : "\033[38;5;" + color + "m");
        current = color;
      }
      line.append(canvas.character(column, row));
    }
    if (current != DotCanvas.NO_COLOR) {
      line.append("\033[0m");
    }
  }

  /** The axis of time, its marks at round times, and the day and zone where they do not say it. */
  private void times(PrintWriter out, DotCanvas canvas, int margin, int columns) {
    long step = timeStep(columns);
    var format =
        DateTimeFormatter.ofPattern(
                step < 60_000 ? "HH:mm:ss" : step < 86_400_000L ? "HH:mm" : "yyyy-MM-dd",
                Locale.ROOT)
            .withZone(options.zone());
    var marks = new StringBuilder((ascii() ? "-" : "─").repeat(columns));
    var labels = new StringBuilder(" ".repeat(columns + 12));
    int free = 0;
    for (long at = firstMark(step); at <= options.to(); at += step) {
      int column = dotX(canvas, at) * columns / canvas.width();
      marks.setCharAt(column, ascii() ? '+' : '┬');
      String label = format.format(Instant.ofEpochMilli(at));
      int start = Math.max(0, Math.min(columns - label.length(), column - label.length() / 2));
      if (start >= free) {
        labels.replace(start, start + label.length(), label);
        free = start + label.length() + 2;
      }
    }
    String indent = " ".repeat(margin - 1);
    out.println(indent + (ascii() ? '+' : '└') + marks);
    out.println((" ".repeat(margin) + labels).stripTrailing());
    var day =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(options.zone());
    out.println(
        " ".repeat(margin)
            + day.format(Instant.ofEpochMilli(options.from()))
            + (ascii() ? " to " : " – ")
            + day.format(Instant.ofEpochMilli(options.to()))
            + " "
            + (options.zone().equals(ZoneOffset.UTC) ? "UTC" : options.zone().getId()));
  }

  private long timeStep(int columns) {
    long length = options.to() - options.from();
    for (long step : TIME_STEPS) {
      int width = step < 60_000 ? 8 : step < 86_400_000L ? 5 : 10;
      if (length / step * (width + 3) <= columns) {
        return step;
      }
    }
    return TIME_STEPS[TIME_STEPS.length - 1];
  }

  private long firstMark(long step) {
    long offset =
        options.zone().getRules().getOffset(Instant.ofEpochMilli(options.from())).getTotalSeconds()
            * 1000L;
    return Math.floorDiv(options.from() + offset + step - 1, step) * step - offset;
  }

  private void legend(PrintWriter out) {
    var rows = new ArrayList<String>();
    int width = 0;
    for (var one : series.subList(0, Math.min(LEGEND_ROWS, series.size()))) {
      var points = one.points();
      String value = points.isEmpty() ? "" : points.get(points.size() - 1).value();
      String text = value.startsWith("{") ? "histogram" : ValueAxis.compact(value);
      rows.add(text);
      width = Math.max(width, text.length());
    }
    String marker = ascii() ? "-*-" : "━━";
    for (int s = 0; s < rows.size(); s++) {
      String mark =
          options.colors()
              ? "\033[38;5;" + PALETTE[s % PALETTE.length] + "m" + marker + "\033[0m"
              : marker;
      String value = " ".repeat(width - rows.get(s).length()) + rows.get(s);
      out.println(mark + " " + value + "  " + series.get(s).name());
    }
    if (series.size() > rows.size()) {
      out.println("and " + (series.size() - rows.size()) + " more series");
    }
  }
}
