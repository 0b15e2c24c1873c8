package io.narthex.jobs.cli;

import io.narthex.jobs.client.Tables;
import io.narthex.jobs.server.StartupException;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.StoreInventory;
import io.narthex.sinks.block.BlockAnalysis;
import io.narthex.sinks.store.StoreInspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;

/** {@code narthex blocks}: looks at the files of a store, also while a server has it open. */
@Command(
    name = "blocks",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Looks at the blocks of a data directory; but for accept-losses it only reads, so a server may have it open.")
final class BlocksCommand implements Runnable {
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

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: list, analyze, verify or accept-losses");
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description =
          "The blocks: time, level, series, samples and size. Exit code 1 if one is damaged.")
  int list() {
    return inspecting(
        inspection -> {
          var inventory = inspection.list();
          print(inventory, out());
          return damages(inventory);
        });
  }

  @Command(
      name = "analyze",
      mixinStandardHelpOptions = true,
      description = "Where the bytes of a block are: files, codecs, metrics, labels.")
  int analyze(
      @Parameters(
              paramLabel = "BLOCK",
              arity = "0..1",
              description = "Name of the block (default: the largest).")
          @Nullable String id,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "20",
              description = "Longest list (default: ${DEFAULT-VALUE}).")
          int limit) {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit: " + limit + " is not positive");
    }
    return inspecting(
        inspection -> {
          print(inspection.analyze(id == null ? largest(inspection) : id, limit), out());
          return 0;
        });
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description =
          "Reads every byte of blocks, deletions and log, and says what is damaged or missing. Exit code 1 if anything is.")
  int verify(
      @Option(names = "--progress", description = "Show on standard error how far it is.")
          boolean showProgress) {
    return inspecting(
        inspection -> {
          try (var progress = new ImportProgress(spec.commandLine().getErr(), showProgress)) {
            var inventory =
                inspection.verify(
                    (place, done, total) ->
                        progress.show((double) done / total, String.valueOf(place.getFileName())));
            progress.close();
            int code = damages(inventory);
            long bytes =
                inventory.blocks().stream().mapToLong(StoreInventory.BlockInfo::bytes).sum();
            out()
                .printf(
                    "%d blocks with %s are sound, damaged places %d%n",
                    inventory.blocks().size(), bytes(bytes), inventory.damages().size());
            return code;
          }
        });
  }

  @Command(
      name = "accept-losses",
      mixinStandardHelpOptions = true,
      description =
          "Has what is missing for good not told at each start any more. The server must be stopped.")
  int acceptLosses() {
    return inspecting(
        inspection -> {
          var accepted = inspection.acceptLosses();
          accepted.forEach(
              loss -> out().println("accepted: " + loss.place() + ": " + loss.reason()));
          out().printf("%d losses are not told any more%n", accepted.size());
          return 0;
        });
  }

  /** Something done with a folder; the result is the exit code. */
  private interface Work {
    int with(StoreInspection inspection) throws IOException;
  }

  private int inspecting(Work work) {
    Logging.configure("warn", "logfmt");
    try {
      int code = work.with(new StoreInspection(storagePath));
      out().flush();
      return code;
    } catch (FaultException | IOException e) {
      throw new StartupException(StartupException.FAILED, "blocks: " + e.getMessage());
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private int damages(StoreInventory inventory) {
    var err = spec.commandLine().getErr();
    inventory
        .damages()
        .forEach(
            damage ->
                err.println(
                    "damaged: " + damage.part() + ": " + damage.place() + ": " + damage.reason()));
    err.flush();
    return inventory.damages().isEmpty() ? 0 : StartupException.FAILED;
  }

  private static String largest(StoreInspection inspection) throws IOException {
    return inspection.list().blocks().stream()
        .max(java.util.Comparator.comparingLong(StoreInventory.BlockInfo::bytes))
        .map(StoreInventory.BlockInfo::id)
        .orElseThrow(
            () -> new StartupException(StartupException.FAILED, "blocks: there are no blocks"));
  }

  private static void print(StoreInventory inventory, PrintWriter out) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "BLOCK",
            "FROM",
            "COVERS",
            "LEVEL",
            "SERIES",
            "SAMPLES",
            "DELETIONS",
            "SIZE",
            "B/SAMPLE"));
    for (var block : inventory.blocks()) {
      rows.add(
          List.of(
              block.id(),
              Instant.ofEpochMilli(block.minTime()).toString(),
              duration(block.maxTime() - block.minTime()),
              Integer.toString(block.level()),
              Long.toString(block.series()),
              Long.toString(block.samples()),
              Integer.toString(block.deletions()),
              bytes(block.bytes()),
              ratio(block.bytes(), block.samples())));
    }
    Tables.rows(rows, out, 3);
  }

  private static void print(BlockAnalysis analysis, PrintWriter out) {
    var meta = analysis.meta();
    long total = Math.max(1, meta.sizeInBytes());
    out.printf(
        "block %s: %s to %s, level %d%n",
        meta.id(),
        Instant.ofEpochMilli(meta.minTime()),
        Instant.ofEpochMilli(meta.maxTime()),
        meta.level());
    out.printf(
        "%d series, %d samples in %d pages, %d columns of times, %s (%s bytes a sample, of which statistics %s)%n",
        meta.series(),
        meta.samples(),
        analysis.pages(),
        analysis.timestampColumns(),
        bytes(meta.sizeInBytes()),
        ratio(meta.sizeInBytes(), meta.samples()),
        ratio(analysis.statisticsBytes(), meta.samples()));
    var files = new ArrayList<List<String>>(List.of(List.of("FILE", "SIZE", "SHARE")));
    for (Map.Entry<String, Long> file : new TreeMap<>(analysis.files()).entrySet()) {
      files.add(List.of(file.getKey(), bytes(file.getValue()), share(file.getValue(), total)));
    }
    section(files, out);
    var codecs =
        new ArrayList<List<String>>(
            List.of(List.of("CODEC", "PAGES", "SAMPLES", "SIZE", "B/SAMPLE")));
    for (var codec : analysis.codecs()) {
      codecs.add(
          List.of(
              codec.codec().name().toLowerCase(Locale.ROOT),
              Long.toString(codec.pages()),
              Long.toString(codec.samples()),
              bytes(codec.bytes()),
              ratio(codec.bytes(), codec.samples())));
    }
    section(codecs, out);
    var metrics =
        new ArrayList<List<String>>(
            List.of(List.of("METRIC", "SERIES", "SAMPLES", "SIZE", "B/SAMPLE")));
    for (var metric : analysis.metrics()) {
      metrics.add(
          List.of(
              metric.name(),
              Long.toString(metric.series()),
              Long.toString(metric.samples()),
              bytes(metric.bytes()),
              ratio(metric.bytes(), metric.samples())));
    }
    section(metrics, out);
    var labels = new ArrayList<List<String>>(List.of(List.of("LABEL", "VALUES")));
    analysis
        .labels()
        .forEach(label -> labels.add(List.of(label.name(), Long.toString(label.values()))));
    section(labels, out);
  }

  private static void section(List<List<String>> rows, PrintWriter out) {
    out.println();
    Tables.rows(rows, out, 1);
  }

  private static String share(long part, long whole) {
    return String.format(Locale.ROOT, "%.1f%%", 100.0 * part / whole);
  }

  private static String ratio(long bytes, long samples) {
    return samples == 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) bytes / samples);
  }

  private static String duration(long millis) {
    var length = Duration.ofMillis(millis);
    return length.toHours() > 0
        ? length.toHours() + "h" + length.toMinutesPart() + "m"
        : length.toMinutes() + "m" + length.toSecondsPart() + "s";
  }

  private static String bytes(long bytes) {
    double scaled = bytes;
    String unit = "B";
    for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
      if (scaled < 1024) {
        break;
      }
      scaled /= 1024;
      unit = next;
    }
    return unit.equals("B") ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", scaled, unit);
  }
}
