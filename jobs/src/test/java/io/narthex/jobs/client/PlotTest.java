package io.narthex.jobs.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlotTest {
  private static final long START = 1_795_262_400_000L; // 2026-11-21T12:00:00Z
  private static final long STEP = 15_000;
  private static final int POINTS = 241;

  @Test
  void print_aRamp_isARisingLineWithAxesAndLegend() {
    var lines = plot(options("ascii", false), series("up", i -> 2 * i));
    // 240 steps of 2 end at 480: the axis goes to the round number above it.
    assertThat(lines.get(0)).startsWith("500 |");
    assertThat(lines.get(10)).matches(" *0 \\|\\*.*");
    int previous = Integer.MAX_VALUE;
    for (String line : lines.subList(0, 11)) {
      int first = line.indexOf('*');
      assertThat(first < previous || first < 0).as(line).isTrue();
      previous = first < 0 ? previous : first;
    }
    assertThat(lines.get(11)).contains("+-").endsWith("+");
    assertThat(lines.get(12)).contains("12:00", "12:30", "13:00");
    assertThat(lines.get(13)).contains("2026-11-21 12:00:00 to 2026-11-21 13:00:00 UTC");
    assertThat(lines.get(14)).isEqualTo("-*- 480  up{job=\"a\"}");
  }

  @Test
  void print_missingPoints_leaveAGap() {
    var lines =
        plot(options("ascii", false), series("up", i -> i < 80 || i > 160 ? 5 : Double.NaN));
    String line = lines.stream().filter(text -> text.contains("**")).findFirst().orElseThrow();
    assertThat(line).matches(".*\\*{10,} {10,}\\*{10,}");
  }

  @Test
  void print_aConstant_isALineInTheMiddle() {
    var lines = plot(options("braille", false), series("up", i -> 1));
    assertThat(lines.subList(0, 11)).anyMatch(line -> line.matches(".*[\\u2801-\\u28ff]{60,}.*"));
    assertThat(lines.get(0)).contains("1.2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"braille", "blocks", "ascii"})
  void print_everyLine_fitsTheTerminal(String style) {
    var lines = plot(options(style, false), series("up", Math::sin), series("b", i -> -1e9 * i));
    assertThat(lines.subList(0, 14)).allMatch(line -> line.length() <= 80);
  }

  @Test
  void print_withColors_marksSeriesAndLegendAlike() {
    var lines = plot(options("braille", true), series("a", i -> i), series("b", i -> -i));
    String second = "\033[38;5;33m";
    assertThat(lines.get(lines.size() - 1)).startsWith(second + "━━");
    assertThat(lines.subList(0, 11)).anyMatch(line -> line.contains(second));
    assertThat(lines.subList(0, 11))
        .allMatch(line -> !line.contains("\033[38") || line.endsWith("\033[0m"));
  }

  @Test
  void print_onlyNaN_saysSo() {
    assertThat(plot(options("braille", false), series("a", i -> Double.NaN)).get(0))
        .isEqualTo("no finite values");
  }

  @Test
  void print_aLabelWithCommandsForTheTerminal_showsThemEscaped() {
    var labels = new TreeMap<>(Map.of("evil", "\033[2J"));
    var one = new QueryAnswer.Series(labels, List.of(new QueryAnswer.Point(START, "1")));
    assertThat(plot(options("ascii", false), one)).anyMatch(line -> line.contains("\\u001b[2J"));
  }

  @Test
  void print_moreSeriesThanTheLegendHolds_countsTheRest() {
    var many = new ArrayList<QueryAnswer.Series>();
    for (int i = 0; i < 33; i++) {
      int level = i;
      many.add(series("s" + i, at -> level));
    }
    var lines = plot(options("blocks", false), many.toArray(QueryAnswer.Series[]::new));
    assertThat(lines.get(lines.size() - 1)).isEqualTo("and 13 more series");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 480, 500",
    "-3, 3, 4",
    "0.0001, 0.00042, 500µ",
    "1500000000, 1500000100, 1.50000010G",
    "1e-310, 1e-310, 1.15e-310",
    "-1e300, 1e300, 1.0e+300",
    "1e15, 9e15, 1.0e+16",
  })
  void axis_anyRange_hasMarksThatDiffer(double low, double high, String highest) {
    var axis = ValueAxis.of(low, high, 5);
    var labels = axis.ticks().stream().map(axis::label).toList();
    assertThat(labels).hasSizeBetween(2, 12);
    assertThat(axis.low()).isLessThanOrEqualTo(low);
    assertThat(axis.high()).isGreaterThanOrEqualTo(high);
    assertThat(labels).doesNotHaveDuplicates();
    assertThat(labels.get(labels.size() - 1)).isEqualTo(highest);
  }

  @ParameterizedTest
  @CsvSource({
    "12345, 12.345k",
    "0, 0",
    "NaN, NaN",
    "+Inf, +Inf",
    "0.00123, 1.23m",
    "-1e9, -1G",
    "1e30, 1.00e+30"
  })
  void compact_aValue_keepsItsFirstDigits(String value, String expected) {
    assertThat(ValueAxis.compact(value)).isEqualTo(expected);
  }

  private static Plot.Options options(String style, boolean colors) {
    long end = START + (POINTS - 1) * STEP;
    return new Plot.Options(START, end, STEP, 80, 11, style, colors, ZoneOffset.UTC);
  }

  private static QueryAnswer.Series series(String name, LongToDoubleFunction value) {
    var points = new ArrayList<QueryAnswer.Point>();
    for (int i = 0; i < POINTS; i++) {
      double number = value.applyAsDouble(i);
      String text =
          number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
      points.add(new QueryAnswer.Point(START + i * STEP, text));
    }
    return new QueryAnswer.Series(new TreeMap<>(Map.of("__name__", name, "job", "a")), points);
  }

  private static List<String> plot(Plot.Options options, QueryAnswer.Series... series) {
    var text = new StringWriter();
    Plot.print(new QueryAnswer("matrix", List.of(series)), options, new PrintWriter(text, true));
    return text.toString().lines().toList();
  }
}
