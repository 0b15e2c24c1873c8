package io.narthex.jobs.cli;

import io.narthex.jobs.client.Times;
import io.narthex.jobs.cluster.ClusterSubmission;
import io.narthex.jobs.rules.HistoryRun;
import io.narthex.jobs.rules.RuleSets;
import io.narthex.jobs.server.FeatureFlags;
import io.narthex.jobs.server.StartupException;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.RuleFile;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code narthex rules}: what can be done with rules besides evaluating them on the stream. */
@Command(
    name = "rules",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = "Works with rules.")
final class RulesCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what is to be done: backfill, apply");
  }

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Puts the rule files of a configuration into force on a cluster, without a restart of its job.",
        "They come into force with the first checkpoint that begins ten seconds later. Rules that stay keep their"
            + " state. Everything else in the configuration is that of the job's submission."
      })
  int apply(
      @Option(
              names = "--config.file",
              required = true,
              paramLabel = "FILE",
              description = "The prometheus.yml that names the rule files.")
          Path configFile,
      @Option(
              names = "--storage.shared.path",
              required = true,
              paramLabel = "DIR",
              description = "The folder that the task managers share.")
          Path sharedFolder)
      throws IOException {
    try {
      int rules = ClusterSubmission.applyRules(configFile, sharedFolder);
      spec.commandLine().getOut().println(rules + " rules come into force");
      return 0;
    } catch (ConfigurationException e) {
      throw new StartupException(StartupException.MISUSED, String.valueOf(e.getMessage()));
    }
  }

  @Command(
      name = "backfill",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Evaluates rules over history and writes what they give: recording rules' series, and those of alerts.",
        "Ticks are those at which the server evaluates the same files. The server of the data directory is to be"
            + " stopped; a running one does this by itself with --rules.backfill.",
        "Points that are there already are written again. Exit code 1 if a rule failed or a point was not taken."
      })
  int backfill(
      @Option(
              names = "--from",
              required = true,
              paramLabel = "TIME",
              description =
                  "First time: -7d, 2026-11-21, 2026-11-21T12:00:00Z or seconds since 1970.")
          String from,
      @Option(
              names = "--to",
              paramLabel = "TIME",
              defaultValue = "now",
              description = "Up to this time, exclusive (default: ${DEFAULT-VALUE}).")
          String to,
      @Option(
              names = {"--storage.tsdb.path", "--storage"},
              paramLabel = "DIR",
              defaultValue = "data/",
              description = "The data directory to read and write (default: ${DEFAULT-VALUE}).")
          Path storage,
      @Option(
              names = "--config.file",
              paramLabel = "FILE",
              description =
                  "A prometheus.yml for evaluation_interval, external labels and, where no files are named, rule_files.")
          @Nullable Path configFile,
      @Option(
              names = "--eval-interval",
              paramLabel = "DURATION",
              description =
                  "For groups without an interval, where there is no --config.file (default: 1m).")
          @Nullable String interval,
      @Option(
              names = "--enable-feature",
              paramLabel = "NAME",
              split = ",",
              description = "Feature flags of the server, separated by commas.")
          @Nullable List<String> features,
      @Option(names = "--progress", description = "Show on standard error how far it is.")
          boolean progress,
      @Parameters(paramLabel = "RULE_FILE", arity = "0..*") @Nullable List<Path> files) {
    Logging.configure("error", "logfmt");
    long now = System.currentTimeMillis();
    long begin = time("--from", from, now);
    long end = time("--to", to, now);
    if (end <= begin) {
      throw new ParameterException(spec.commandLine(), "--to is not after --from");
    }
    if (!Files.isDirectory(storage)) {
      throw new StartupException(
          StartupException.MISUSED, "narthex: --storage.tsdb.path: no folder " + storage);
    }
    var engine = FeatureFlags.engineOptions(features == null ? List.of() : features);
    RuleSet rules;
    try {
      rules = rules(configFile, interval, files == null ? List.of() : files, engine);
    } catch (ConfigurationException e) {
      throw new StartupException(StartupException.FAILED, String.valueOf(e.getMessage()));
    }
    return backfill(rules, storage, begin, end, progress);
  }

  private int backfill(RuleSet rules, Path storage, long begin, long end, boolean shown) {
    var options =
        StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0).withWalSync(WalSync.INTERVAL);
    PrintWriter err = spec.commandLine().getErr();
    try (var store = BlockStore.open(storage, options, new PrometheusRegistry());
        var bar = new ImportProgress(err, shown)) {
      var outcome =
          HistoryRun.run(
              rules,
              store,
              begin,
              end,
              (at, written) ->
                  bar.progress(
                      Instant.ofEpochMilli(at).toString(),
                      (double) (at - begin) / (end - begin),
                      written.points()));
      bar.close();
      outcome.errors().forEach(error -> err.println("failed: " + error));
      outcome.refused().forEach((reason, count) -> err.println("refused: " + count + " " + reason));
      err.flush();
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "wrote %d points in %d evaluations of groups, from %s to %s%n",
          outcome.points(),
          outcome.evaluations(),
          Instant.ofEpochMilli(begin),
          Instant.ofEpochMilli(end));
      out.flush();
      return outcome.isComplete() ? 0 : StartupException.FAILED;
    } catch (UncheckedIOException e) {
      throw new StartupException(StartupException.FAILED, "backfill: " + e.getMessage());
    }
  }

  private RuleSet rules(
      @Nullable Path configFile,
      @Nullable String interval,
      List<Path> files,
      EngineOptions engine) {
    Configuration configuration =
        configFile == null
            ? ConfigurationLoader.load("", Path.of("").toAbsolutePath())
            : ConfigurationLoader.load(configFile);
    if (configFile != null && interval != null) {
      throw new ParameterException(
          spec.commandLine(), "--eval-interval and --config.file exclude each other");
    }
    Duration evaluation =
        interval == null ? configuration.global().evaluationInterval() : duration(interval);
    RuleFiles read;
    if (files.isEmpty()) {
      read = RuleSets.load(configuration, engine.parsing());
    } else {
      var loader =
          RuleFileLoader.of(RuleSets.checks(engine.parsing()), configuration.global().utf8Names());
      var absolute = files.stream().map(file -> file.toAbsolutePath().normalize()).toList();
      var found = absolute.stream().flatMap(file -> loader.load(file).files().stream()).toList();
      read = withDefaults(found, evaluation, configuration);
    }
    if (read.files().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "no rules: name RULE_FILEs, or a --config.file with rule_files");
    }
    return RuleSets.prepare(
        read,
        engine.withSubqueryStep(evaluation),
        configuration.global().externalLabels(),
        "",
        Duration.ofMinutes(1));
  }

  private static RuleFiles withDefaults(
      List<RuleFile> files, Duration interval, Configuration configuration) {
    Duration offset = configuration.global().ruleQueryOffset();
    return new RuleFiles(
        files.stream()
            .map(
                file ->
                    new RuleFile(
                        file.path(),
                        file.groups().stream()
                            .map(group -> group.withDefaults(interval, offset))
                            .toList()))
            .toList(),
        List.of());
  }

  private Duration duration(String text) {
    try {
      Duration duration = PrometheusDuration.parse(text);
      if (duration.isZero()) {
        throw new IllegalArgumentException("must be more than 0");
      }
      return duration;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--eval-interval: " + e.getMessage());
    }
  }

  private long time(String option, String text, long now) {
    try {
      return Times.parse(text, now);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage());
    }
  }
}
