package io.narthex.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.narthex.jobs.ruletest.Differences;
import io.narthex.jobs.ruletest.JunitReport;
import io.narthex.jobs.ruletest.Mismatch;
import io.narthex.jobs.ruletest.RuleTestRunner;
import io.narthex.jobs.ruletest.TestOutcome;
import io.narthex.jobs.server.FeatureFlags;
import io.narthex.jobs.server.StartupException;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.RuleTestLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code narthex test}: unit tests of rules. */
@Command(
    name = "test",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs unit tests.")
final class TestCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what is to be tested: rules");
  }

  /** How failures are told. */
  private record Style(boolean differences, boolean debug) {}

  @Command(
      name = "rules",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Runs unit tests of rules, in files as promtool reads them, by the evaluator that runs rules on the stream.",
        "Exit code 1 if a test fails or a file has faults."
      })
  int rules(
      @Option(
              names = "--run",
              paramLabel = "REGEX",
              description = "Only tests whose name matches; may be given more than once.")
          @Nullable List<String> run,
      @Option(names = "--diff", description = "Show line by line what is missing and too much.")
          boolean diff,
      @Option(names = "--junit", paramLabel = "FILE", description = "Write a report as JUnit does.")
          @Nullable Path junit,
      @Option(names = "--debug", description = "Show what each test stored and how long it took.")
          boolean debug,
      @Option(
              names = "--ignore-unknown-fields",
              description = "Take rule files with keys of others. A server does not.")
          boolean ignoreUnknown,
      @Option(
              names = "--enable-feature",
              paramLabel = "NAME",
              split = ",",
              description = "Feature flags that the server will have, separated by commas.")
          @Nullable List<String> features,
      @Parameters(paramLabel = "FILE", arity = "1..*") List<Path> files)
      throws IOException {
    Logging.configure("error", "logfmt"); // failing rules are told as outcomes
    var engine = FeatureFlags.engineOptions(features == null ? List.of() : features);
    var runner = new RuleTestRunner(engine, !ignoreUnknown);
    var chosen = chosen(run == null ? List.of() : run);
    var report = new JunitReport();
    boolean good = true;
    for (Path file : files) {
      good &= run(file, runner, chosen, new Style(diff, debug), report);
    }
    if (junit != null) {
      try (var out = Files.newBufferedWriter(junit, UTF_8)) {
        report.write(out);
      }
    }
    return good ? 0 : StartupException.FAILED;
  }

  private boolean run(
      Path file, RuleTestRunner runner, Predicate<String> chosen, Style style, JunitReport report) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    out.println("Testing " + file);
    out.flush();
    try {
      var tests = RuleTestLoader.load(file);
      tests.warnings().forEach(warning -> err.println("  WARNING: " + warning));
      var outcomes =
          runner.run(
              tests,
              chosen,
              (name, stored) -> {
                if (style.debug()) {
                  out.println("  DEBUG: test " + name + " stored");
                  stored.forEach(line -> out.println("    " + line));
                }
              });
      report.add(file.toString(), outcomes);
      outcomes.forEach(outcome -> tell(file, outcome, style));
      boolean good = outcomes.stream().allMatch(TestOutcome::passed);
      if (good) {
        out.println("  SUCCESS: " + outcomes.size() + " tests");
      }
      return good;
    } catch (ConfigurationException e) {
      err.println("  FAILED:");
      e.faults().forEach(err::println);
      report.addBroken(file.toString(), String.valueOf(e.getMessage()));
      return false;
    } finally {
      out.flush();
      err.flush();
    }
  }

  private void tell(Path file, TestOutcome outcome, Style style) {
    if (style.debug()) {
      spec.commandLine()
          .getOut()
          .println("  DEBUG: test " + outcome.name() + " took " + outcome.took());
    }
    PrintWriter err = spec.commandLine().getErr();
    if (!outcome.passed()) {
      err.println("  FAILED: " + outcome.name());
    }
    for (Mismatch mismatch : outcome.mismatches()) {
      String place = file + ":" + mismatch.place().line() + ":" + mismatch.place().column() + ": ";
      if (style.differences() && mismatch.isDifference()) {
        err.println(place + mismatch.what());
        Differences.lines(mismatch).forEach(line -> err.println("    " + colored(line)));
      } else {
        err.println(place + Differences.plain(mismatch));
      }
    }
    err.flush();
  }

  private static String colored(String line) {
    var ansi = CommandLine.Help.Ansi.AUTO;
    if (!ansi.enabled() || line.startsWith(" ")) {
      return line;
    }
    var color =
        line.startsWith("-")
            ? CommandLine.Help.Ansi.Style.fg_red
            : CommandLine.Help.Ansi.Style.fg_green;
    return color.on() + line + color.off();
  }

  private Predicate<String> chosen(List<String> expressions) {
    if (expressions.isEmpty()) {
      return name -> true;
    }
    try {
      var pattern = Pattern.compile(String.join("|", expressions));
      return name -> pattern.matcher(name).find();
    } catch (PatternSyntaxException e) {
      throw new ParameterException(spec.commandLine(), "--run: " + e.getMessage());
    }
  }
}
