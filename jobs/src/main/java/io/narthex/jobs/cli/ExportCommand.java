package io.narthex.jobs.cli;

import io.narthex.jobs.client.Times;
import io.narthex.jobs.server.StartupException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.sinks.export.ArrowExport;
import io.narthex.sinks.export.Export;
import io.narthex.sinks.export.OpenMetricsExport;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** {@code narthex export}: writes stored samples in formats of others, offline. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Writes stored samples to a file or standard output. The server of the data directory is to be stopped; a"
            + " running one is asked by 'narthex query'.")
final class ExportCommand implements Runnable {
  private static final int BUFFER = 1 << 18;

  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--storage.tsdb.path",
      paramLabel = "DIR",
      defaultValue = "data/",
      scope = ScopeType.INHERIT,
      description = "The data directory (default: ${DEFAULT-VALUE}).")
  private Path storagePath = Path.of("data");

  @Option(
      names = "--match",
      paramLabel = "SELECTOR",
      scope = ScopeType.INHERIT,
      description = "Only series that it selects; may be repeated (default: all series).")
  private @Nullable List<String> selectors;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      scope = ScopeType.INHERIT,
      description = "Only samples from then on: -1d, 2026-11-21T12:00:00Z or seconds since 1970.")
  private @Nullable String start;

  @Option(
      names = "--end",
      paramLabel = "TIME",
      scope = ScopeType.INHERIT,
      description = "Only samples up to then.")
  private @Nullable String end;

  @Option(
      names = "--output-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Write there instead of to standard output.")
  private @Nullable Path outputFile;

  @Option(
      names = "--progress",
      scope = ScopeType.INHERIT,
      description = "Show on standard error how far the export is.")
  private boolean showProgress;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say in which format: arrow or openmetrics");
  }

  @Command(
      name = "arrow",
      mixinStandardHelpOptions = true,
      description = {
        "An Arrow IPC stream: a row for each sample, a column for each label, timestamp and value.",
        "In Python: pyarrow.ipc.open_stream('FILE').read_pandas()"
      })
  int arrow() {
    return run(ArrowExport::write);
  }

  @Command(
      name = "openmetrics",
      mixinStandardHelpOptions = true,
      description =
          "OpenMetrics text with timestamps, which 'narthex import openmetrics' and promtool read.")
  int openMetrics() {
    return run(OpenMetricsExport::write);
  }

  /** A format. */
  private interface Format {
    Export.Summary write(Export export, OutputStream out, Export.Progress progress)
        throws IOException;
  }

  private int run(Format format) {
    Logging.configure("warn", "logfmt");
    long now = System.currentTimeMillis();
    long from = start == null ? Long.MIN_VALUE : time(start, now);
    long to = end == null ? Long.MAX_VALUE : time(end, now);
    var matchers = matchers();
    if (!Files.isDirectory(storagePath)) {
      throw new StartupException(
          StartupException.FAILED, "export: " + storagePath + " is no data directory");
    }
    var options = StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0);
    try (var store = BlockStore.open(storagePath, options, new PrometheusRegistry());
        var progress = new ImportProgress(spec.commandLine().getErr(), showProgress);
        var out = new BufferedOutputStream(output(), BUFFER)) {
      var summary =
          format.write(
              new Export(store, matchers, from, to),
              out,
              (metric, share, samples) -> progress.progress(metric, share, samples));
      out.flush();
      progress.close();
      print(summary);
      return 0;
    } catch (IOException | UncheckedIOException e) {
      throw new StartupException(StartupException.FAILED, "export: " + e.getMessage());
    }
  }

  private OutputStream output() throws IOException {
    return outputFile == null ? new Unclosed(System.out) : Files.newOutputStream(outputFile);
  }

  private void print(Export.Summary summary) {
    var err = spec.commandLine().getErr();
    if (summary.histograms() > 0) {
      err.println("left out: " + summary.histograms() + " native histograms");
    }
    if (summary.staleMarkers() > 0) {
      err.println("left out: " + summary.staleMarkers() + " ends of series (stale markers)");
    }
    err.printf("exported %d series, %d samples%n", summary.series(), summary.samples());
    err.flush();
  }

  private List<List<Matcher>> matchers() {
    var sets = new ArrayList<List<Matcher>>();
    for (String selector : selectors == null ? List.of("{__name__=~\".+\"}") : selectors) {
      try {
        sets.add(PromqlParser.parseSelector(selector));
      } catch (RuntimeException e) {
        throw new ParameterException(spec.commandLine(), "--match: " + e.getMessage());
      }
    }
    return sets;
  }

  private long time(String text, long now) {
    try {
      return Times.parse(text, now);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  /** Standard output, which is not ours to close. */
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
