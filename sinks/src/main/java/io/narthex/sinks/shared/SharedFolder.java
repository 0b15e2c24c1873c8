package io.narthex.sinks.shared;

import io.narthex.sinks.block.BlockId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Layout of a shared folder: {@code segments/<writer>/<block>}. */
final class SharedFolder {
  private SharedFolder() {}

  static Path segments(Path directory) {
    return directory.resolve("segments");
  }

  /** Folders of all complete blocks; what a writer takes away meanwhile may be missing. */
  static List<Path> blocks(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path writer : children(segments(directory))) {
      for (Path block : children(writer)) {
        if (BlockId.isValid(block.getFileName().toString())) {
          found.add(block);
        }
      }
    }
    return found;
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
  }
}
