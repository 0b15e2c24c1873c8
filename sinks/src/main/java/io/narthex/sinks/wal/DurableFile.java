package io.narthex.sinks.wal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Small files that are replaced as a whole. */
public final class DurableFile {
  private static final String ASIDE = ".tmp";

  private DurableFile() {}

  /** Writes aside, renames; after a crash the file is as before or as written. */
  public static void replace(Path file, byte[] content) throws IOException {
    var bytes = ByteBuffer.wrap(content);
    var aside = file.resolveSibling(file.getFileName() + ASIDE);
    try (var channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    try (var directory = FileChannel.open(file.toAbsolutePath().getParent())) {
      directory.force(true);
    }
  }
}
