package io.narthex.jobs.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path folder;

  private Path checkpoint(int number) throws IOException {
    var directory = Files.createDirectories(folder.resolve("job/chk-" + number));
    var state = Files.write(directory.resolve("state"), new byte[] {1, 2, 3});
    var handle =
        new OperatorStreamStateHandle(
            Map.of(
                "s",
                new OperatorStateHandle.StateMetaInfo(
                    new long[] {0}, OperatorStateHandle.Mode.SPLIT_DISTRIBUTE)),
            new FileStateHandle(new org.apache.flink.core.fs.Path(state.toUri()), 3));
    var operator = new OperatorState("o", "uid", new OperatorID(1, 2), 1, 128);
    operator.putState(0, OperatorSubtaskState.builder().setManagedOperatorState(handle).build());
    var metadata = directory.resolve("_metadata");
    try (var out =
        FileSystem.getLocalFileSystem()
            .create(
                new org.apache.flink.core.fs.Path(metadata.toUri()),
                FileSystem.WriteMode.OVERWRITE)) {
      org.apache.flink.runtime.checkpoint.Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(number, List.of(operator), List.of()), out);
    }
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(number * 1000L));
    return directory;
  }

  private static void cut(Path file) {
    try {
      byte[] bytes = Files.readAllBytes(file);
      var time = Files.getLastModifiedTime(file);
      Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
      Files.setLastModifiedTime(file, time);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void newest_severalWhole_isTheOneWrittenLast() throws IOException {
    checkpoint(9);
    var last = checkpoint(10);
    Files.createDirectories(folder.resolve("job/chk-11"));
    assertThat(Checkpoints.newest(folder)).contains(last.toAbsolutePath());
  }

  @Test
  void newest_lastIsTornOrMissesState_isTheOneBefore() throws IOException {
    var first = checkpoint(1);
    cut(checkpoint(2).resolve("_metadata"));
    assertThat(Checkpoints.newest(folder)).contains(first.toAbsolutePath());
    var third = checkpoint(3);
    cut(third.resolve("state"));
    assertThat(Checkpoints.newest(folder)).contains(first.toAbsolutePath());
    Files.delete(third.resolve("state"));
    assertThat(Checkpoints.newest(folder)).contains(first.toAbsolutePath());
  }

  @Test
  void newest_noneWhole_isNone() throws IOException {
    assertThat(Checkpoints.newest(folder)).isEmpty();
    assertThat(Checkpoints.newest(folder.resolve("none"))).isEmpty();
    Files.write(checkpoint(1).resolve("_metadata"), new byte[0]);
    assertThat(Checkpoints.newest(folder)).isEmpty();
  }
}
