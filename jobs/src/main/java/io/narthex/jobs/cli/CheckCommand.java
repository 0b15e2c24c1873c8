package io.narthex.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.jobs.check.ConfigurationCheck;
import io.narthex.jobs.check.MetricsLint;
import io.narthex.jobs.check.RuleFileCheck;
import io.narthex.jobs.server.FeatureFlags;
import io.narthex.jobs.server.StartupException;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.http.WebSecurity;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code narthex check}: looks at files before a server does. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = "Checks files before a server reads them.",
    footer = {
      "",
      "Exit codes: 0 nothing wrong, 1 faults, 2 wrong usage,",
      "3 bad style (metrics; rules and config with --lint-fatal)."
    })
final class CheckCommand implements Runnable {
  /** Exit code where style is the only fault, as promtool has it. */
  static final int LINT = 3;

  private static final String DUPLICATE_RULES = "duplicate-rules";
  private static final String LONG_INTERVAL = "too-long-scrape-interval";

  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what is to be checked: config, rules, web-config or metrics");
  }

  /** What rule files may hold and how style is judged. */
  static final class RuleOptions {
    @Option(
        names = "--lint",
        paramLabel = "NAME",
        split = ",",
        description = "Which style to look at: all, none or names (default: duplicate-rules).")
    private List<String> lint = List.of(DUPLICATE_RULES);

    @Option(names = "--lint-fatal", description = "End with code 3 where style is bad.")
    private boolean fatal;

    @Option(
        names = "--ignore-unknown-fields",
        description = "Take rule files with keys of others. A server does not.")
    private boolean ignoreUnknown;

    @Option(
        names = "--enable-feature",
        paramLabel = "NAME",
        split = ",",
        description = "Feature flags that the server will have, separated by commas.")
    private List<String> features = List.of();

    RuleFileCheck ruleCheck() {
      return new RuleFileCheck(FeatureFlags.engineOptions(features).parsing(), !ignoreUnknown);
    }

    boolean looksAt(String style) {
      return lint.contains("all") || lint.contains(style);
    }

    void refuseUnknown(CommandLine.Model.CommandSpec spec, Set<String> styles) {
      for (String name : lint) {
        if (!styles.contains(name) && !Set.of("all", "none").contains(name)) {
          throw new ParameterException(
              spec.commandLine(), "--lint: " + name + " is not one of all, none, " + styles);
        }
      }
    }
  }

  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      description = {
        "Checks configurations, the files that they name, and their rule files.",
        "What this build does not support yet is told as a warning."
      })
  int config(
      @CommandLine.Mixin RuleOptions options,
      @Option(
              names = "--syntax-only",
              description = "Leave the files that a configuration names alone.")
          boolean syntaxOnly,
      @Option(names = "--agent", description = "Check for an agent, which only sends on.")
          boolean agent,
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    options.refuseUnknown(spec, new LinkedHashSet<>(List.of(DUPLICATE_RULES, LONG_INTERVAL)));
    var lookback = FeatureFlags.engineOptions(options.features).lookback();
    var checked = new ConfigurationCheck.Options(syntaxOnly, agent, lookback);
    var report = new Report();
    for (Path file : files) {
      report.begin(file.toString());
      ConfigurationCheck.Outcome outcome;
      try {
        outcome = ConfigurationCheck.check(file, checked);
      } catch (ConfigurationException e) {
        report.failed(e);
        continue;
      }
      report.warn(outcome.warnings());
      if (options.looksAt(LONG_INTERVAL)) {
        report.lint(outcome.longIntervals());
      }
      if (!outcome.ruleFiles().isEmpty()) {
        report.good(outcome.ruleFiles().size() + " rule files found");
      }
      report.good(file + " is a valid configuration");
      for (Path rules : outcome.ruleFiles()) {
        rules(report, options, rules.toString(), () -> options.ruleCheck().check(rules));
      }
    }
    return report.exitCode(options.fatal);
  }

  @Command(
      name = "rules",
      mixinStandardHelpOptions = true,
      description = "Checks rule files; without files standard input.")
  int rules(
      @CommandLine.Mixin RuleOptions options,
      @Parameters(paramLabel = "FILE", arity = "0..*") List<Path> files)
      throws IOException {
    options.refuseUnknown(spec, Set.of(DUPLICATE_RULES));
    var report = new Report();
    var check = options.ruleCheck();
    if (files == null || files.isEmpty()) {
      String text = new String(System.in.readAllBytes(), UTF_8);
      rules(report, options, "standard input", () -> check.check(text, "standard input"));
    } else {
      files.forEach(file -> rules(report, options, file.toString(), () -> check.check(file)));
    }
    return report.exitCode(options.fatal);
  }

  private static void rules(
      Report report, RuleOptions options, String name, Supplier<RuleFileCheck.Outcome> check) {
    report.begin(name);
    try {
      var outcome = check.get();
      report.warn(outcome.warnings());
      if (options.looksAt(DUPLICATE_RULES)) {
        report.lint(outcome.duplicates().stream().map(CheckCommand::text).toList());
      }
      report.good(outcome.rules() + " rules found");
    } catch (ConfigurationException e) {
      report.failed(e);
    }
  }

  private static String text(RuleFileCheck.Duplicate duplicate) {
    return duplicate.name()
        + (duplicate.labels().isEmpty() ? "" : " with labels " + duplicate.labels())
        + " is written by more than one rule, the last one wins: "
        + String.join(", ", duplicate.places());
  }

  @Command(
      name = "web-config",
      mixinStandardHelpOptions = true,
      description =
          "Checks files for --web.config.file, and that certificates and keys in them can be used.")
  int webConfig(@Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files) {
    var report = new Report();
    for (Path file : files) {
      report.begin(file.toString());
      try {
        var security = WebSecurity.load(file);
        report.good(
            file
                + " is a valid web configuration, "
                + (security.isTls() ? "HTTPS" : "HTTP")
                + (security.asksWho() ? " with authentication" : ""));
      } catch (ConfigurationException e) {
        report.failed(e);
      }
    }
    return report.exitCode(false);
  }

  @Command(
      name = "metrics",
      mixinStandardHelpOptions = true,
      description = {
        "Checks metrics in the text format on standard input against the naming conventions.",
        "curl -s http://localhost:9090/metrics | narthex check metrics"
      })
  int metrics(
      @Option(
              names = "--lint",
              paramLabel = "NAME",
              defaultValue = "all",
              description = "all or none (default: ${DEFAULT-VALUE}).")
          String lint,
      @Option(names = "--extended", description = "Show how many series each metric has.")
          boolean extended)
      throws IOException {
    if (!List.of("all", "none").contains(lint)) {
      throw new ParameterException(
          spec.commandLine(), "--lint: " + lint + " is not one of all, none");
    }
    MetricsLint.Outcome outcome;
    try {
      outcome = MetricsLint.check(System.in.readAllBytes());
    } catch (FaultException e) {
      throw new StartupException(StartupException.FAILED, "standard input: " + e.getMessage());
    }
    var problems = lint.equals("all") ? outcome.problems() : List.<MetricsLint.Problem>of();
    problems.forEach(
        problem -> spec.commandLine().getErr().println(problem.metric() + " " + problem.text()));
    if (extended) {
      table(outcome);
    }
    return problems.isEmpty() ? 0 : LINT;
  }

  private void table(MetricsLint.Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    int width = outcome.series().keySet().stream().mapToInt(String::length).max().orElse(0);
    String row = "%-" + Math.max(width, "Metric".length()) + "s  %11s  %10s%n";
    out.printf(row, "Metric", "Cardinality", "Percentage");
    int total = outcome.total();
    outcome
        .series()
        .forEach(
            (name, count) ->
                out.printf(row, name, count, "%.2f%%".formatted(100.0 * count / total)));
    out.printf(row, "Total", total, total == 0 ? "0%" : "100%");
    out.flush();
  }

  /** Tells what was found, file by file. */
  private final class Report {
    private final PrintWriter out = spec.commandLine().getOut();
    private final PrintWriter err = spec.commandLine().getErr();
    private final List<String> failed = new ArrayList<>();
    private boolean linted;

    void begin(String name) {
      out.println("Checking " + name);
      out.flush();
    }

    void good(String what) {
      out.println("  SUCCESS: " + what);
      out.flush();
    }

    void warn(List<String> warnings) {
      warnings.forEach(warning -> err.println("  WARNING: " + warning));
      err.flush();
    }

    void lint(List<String> found) {
      linted |= !found.isEmpty();
      found.forEach(each -> err.println("  LINT: " + each));
      err.flush();
    }

    void failed(ConfigurationException e) {
      failed.add(String.valueOf(e.getMessage()));
      err.println("  FAILED:");
      e.faults().forEach(fault -> err.println(fault));
      err.flush();
    }

    int exitCode(boolean lintIsFatal) {
      return failed.isEmpty() ? (linted && lintIsFatal ? LINT : 0) : StartupException.FAILED;
    }
  }
}
