package io.narthex.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.jobs.client.ApiClient;
import io.narthex.jobs.client.ApiFailure;
import io.narthex.jobs.client.Csv;
import io.narthex.jobs.client.Plot;
import io.narthex.jobs.client.QueryAnswer;
import io.narthex.jobs.client.Tables;
import io.narthex.jobs.client.Terminal;
import io.narthex.jobs.client.Times;
import io.narthex.jobs.server.StartupException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code narthex query}: asks a server, and shows the answer. */
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = "Asks a server, any with Prometheus' API, and shows what it answers.",
    footer = {
      "",
      "Times are now, -1h, now-1h, 2026-11-21T12:00:00Z or seconds since 1970.",
      "Try 'narthex query range -h' and \"narthex query range 'rate(process_cpu_seconds_total[1m])'\"."
    })
final class QueryCommand implements Runnable {
  private static final long DEFAULT_RANGE = 3_600_000;
  private static final int DEFAULT_POINTS = 240;
  private static final int MOST_COLUMNS = 1000;
  private static final int MOST_ROWS = 500;

  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Mixin private Connection connection = new Connection();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      scope = ScopeType.INHERIT,
      description = "table, csv, json or arrow; plot for ranges, which is their default.")
  private @Nullable Output output;

  @Option(
      names = "--output-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Write there instead of to standard output.")
  private @Nullable Path outputFile;

  /** How an answer is shown. */
  enum Output {
    TABLE,
    CSV,
    JSON,
    ARROW,
    PLOT
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to ask for: instant, range, series, labels or live");
  }

  @Command(
      name = "instant",
      mixinStandardHelpOptions = true,
      description = "The value of an expression at one time.")
  int instant(
      @Parameters(paramLabel = "EXPR", description = "PromQL.") String expression,
      @Option(names = "--time", paramLabel = "TIME", description = "When (default: now).")
          @Nullable String time) {
    var form = new Form().with("query", expression).time("time", time);
    return ask("/api/v1/query", form, format(Output.TABLE), this::show);
  }

  @Command(
      name = "range",
      mixinStandardHelpOptions = true,
      description = "The values of an expression over a time range, drawn in the terminal.")
  int range(
      @Parameters(paramLabel = "EXPR", description = "PromQL.") String expression,
      @Option(
              names = "--start",
              paramLabel = "TIME",
              description = "Default: an hour before the end.")
          @Nullable String start,
      @Option(names = "--end", paramLabel = "TIME", description = "Default: now.")
          @Nullable String end,
      @Option(
              names = "--step",
              paramLabel = "DURATION",
              description = "Between two points (default: as fine as the plot is wide).")
          @Nullable String step,
      @Option(names = "--width", paramLabel = "N", description = "Columns of the plot.")
          @Nullable Integer width,
      @Option(names = "--height", paramLabel = "N", description = "Rows of the plot.")
          @Nullable Integer height,
      @Option(
              names = "--style",
              paramLabel = "STYLE",
              description = "Characters of the plot: braille, blocks or ascii.")
          @Nullable String style,
      @Option(names = "--local", description = "The plot's times in the zone of this machine.")
          boolean local) {
    long now = System.currentTimeMillis();
    long to = end == null ? now : time(end, now);
    long from = start == null ? to - DEFAULT_RANGE : time(start, now);
    if (from > to) {
      throw new ParameterException(spec.commandLine(), "--start is after --end");
    }
    var terminal = Terminal.ofOutput(System.getenv());
    int columns = width == null ? terminal.columns() : within("--width", width, MOST_COLUMNS);
    int rows =
        height == null
            ? Math.max(8, Math.min(24, terminal.rows() - 8))
            : within("--height", height, MOST_ROWS);
    var chosen = format(Output.PLOT);
    long between = step == null ? step(to - from, chosen, columns) : duration(step);
    var options =
        new Plot.Options(
            from,
            to,
            between,
            columns,
            rows,
            style(style),
            terminal.colors() && outputFile == null,
            local ? ZoneId.systemDefault() : ZoneOffset.UTC);
    var form =
        new Form()
            .with("query", expression)
            .with("start", Times.seconds(from))
            .with("end", Times.seconds(to))
            .with("step", Times.seconds(between));
    return ask(
        "/api/v1/query_range",
        form,
        chosen,
        (data, out) -> {
          if (chosen == Output.PLOT) {
            Plot.print(QueryAnswer.of(data), options, out);
          } else {
            show(data, out);
          }
        });
  }

  @Command(
      name = "series",
      mixinStandardHelpOptions = true,
      description = "The series that selectors match.")
  int series(
      @Parameters(
              paramLabel = "SELECTOR",
              arity = "1..*",
              description = "Such as 'up{job=\"node\"}'.")
          List<String> selectors,
      @Option(names = "--start", paramLabel = "TIME", description = "Only series after this.")
          @Nullable String start,
      @Option(names = "--end", paramLabel = "TIME", description = "Only series before this.")
          @Nullable String end,
      @Option(names = "--limit", paramLabel = "N", description = "Most series.")
          @Nullable Integer limit) {
    var form = new Form().time("start", start).time("end", end).limit(limit);
    selectors.forEach(selector -> form.with("match[]", selector));
    return ask(
        "/api/v1/series",
        form,
        format(Output.TABLE),
        (data, out) -> {
          var answer = QueryAnswer.ofSeries(data);
          if (format(Output.TABLE) == Output.CSV) {
            Csv.print(answer, out, true);
          } else {
            Tables.print(answer, out, width());
          }
        });
  }

  @Command(
      name = "labels",
      mixinStandardHelpOptions = true,
      description = "The names of labels, or the values of one.")
  int labels(
      @Parameters(
              paramLabel = "NAME",
              arity = "0..1",
              description = "The label whose values are told.")
          @Nullable String name,
      @Option(names = "--match", paramLabel = "SELECTOR", description = "Only of these series.")
          @Nullable List<String> selectors,
      @Option(names = "--start", paramLabel = "TIME", description = "Only of series after this.")
          @Nullable String start,
      @Option(names = "--end", paramLabel = "TIME", description = "Only of series before this.")
          @Nullable String end,
      @Option(names = "--limit", paramLabel = "N", description = "Most names or values.")
          @Nullable Integer limit) {
    var form = new Form().time("start", start).time("end", end).limit(limit);
    if (selectors != null) {
      selectors.forEach(selector -> form.with("match[]", selector));
    }
    String path = name == null ? "/api/v1/labels" : "/api/v1/label/" + inPath(name) + "/values";
    return ask(
        path,
        form,
        format(Output.TABLE),
        (data, out) -> {
          var names = new ArrayList<String>();
          data.forEach(one -> names.add(one.asText()));
          if (format(Output.TABLE) == Output.CSV) {
            Csv.names(name == null ? "label" : name, names, out);
          } else {
            Tables.names(names, out);
          }
        });
  }

  @Command(
      name = "live",
      mixinStandardHelpOptions = true,
      description = "Follows an expression: each new value as its samples arrive, until Ctrl+C.")
  int live(
      @Parameters(paramLabel = "EXPR", description = "PromQL.") String expression,
      @Option(names = "--count", paramLabel = "N", description = "End after so many values.")
          @Nullable Integer count) {
    var chosen = format(Output.TABLE);
    if (chosen == Output.ARROW) {
      throw new ParameterException(spec.commandLine(), "live answers are table, csv or json");
    }
    int most = count == null ? 0 : within("--count", count, Integer.MAX_VALUE);
    return writing(
        out -> {
          var events =
              connection
                  .client()
                  .events("/api/v1/query_live", new Form().with("query", expression).fields);
          boolean first = true;
          for (var answer : (most == 0 ? events : events.take(most)).toIterable(1)) {
            remarks(answer);
            follow(answer.data(), chosen, out, first);
            out.flush();
            first = false;
          }
        });
  }

  private void follow(JsonNode data, Output chosen, PrintWriter out, boolean first) {
    if (chosen == Output.JSON) {
      out.println(data);
      return;
    }
    var answer = QueryAnswer.of(data);
    if (chosen == Output.CSV) {
      Csv.print(answer, out, first);
      return;
    }
    long at =
        answer.series().stream()
            .flatMap(series -> series.points().stream())
            .mapToLong(QueryAnswer.Point::millis)
            .max()
            .orElse(0);
    out.println((first ? "" : "\n") + (at == 0 ? "" : java.time.Instant.ofEpochMilli(at)));
    Tables.print(answer, out, width());
  }

  /** Prints an answer's data in a format made of text. */
  private interface Printer {
    void print(JsonNode data, PrintWriter out);
  }

  /** Writes to where the answer goes. */
  private interface Writing {
    void to(PrintWriter out);
  }

  private int ask(String path, Form form, Output chosen, Printer printer) {
    boolean names = path.contains("/label");
    if (chosen == Output.ARROW) {
      return bytes(path, form);
    }
    return writing(
        out -> {
          var client = connection.client();
          var answer = names ? client.get(path, form.fields) : client.post(path, form.fields);
          remarks(answer);
          if (chosen == Output.JSON) {
            out.println(answer.data());
          } else {
            printer.print(answer.data(), out);
          }
        });
  }

  private int bytes(String path, Form form) {
    Logging.configure("warn", "logfmt");
    try {
      byte[] stream = connection.client().arrow(path, form.fields);
      if (outputFile == null) {
        System.out.write(stream);
        System.out.flush();
      } else {
        Files.write(outputFile, stream);
      }
      return 0;
    } catch (ApiFailure | IOException e) {
      throw failed(e);
    }
  }

  private int writing(Writing writing) {
    Logging.configure("warn", "logfmt");
    try {
      if (outputFile == null) {
        var out = spec.commandLine().getOut();
        writing.to(out);
        out.flush();
      } else {
        try (var out = new PrintWriter(Files.newBufferedWriter(outputFile))) {
          writing.to(out);
        }
      }
      return 0;
    } catch (ApiFailure | IOException e) {
      throw failed(e);
    }
  }

  private static StartupException failed(Exception failure) {
    return new StartupException(StartupException.FAILED, "query: " + failure.getMessage());
  }

  private void remarks(ApiClient.Answer answer) {
    answer.remarks().forEach(remark -> spec.commandLine().getErr().println(remark));
    spec.commandLine().getErr().flush();
  }

  private void show(JsonNode data, PrintWriter out) {
    var answer = QueryAnswer.of(data);
    if (output == Output.CSV) {
      Csv.print(answer, out, true);
    } else {
      Tables.print(answer, out, width());
    }
  }

  private Output format(Output fallback) {
    if (output == Output.PLOT && fallback != Output.PLOT) {
      throw new ParameterException(spec.commandLine(), "only ranges can be plotted");
    }
    return output == null ? fallback : output;
  }

  private int width() {
    return outputFile == null
        ? Terminal.ofOutput(System.getenv()).columns()
        : Integer.MAX_VALUE; // a file is as wide as it needs to be
  }

  private static long step(long range, Output output, int columns) {
    long points = output == Output.PLOT ? Math.max(20, 2L * (columns - 10)) : DEFAULT_POINTS;
    return Math.max(1000, (range / points + 999) / 1000 * 1000);
  }

  private String style(@Nullable String asked) {
    if (asked == null) {
      var environment = System.getenv();
      String locale = environment.getOrDefault("LC_ALL", "");
      locale = locale.isEmpty() ? environment.getOrDefault("LC_CTYPE", "") : locale;
      locale = locale.isEmpty() ? environment.getOrDefault("LANG", "") : locale;
      String name = locale.toLowerCase(Locale.ROOT);
      return name.contains("utf-8") || name.contains("utf8") ? "braille" : "ascii";
    }
    if (!List.of("braille", "blocks", "ascii").contains(asked)) {
      throw new ParameterException(
          spec.commandLine(), "--style: " + asked + " is not one of braille, blocks, ascii");
    }
    return asked;
  }

  private long time(String text, long now) {
    try {
      return Times.parse(text, now);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private int within(String option, int asked, int most) {
    if (asked < 1 || asked > most) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + asked + " is not from 1 to " + most);
    }
    return asked;
  }

  private long duration(String text) {
    try {
      long millis = Times.duration(text);
      if (millis > 0) {
        return millis;
      }
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--step: " + e.getMessage());
    }
    throw new ParameterException(spec.commandLine(), "--step: " + text + " is not positive");
  }

  /**
   * A label's name as a part of a path; names that are not plain are escaped as Prometheus does.
   */
  private static String inPath(String name) {
    if (name.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
      return name;
    }
    var escaped = new StringBuilder("U__");
    name.codePoints()
        .forEach(
            c -> {
              if (c == '_') {
                escaped.append("__");
              } else if (c < 128 && Character.isLetterOrDigit(c)) {
                escaped.appendCodePoint(c);
              } else {
                escaped.append('_').append(Integer.toHexString(c)).append('_');
              }
            });
    return escaped.toString();
  }

  /** Fields of a request. */
  private final class Form {
    private final List<Map.Entry<String, String>> fields = new ArrayList<>();

    Form with(String name, String value) {
      fields.add(Map.entry(name, value));
      return this;
    }

    Form time(String name, @Nullable String text) {
      return text == null
          ? this
          : with(name, Times.seconds(QueryCommand.this.time(text, System.currentTimeMillis())));
    }

    Form limit(@Nullable Integer most) {
      return most == null
          ? this
          : with("limit", Integer.toString(within("--limit", most, Integer.MAX_VALUE)));
    }
  }
}
