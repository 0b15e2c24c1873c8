package io.narthex.jobs.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The checkpoints that earlier runs left in a directory: {@code <directory>/<job
 * id>/chk-<n>/_metadata}. A checkpoint without {@code _metadata} was never completed.
 */
final class Checkpoints {
  private Checkpoints() {}

  /** The completed checkpoint that was written last. */
  static Optional<Path> newest(Path directory) throws IOException {
    return completed(directory).stream().max(Comparator.comparing(Checkpoints::writtenAt));
  }

  private static List<Path> completed(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    var complete = directory.getFileSystem().getPathMatcher("glob:**/chk-*/_metadata");
    try (Stream<Path> found =
        Files.find(directory, 3, (path, attributes) -> complete.matches(path))) {
      return found.map(metadata -> metadata.resolveSibling("").toAbsolutePath()).toList();
    }
  }

  private static FileTime writtenAt(Path checkpoint) {
    try {
      return Files.getLastModifiedTime(checkpoint.resolve("_metadata"));
    } catch (IOException e) {
      return FileTime.fromMillis(0); // removed meanwhile: not the newest
    }
  }
}
