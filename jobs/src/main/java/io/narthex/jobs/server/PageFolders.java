package io.narthex.jobs.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Folders with pages of the user.
 *
 * @param consoles templates under {@code /consoles}
 * @param consoleLibraries templates that consoles can call, in files named {@code *.lib}
 * @param assets files under {@code /user}; null for none
 */
public record PageFolders(Path consoles, Path consoleLibraries, @Nullable Path assets) {}
