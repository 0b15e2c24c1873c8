package io.narthex.jobs.cli;

import io.narthex.jobs.server.StartupException;
import io.narthex.jobs.server.ThisBuild;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The entry point: {@code narthex COMMAND [OPTION...]}. */
@Command(
    name = "narthex",
    mixinStandardHelpOptions = true,
    versionProvider = Narthex.Version.class,
    description =
        "A continuous Prometheus: scraping, remote write, PromQL and rules as one dataflow.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServerCommand.class,
      SubmitCommand.class,
      QueryServerCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      BlocksCommand.class,
      QueryCommand.class,
      CheckCommand.class,
      TestCommand.class,
      RulesCommand.class,
      HelpCommand.class
    },
    footer = {"", "Try 'narthex server' and open http://127.0.0.1:9090/."})
public final class Narthex implements Runnable {
  @SuppressWarnings("NullAway.Init") // set by the command-line library
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    var out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true);
    int code = commandLine().setOut(out).execute(arguments);
    if (code != 0) {
      System.exit(code);
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Narthex())
        .setExecutionExceptionHandler(Narthex::failed)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof StartupException startup) {
      command.getErr().println(startup.getMessage());
      return startup.exitCode();
    }
    failure.printStackTrace(command.getErr());
    return StartupException.FAILED;
  }

  /** Says which build this is. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      var build = ThisBuild.info();
      return new String[] {
        "narthex, version " + build.version(),
        "  revision:  " + (build.revision().isEmpty() ? "unknown" : build.revision()),
        "  java:      "
            + System.getProperty("java.version")
            + " ("
            + System.getProperty("java.vm.name")
            + ")",
        "  platform:  " + System.getProperty("os.name") + "/" + System.getProperty("os.arch")
      };
    }
  }
}
