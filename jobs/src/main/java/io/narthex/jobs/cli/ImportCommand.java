package io.narthex.jobs.cli;

import io.narthex.jobs.server.StartupException;
import io.narthex.sinks.prometheus.Import;
import io.narthex.sinks.prometheus.ImportSummary;
import io.narthex.sinks.prometheus.OpenMetricsFile;
import io.narthex.sinks.prometheus.PrometheusDirectory;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code narthex import}: takes over samples of other servers, offline. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Takes over samples of other servers. The server of the data directory is to be stopped.")
final class ImportCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Option(
      names = "--storage.tsdb.path",
      paramLabel = "DIR",
      defaultValue = "data/",
      scope = CommandLine.ScopeType.INHERIT,
      description = "The data directory to import into (default: ${DEFAULT-VALUE}).")
  private Path storagePath = Path.of("data");

  @Option(
      names = "--progress",
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show on standard error how far the import is.")
  private boolean showProgress;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what is to be imported: prometheus or openmetrics");
  }

  @Command(
      name = "prometheus",
      mixinStandardHelpOptions = true,
      description = {
        "Imports the data directory of a Prometheus 3 that is stopped: blocks, and the head from its write-ahead log.",
        "Samples are taken at any age; when they are imported again, they overwrite. Exit code 1 if anything could not be"
            + " taken over."
      })
  int prometheus(
      @Parameters(paramLabel = "DIR", description = "What --storage.tsdb.path of Prometheus names.")
          Path directory) {
    return run(into -> PrometheusDirectory.read(directory, into));
  }

  @Command(
      name = "openmetrics",
      mixinStandardHelpOptions = true,
      description = {
        "Imports OpenMetrics text in which every sample has a timestamp, also packed with gzip (FILE.gz).",
        "Samples are taken at any age; when they are imported again, they overwrite. Exit code 1 if anything could not be"
            + " taken over."
      })
  int openMetrics(
      @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files to read.")
          List<Path> files) {
    return run(
        into -> {
          for (var file : files) {
            OpenMetricsFile.read(file, into);
          }
        });
  }

  /** Something to import. */
  private interface Source {
    void read(Import into) throws IOException;
  }

  private int run(Source source) {
    Logging.configure("warn", "logfmt");
    // Samples are durable at each flush, and one that failed can be started again; none is too old.
    var options =
        StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0).withWalSync(WalSync.INTERVAL);
    try (var store = BlockStore.open(storagePath, options, new PrometheusRegistry());
        var progress = new ImportProgress(spec.commandLine().getErr(), showProgress)) {
      var into = new Import(store, store, progress);
      source.read(into);
      into.flush();
      progress.close();
      var summary = into.summary();
      print(summary, spec.commandLine().getOut(), spec.commandLine().getErr());
      return summary.isComplete() ? 0 : StartupException.FAILED;
    } catch (IOException | UncheckedIOException e) {
      throw new StartupException(StartupException.FAILED, "import: " + e.getMessage());
    }
  }

  private static void print(ImportSummary summary, PrintWriter out, PrintWriter err) {
    summary.faults().forEach(fault -> err.println("damaged: " + fault));
    if (summary.faultCount() > summary.faults().size()) {
      err.println("damaged: " + (summary.faultCount() - summary.faults().size()) + " more places");
    }
    new TreeMap<>(summary.skipped())
        .forEach((what, count) -> err.println("skipped: " + count + " " + what));
    long skipped = summary.skipped().values().stream().mapToLong(Long::longValue).sum();
    boolean any = summary.samples() + summary.histograms() > 0;
    out.printf(
        "imported %d series, %d samples, %d histograms%s; skipped %d, damaged places %d%n",
        summary.series(),
        summary.samples(),
        summary.histograms(),
        any
            ? ", from "
                + Instant.ofEpochMilli(summary.minTime())
                + " to "
                + Instant.ofEpochMilli(summary.maxTime())
            : "",
        skipped,
        summary.faultCount());
    out.flush();
    err.flush();
  }
}
