package io.narthex.jobs.embedded;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints that earlier runs left in a directory: {@code <directory>/<job
 * id>/chk-<n>/_metadata}. A checkpoint without {@code _metadata} was never completed.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private Checkpoints() {}

  /**
   * The checkpoint that was written last among those that can be read. Flink does not force its
   * files to the disk, so a power cut may leave the last one torn; then the one before counts, and
   * each that is left out is logged.
   */
  static Optional<Path> newest(Path directory) throws IOException {
    var newestFirst = Comparator.comparing(Checkpoints::writtenAt).reversed();
    for (var checkpoint : completed(directory).stream().sorted(newestFirst).toList()) {
      String fault = fault(checkpoint);
      if (fault.isEmpty()) {
        return Optional.of(checkpoint);
      }
      LOG.error("checkpoint {} is damaged and left out: {}", checkpoint, fault);
    }
    return Optional.empty();
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

  /**
   * Why a checkpoint cannot be restored; empty if its metadata and the files it names are whole.
   */
  private static String fault(Path checkpoint) {
    try (var in = new DataInputStream(Files.newInputStream(checkpoint.resolve("_metadata")))) {
      var metadata =
          org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
              in, Checkpoints.class.getClassLoader(), checkpoint.toUri().toString());
      for (OperatorState operator : metadata.getOperatorStates()) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          requireWhole(subtask);
        }
      }
      return "";
    } catch (IOException | RuntimeException e) { // Flink's reader throws either on torn bytes
      return e.toString();
    }
  }

  private static void requireWhole(OperatorSubtaskState subtask) throws IOException {
    for (var handle : subtask.getManagedOperatorState()) {
      requireWhole(handle.getDelegateStateHandle());
    }
    for (var handle : subtask.getRawOperatorState()) {
      requireWhole(handle.getDelegateStateHandle());
    }
    for (var keyed : List.of(subtask.getManagedKeyedState(), subtask.getRawKeyedState())) {
      for (var handle : keyed) {
        if (handle instanceof KeyGroupsStateHandle groups) {
          requireWhole(groups.getDelegateStateHandle());
        }
      }
    }
  }

  private static void requireWhole(StreamStateHandle handle) throws IOException {
    if (handle instanceof FileStateHandle file) {
      var path = Path.of(file.getFilePath().toUri());
      long bytes = Files.size(path);
      if (bytes != file.getStateSize()) {
        throw new IOException(
            path + " has " + bytes + " bytes, the checkpoint names " + file.getStateSize());
      }
    }
  }
}
