package io.narthex.jobs.cli;

import io.narthex.jobs.server.PageFolders;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of a server about pages of the user. */
final class PageFlags {
  @Option(
      names = "--web.console.templates",
      paramLabel = "DIR",
      defaultValue = "consoles",
      description = "Templates of the pages under /consoles (default: ${DEFAULT-VALUE}).")
  private Path consoles = Path.of("consoles");

  @Option(
      names = "--web.console.libraries",
      paramLabel = "DIR",
      defaultValue = "console_libraries",
      description = "Templates that consoles can call, as *.lib (default: ${DEFAULT-VALUE}).")
  private Path consoleLibraries = Path.of("console_libraries");

  @Option(
      names = "--web.user-assets",
      paramLabel = "DIR",
      description = "Files that are served under /user.")
  private @Nullable Path assets;

  PageFolders folders() {
    return new PageFolders(consoles, consoleLibraries, assets);
  }
}
