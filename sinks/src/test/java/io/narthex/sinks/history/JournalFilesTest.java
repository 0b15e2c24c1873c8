package io.narthex.sinks.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFilesTest {
  @TempDir Path folder;

  @Test
  void append_afterAFailedWrite_goesIntoANewFile() throws IOException {
    try (var files = new JournalFiles(folder, 1_000, 3)) {
      assertThat(files.append(frames(1, 2))).isEqualTo(2);
      Thread.currentThread().interrupt(); // closes the file amid the write
      assertThat(files.append(frames(3, 4))).isZero();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(files.append(frames(5))).isEqualTo(1);
      assertThat(found(files)).containsExactly(5, 1, 2);
    }
  }

  @Test
  void append_afterAnotherProcessHasBegunAFile_goesIntoALaterOne() throws IOException {
    try (var one = new JournalFiles(folder, 1_000, 3);
        var other = new JournalFiles(folder, 1_000, 3)) {
      one.append(frames(1));
      other.append(frames(2));
      one.append(frames(3));
      assertThat(found(one)).containsExactly(3, 2, 1);
      one.append(frames(4));
      assertThat(one.newestFirst()).hasSize(3); // it stays in the newest file
    }
  }

  @Test
  void append_afterTheFileHasMadeRoom_goesIntoALaterOne() throws IOException {
    try (var one = new JournalFiles(folder, 1_000, 3);
        var other = new JournalFiles(folder, 1, 2)) {
      one.append(frames(1));
      other.append(frames(2, 3, 4, 5));
      assertThat(found(one)).containsExactly(5, 4);
      one.append(frames(6));
      assertThat(found(one)).containsExactly(6, 5, 4);
    }
  }

  /**
   * A file whose closing fails, as on a network file system that cannot write what it has taken.
   */
  private record FailingClose(WritableByteChannel file) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer source) throws IOException {
      return file.write(source);
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
      throw new IOException("the quota is used up");
    }
  }

  @Test
  void append_fullFileThatCannotBeClosed_goesIntoTheNextOne() throws IOException {
    var opened = new AtomicInteger();
    var files =
        new JournalFiles(
            folder,
            1,
            3,
            file -> {
              var channel =
                  FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
              return opened.incrementAndGet() == 1 ? new FailingClose(channel) : channel;
            });
    try (files) {
      assertThat(files.append(frames(1, 2, 3))).isEqualTo(3);
      assertThat(found(files)).containsExactly(3, 2, 1);
    }
  }

  private static List<Integer> found(JournalFiles files) throws IOException {
    var found = new ArrayList<Integer>();
    for (Path file : files.newestFirst()) {
      JournalFiles.read(file).forEach(payload -> found.add((int) payload[0]));
    }
    return found;
  }

  private static List<byte[]> frames(int... payloads) {
    var frames = new ArrayList<byte[]>();
    for (int payload : payloads) {
      frames.add(JournalFiles.frame(new byte[] {(byte) payload}));
    }
    return frames;
  }
}
