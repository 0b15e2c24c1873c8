package io.narthex.jobs.cli;

import picocli.CommandLine.Option;

/** The flags of every server about its log. */
final class LogFlags {
  @Option(
      names = "--log.level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "debug, info, warn or error (default: ${DEFAULT-VALUE}).")
  private String level = "info";

  @Option(
      names = "--log.format",
      paramLabel = "FORMAT",
      defaultValue = "logfmt",
      description = "logfmt or json (default: ${DEFAULT-VALUE}).")
  private String format = "logfmt";

  /**
   * Sets up the log.
   *
   * @throws io.narthex.jobs.server.StartupException for an unknown level or format
   */
  void configure() {
    Logging.configure(level, format);
  }
}
